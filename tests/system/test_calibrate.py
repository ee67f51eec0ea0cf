# SPDX-License-Identifier: BSD-2-Clause
"""test_calibrate.py - a machine's own noise: sessions of the same, and what compare makes of it."""
import json
import statistics

from harness import (cases, coldprof, errors, finish, interrupt, load, need, need_root, one_line,
                     start, takes, wait_until)


def calibrate(tmp, *options, sessions=4, n=2, expect=0):
    need_root()
    (tmp / "app.py").write_text("x = 1\n")
    return coldprof("calibrate", "--sessions", sessions, "-n", n, "--name", "app", "-o",
                    tmp / "noise.json", *options, "--", need("python3"), "-S", tmp / "app.py",
                    expect=expect)


def measured(tmp, name, text):
    (tmp / "app.py").write_text(text)
    coldprof("run", "-q", "-n", 9, "--name", "app", "-o", tmp / name, "--", need("python3"), "-S",
             tmp / "app.py", expect=0)
    return tmp / name


def test_sessions_follow_one_another_each_with_its_warm_up(tmp):
    run = calibrate(tmp)
    report = load(tmp / "noise.json")
    order = [name.startswith("~") for name in report["plan"]["order"]]
    assert order == [True, False, False] * 4, report["plan"]["order"]
    (workload,) = report["workloads"]
    assert [s["session"] for s in workload["samples"]] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert report["plan"]["sessions_count"] == 4 and report["plan"]["sessions_ns"] > 0
    assert "4 sessions of 2 starts" in run.out, run.out


def test_spread_is_that_of_the_samples(tmp):
    calibrate(tmp, n=3)
    (workload,) = load(tmp / "noise.json")["workloads"]
    sessions = [[s["total_ns"] for s in workload["samples"] if s["session"] == i] for i in range(4)]
    noise, middle = workload["noise"]["total_ns"], workload["summary"]["total_ns"]["median"]
    within = (sum(statistics.variance(s) for s in sessions) / 4) ** 0.5 / middle
    between = statistics.stdev(statistics.median(s) for s in sessions) / middle
    assert noise["sessions_count"] == 4 and noise["median"] == middle, noise
    assert abs(noise["within_ratio"] - within) < 1e-9, (noise, within)
    assert abs(noise["between_ratio"] - between) < 1e-9, (noise, between)


def test_pause_is_between_sessions_and_ends_by_a_signal(tmp):
    need_root()
    (tmp / "log").write_text("")
    process = start("calibrate", "--sessions", 3, "-n", 1, "-w", 0, "--pause", 3600, "-o",
                    tmp / "noise.json", "--", "/bin/sh", "-c", f"printf x >> {tmp}/log")
    wait_until(lambda: (tmp / "log").read_text(), "the first start")
    interrupt(process)
    run = finish(process, 10)
    assert run.status == 130, str(run)
    report = load(tmp / "noise.json")
    assert report["plan"]["interrupted"] and report["plan"]["sessions_count"] == 1


def beyond_it(total):
    """Two seconds more are found, but on a machine that shifts by seconds itself."""
    if total["verdict"] == "regressed":
        assert total["drift"] > 0 and total["decided_by"] == "rank", total
    else:
        assert total["verdict"] == "cant_tell" and total["drift"] > 1e9, total


@takes(120)
def test_times_of_another_hour_are_judged_beyond_it(tmp):
    """A calibration is also a base of its own."""
    calibrate(tmp, sessions=5)
    base = measured(tmp, "base.json", "x = 1\n")
    new = measured(tmp, "new.json", "import time\ntime.sleep(2)\n")
    run = coldprof("compare", base, new, expect=(0, 1))
    assert "can't tell" in one_line(run.out, "total "), run.out
    for words in (["--noise", tmp / "noise.json", base, new], [tmp / "noise.json", new]):
        run = coldprof("compare", "-f", "json", *words, expect=1)
        metrics = {m["name"]: m for m in json.loads(run.out)["workloads"][0]["metrics"]}
        beyond_it(metrics["total_ns"])


def test_a_calibration_is_shown_again(tmp):
    run = calibrate(tmp)
    again = coldprof("report", "--format", "noise", tmp / "noise.json", expect=0)
    assert run.out.startswith(again.out) and "two differ by" in again.out, again.out


def test_calibrations_of_several_hours_are_one(tmp):
    calibrate(tmp)
    (tmp / "noise.json").rename(tmp / "first.json")
    calibrate(tmp)
    coldprof("merge", tmp / "first.json", tmp / "noise.json", "-o", tmp / "all.json", expect=0)
    (workload,) = load(tmp / "all.json")["workloads"]
    assert sorted({s["session"] for s in workload["samples"]}) == list(range(8))
    assert workload["noise"]["total_ns"]["sessions_count"] == 8, workload["noise"]["total_ns"]
    base = measured(tmp, "base.json", "x = 1\n")
    new = measured(tmp, "new.json", "x = 1\n")
    run = coldprof("compare", "-f", "json", "--noise", tmp / "all.json", base, new, expect=(0, 1))
    (metric,) = [m for m in json.loads(run.out)["workloads"][0]["metrics"]
                 if m["name"] == "total_ns"]
    assert metric["drift"] > 0, metric


@takes(120)
def test_a_folder_of_reports_knows_the_noise_too(tmp):
    need_root()
    (tmp / "reports").mkdir()
    for i in range(4):
        measured(tmp, f"reports/{i}.json", "x = 1\n")
    new = measured(tmp, "new.json", "import time\ntime.sleep(2)\n")
    base, folder = tmp / "reports" / "3.json", tmp / "reports"
    for words in ([base, new], ["--history", folder, new]):
        run = coldprof("compare", "-f", "json", "--noise", folder, *words, expect=1)
        document = json.loads(run.out)
        (total,) = [m for m in document["workloads"][0]["metrics"] if m["name"] == "total_ns"]
        if words[0] == base or total["verdict"] != "cant_tell":
            beyond_it(total)
        assert any("in 4 sessions" in note for note in document["notes"]), document["notes"]
    run = coldprof("compare", "--noise", folder, base, base, expect=0)
    assert "can't tell" in one_line(run.out, "total ") or "in 3 sessions" in run.out, run.out


@cases(("few", "--sessions", "2"), ("sessions", "--sessions", "x"), ("pause", "--pause", "-1"),
       ("starts", "-n", "0"))
def test_bad_value(option, value):
    run = coldprof("calibrate", option, value, "--", "true", expect=2)
    assert not run.out and len(errors(run)) == 1 and f"'{value}'" in errors(run)[0], str(run)


@cases(("--ab",), ("--against",), ("--until-sure",))
def test_it_has_one_side(option):
    run = coldprof("calibrate", option, "/", "/", "--", "true", expect=2)
    assert option in errors(run)[0], run.err


@cases(("base", "-", "new.json"), ("new", "base.json", "-"), ("history", "--history", ".", "-"))
def test_standard_input_is_one_report(*words):
    run = coldprof("compare", "--noise", "-", *words, expect=2)
    assert len(errors(run)) == 1 and "standard input" in errors(run)[0], run.err


def test_noise_that_is_not_there(tmp):
    (tmp / "r.json").write_text('{"schema": 1, "workloads": []}')
    run = coldprof("compare", "--noise", tmp / "none.json", tmp / "r.json", tmp / "r.json", expect=4)
    assert "none.json" in errors(run)[0], run.err
