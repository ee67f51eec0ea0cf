# SPDX-License-Identifier: BSD-2-Clause
"""test_ab.py - two sides in one run: by turns, both reports, the verdict, until sure."""
import json
import signal

from harness import (cases, coldprof, errors, finish, interrupt, load, need, need_root, one_line,
                     start, takes, wait_until)

QUIET = ("--threshold", "times=off", "--threshold", "sizes=1MiB", "--threshold", "faults_*=off")


def sides(tmp, a, b, common=""):
    """Two folders with app.py in each."""
    for name, text in (("a", a), ("b", b)):
        (tmp / name).mkdir(exist_ok=True)
        (tmp / name / "app.py").write_text(common + text)
        (tmp / name / "settings.ini").write_text("x = 1\n")
    return tmp / "a", tmp / "b"


def ab(tmp, a, b, *options, n=6, expect=None, program=("-S", "app.py"), **how):
    """`coldprof run --ab` of app.py: the Run, with both reports and the comparison of them."""
    need_root()
    run = coldprof("run", "-n", n, "-o", tmp / "r.json", *options, "--ab", *sides(tmp, a, b), "--",
                   need("python3"), *program, expect=expect, **how)
    run.a, run.b = load(tmp / "r-a.json"), load(tmp / "r-b.json")
    return run


def said(tmp, *options):
    """What compare says of both reports, as data."""
    run = coldprof("compare", *options, "-f", "json", tmp / "r-a.json", tmp / "r-b.json",
                   expect=(0, 1))
    return json.loads(run.out)


def verdicts(comparison):
    return {m["name"]: m["verdict"] for m in comparison["workloads"][0]["metrics"]}


def causes(comparison, kind):
    return [c for c in comparison["workloads"][0]["causes"] if c["kind"] == kind]


def orders(report):
    return [sample["order"] for sample in report["workloads"][0]["samples"]]


# ---- one run, two reports ----

