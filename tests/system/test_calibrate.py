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


@takes(120)
def test_times_of_another_hour_are_judged_beyond_it(tmp):
    """Two seconds more are beyond any drift; a calibration is also a base of its own."""
    calibrate(tmp, sessions=5)
    base = measured(tmp, "base.json", "x = 1\n")
    new = measured(tmp, "new.json", "import time\ntime.sleep(2)\n")
    run = coldprof("compare", base, new, expect=(0, 1))
    assert "can't tell" in one_line(run.out, "total "), run.out
    for words in (["--noise", tmp / "noise.json", base, new], [tmp / "noise.json", new]):
        run = coldprof("compare", "-f", "json", *words, expect=1)
        metrics = {m["name"]: m for m in json.loads(run.out)["workloads"][0]["metrics"]}
        if metrics["total_ns"]["verdict"] != "regressed":  # a machine that shifts by seconds
            assert metrics["total_ns"]["drift"] > 1e9, metrics["total_ns"]
        assert metrics["total_ns"]["drift"] > 0, metrics["total_ns"]


@cases(("few", "--sessions", "2"), ("sessions", "--sessions", "x"), ("pause", "--pause", "-1"),
       ("starts", "-n", "0"))
def test_bad_value(option, value):
    run = coldprof("calibrate", option, value, "--", "true", expect=2)
    assert not run.out and len(errors(run)) == 1 and f"'{value}'" in errors(run)[0], str(run)


@cases(("--ab",), ("--against",), ("--until-sure",))
def test_it_has_one_side(option):
    run = coldprof("calibrate", option, "/", "/", "--", "true", expect=2)
    assert option in errors(run)[0], run.err


def test_noise_that_is_not_there(tmp):
    run = coldprof("compare", "--noise", tmp / "none.json", "a", "b", expect=4)
    assert "none.json" in errors(run)[0], run.err