def test_sides_come_by_turns_in_a_random_order(tmp):
    run = ab(tmp, "x = 1\n", "x = 1\n", "--seed", 7, n=8, expect=0)
    a, b = orders(run.a), orders(run.b)
    assert sorted(a + b) == list(range(2, 18)), (a, b)  # two warm-ups before them
    rounds = [(x // 2, x < y) for x, y in zip(a, b)]
    assert [r for r, _ in rounds] == list(range(1, 9)), "a round has each side once"
    assert len({first for _, first in rounds}) == 2, "the same side is always first"
    names = run.a["plan"]["order"]
    assert names == run.b["plan"]["order"] and [names[i][0] for i in sorted(a)] == ["A"] * 8, names


def test_both_reports_say_that_they_belong_together(tmp):
    run = ab(tmp, "x = 1\n", "x = 2\n", n=3, expect=0)
    a, b = run.a["plan"], run.b["plan"]
    assert a["session"] and a["session"] == b["session"]
    assert (a["side"], b["side"]) == ("a", "b")
    assert run.a["workloads"][0]["cwd"].endswith("/a") and run.b["workloads"][0]["cwd"].endswith("/b")
    assert said(tmp)["interleaved"]
    again = ab(tmp, "x = 1\n", "x = 2\n", n=1)
    assert again.a["plan"]["session"] != a["session"]


def test_what_is_printed_is_what_compare_says(tmp):
    run = ab(tmp, "x = 1\n", "open('settings.ini').read()\n", "--color", "never", n=4, expect=1)
    again = coldprof("compare", "--color", "never", tmp / "r-a.json", tmp / "r-b.json", expect=1)
    assert run.out.startswith(again.out), f"{run.out}\n---\n{again.out}"
    rest = run.out[len(again.out):].splitlines()
    assert len(rest) == 2 and "r-a.json written" in rest[0] and "r-b.json written" in rest[1], rest


def test_against_is_another_command(tmp):
    need_root()
    (tmp / "two words.py").write_text("open('/etc/hostname').read()\n")
    (tmp / "one.py").write_text("x = 1\n")
    python = need("python3")
    run = coldprof("run", "-n", 3, "-o", tmp / "r.json", "--cwd", tmp, "--against",
                   f"{python} -S 'two words.py' \"\" $HOME", "--", python, "-S", "one.py", expect=1)
    assert "regressed" in one_line(run.out, "files opened"), run.out
    assert load(tmp / "r-b.json")["workloads"][0]["command"] == [
        python, "-S", "two words.py", "", "$HOME"]
    assert load(tmp / "r-a.json")["workloads"][0]["command"] == [python, "-S", "one.py"]


@cases(("json", "r.json", "r-a.json"), ("no-dot", "report", "report-a"),
       ("hidden", ".r", ".r-a"), ("dot-in-folder", "d.d/r", "d.d/r-a"))
def test_names_of_the_reports(tmp, output, expected):
    need_root()
    (tmp / "d.d").mkdir()
    coldprof("run", "-q", "-n", 1, "-w", 0, "-o", output, "--ab", tmp, tmp, "--", "/bin/true",
             cwd=tmp, expect=0)
    assert (tmp / expected).exists(), [str(p) for p in tmp.rglob("*")]


def test_a_side_that_does_not_start_fails(tmp):
    run = ab(tmp, "x = 1\n", "raise SystemExit(3)\n", n=3, expect=1)
    assert "B: " in errors(run)[0] and "REGRESSED" in run.out, str(run)


# ---- what is found ----

def test_equal_sides_raise_no_alarm(tmp):
    ab(tmp, "import json\n", "import json\n", n=8)
    verdict = verdicts(said(tmp))
    counts = {k: v for k, v in verdict.items() if k.endswith("}") or k in (
        "syscalls_count", "files_opened_count", "enoent_count")}
    assert counts and "regressed" not in counts.values(), counts


def test_one_more_file_is_found_and_blamed(tmp):
    run = ab(tmp, "x = 1\n", "open('settings.ini').read()\n", n=4, expect=1)
    assert "regressed" in one_line(run.out, "files opened"), run.out
    files = [c["name"] for c in causes(said(tmp), "file")]
    assert any("settings.ini" in name for name in files), files
    assert not any("app.py" in name and "/" in name.strip("./") for name in files), \
        f"app.py is the same file in two folders: {files}"


def test_a_new_module_is_found_and_blamed(tmp):
    run = ab(tmp, "x = 1\n", "import colorsys\n", n=4, expect=1)
    assert "regressed" in one_line(run.out, "files opened"), run.out
    comparison = said(tmp)
    named = [c["name"] for kind in ("module", "package") for c in causes(comparison, kind)]
    assert any("colorsys" in name for name in named), comparison["workloads"][0]["causes"]


def test_memory_that_is_kept_is_found_and_blamed(tmp):
    ab(tmp, "y = b'x' * 4096\n", "y = b'x' * (8 << 20)\n", n=6, expect=1)
    comparison = said(tmp)
    assert verdicts(comparison)["rss_peak_bytes"] == "regressed", verdicts(comparison)
    (metric,) = [m for m in comparison["workloads"][0]["metrics"] if m["name"] == "rss_peak_bytes"]
    assert 7 << 20 < metric["shift"] < 10 << 20, metric


BUSY = """
import time
end = time.process_time() + %s
while time.process_time() < end:
    pass
"""


@takes(120)
def test_ten_milliseconds_of_computation_are_found_and_blamed(tmp):
    """By the phase that it is in: it is the program itself, no module."""
    ab(tmp, BUSY % 0, BUSY % 0.010, n=12, expect=1)
    comparison = said(tmp)
    assert verdicts(comparison)["phase_main_ns"] == "regressed", verdicts(comparison)
    phases = {c["name"]: c["time_ns"] for c in causes(comparison, "phase")}
    assert 8e6 < phases["main"] < 40e6, phases


# ---- until sure ----

@takes(120)
def test_an_obvious_change_ends_it_early(tmp):
    run = ab(tmp, "x = 1\n", "open('settings.ini').read()\n", "--until-sure", "--max-runs", 60,
             *QUIET, n=4, expect=1)
    looks = run.a["plan"]["looks"]
    assert looks == run.b["plan"]["looks"] and looks["starts"][0] == 4 and looks["starts"][-1] == 60
    assert looks["made_count"] < len(looks["starts"]), looks
    assert len(orders(run.a)) == looks["starts"][looks["made_count"] - 1], looks
    assert f"look {looks['made_count']} of at most {len(looks['starts'])}" in run.out, run.out


@takes(120)
def test_what_can_not_be_told_spends_the_budget(tmp):
    """A count that is a coin's: no number of starts shows that it is the same on both sides."""
    coin = "import os\nfor i in range(os.urandom(1)[0] % 2): os.getppid()\n"
    run = ab(tmp, coin, coin, "--until-sure", "--max-runs", 12, *QUIET,
             "--threshold", "syscalls_count{name=getppid}=0.001", n=4)
    looks = run.a["plan"]["looks"]
    assert looks["made_count"] == len(looks["starts"]) and len(orders(run.a)) == 12, looks
    one_line(run.err, "look 1 of at most", "can't be told yet")
    comparison = said(tmp)
    assert comparison["look_count"] == comparison["looks_count"] == len(looks["starts"])
    assert comparison["level"] < 0.05 and comparison["level_ratio"] == looks["level_ratio"]


@takes(120)
def test_time_is_a_budget_too(tmp):
    coin = "import os, time\nfor i in range(os.urandom(1)[0] % 2): os.getppid()\ntime.sleep(0.3)\n"
    run = ab(tmp, coin, coin, "--until-sure", "--max-runs", 1000, "--max-time", 3, *QUIET,
             "--threshold", "syscalls_count{name=getppid}=0.001", n=4)
    assert 1 <= len(orders(run.a)) == len(orders(run.b)) < 10, orders(run.a)
    assert run.a["plan"]["looks"]["made_count"] >= 1 and not run.a["plan"]["interrupted"]


# ---- interrupted ----

@cases(("SIGINT", signal.SIGINT, 130), ("SIGTERM", signal.SIGTERM, 143))
def test_what_was_measured_is_in_both_reports(tmp, number, status):
    need_root()
    log = tmp / "log"
    command = ["/bin/sh", "-c", f"printf x >> {log}; sleep 0.02"]
    process = start("run", "-n", 50, "-w", 0, "-o", tmp / "r.json", "--ab", tmp, tmp, "--", *command)
    wait_until(lambda: log.exists() and len(log.read_text()) >= 7, "the seventh start")
    interrupt(process, number)
    run = finish(process)
    assert run.status == status, str(run)
    for side in "ab":
        report = load(tmp / f"r-{side}.json")
        good = [s for s in report["workloads"][0]["samples"] if s["outcome"] == "good"]
        assert 3 <= len(good) < 50 and report["plan"]["interrupted"], len(good)
        assert report["workloads"][0]["summary"]["total_ns"]["n"] == len(good)


def test_nothing_is_said_of_sides_that_were_not_measured(tmp):
    need_root()
    process = start("run", "-n", 5, "-w", 0, "-o", tmp / "r.json", "--ab", tmp, tmp, "--",
                    "/bin/sh", "-c", f"touch {tmp}/log; sleep 1000")
    wait_until((tmp / "log").exists, "the first start")
    interrupt(process)
    run = finish(process)
    assert run.status == 130 and "REGRESSED" not in run.out, str(run)


# ---- mistakes ----

BAD = [
    ("one-folder", ["--ab", "/"], "two folders"),
    ("no-second", ["--ab", "/", "--", "true"], "two folders"),
    ("missing-folder", ["--ab", "/", "/nonexistent", "--", "true"], "/nonexistent"),
    ("a-file", ["--ab", "/", "/etc/passwd", "--", "true"], "/etc/passwd"),
    ("twice", ["--ab", "/", "/", "--ab", "/", "/", "--", "true"], "twice"),
    ("no-command", ["--ab", "/", "/"], "command"),
    ("workload", ["--ab", "/", "/", "node/hello"], "command"),
    ("cwd", ["--ab", "/", "/", "--cwd", "/", "--", "true"], "--cwd"),
    ("standard-output", ["--ab", "/", "/", "-o", "-", "--", "true"], "standard output"),
    ("open-quote", ["--against", "a 'b", "--", "true"], "quote"),
    ("empty", ["--against", " ", "--", "true"], "--against"),
    ("sure-alone", ["--until-sure", "--", "true"], "--until-sure"),
    ("runs-alone", ["--ab", "/", "/", "--max-runs", "20", "--", "true"], "--until-sure"),
    ("time-alone", ["--ab", "/", "/", "--max-time", "20", "--", "true"], "--until-sure"),
    ("few-runs", ["--ab", "/", "/", "--until-sure", "--max-runs", "5", "--", "true"], "--max-runs"),
    ("bad-time", ["--ab", "/", "/", "--until-sure", "--max-time", "x", "--", "true"], "--max-time"),
    ("threshold-alone", ["--threshold", "times=2%", "--", "true"], "--threshold"),
    ("bad-threshold", ["--ab", "/", "/", "--threshold", "tims=2%", "--", "true"], "tims"),
]


@cases(*BAD)
def test_bad_usage(words, part):
    run = coldprof("run", *words, expect=2)
    assert not run.out and len(errors(run)) == 1, str(run)
    assert part in errors(run)[0], errors(run)


def test_bad_policy_file(tmp):
    (tmp / "policy.json").write_text("{")
    run = coldprof("run", "--ab", "/", "/", "--policy", tmp / "policy.json", "--", "true", expect=4)
    assert "policy.json" in errors(run)[0], run.err
