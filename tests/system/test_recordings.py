# SPDX-License-Identifier: BSD-2-Clause
"""test_recordings.py - a recording rebuilds its sample, without root, also when it is damaged."""
import json
import os
import pathlib
import random
import sys

from harness import (calls, cases, coldprof, errors, load, need, nobody, profile, program, samples,
                     source, takes)


def recorded(tmp, *command, n=1, **how):
    folder = tmp / "recordings"
    run = profile(tmp, *command, n=n, options=("--record", folder, *how.pop("options", ())), **how)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return run, files


def rebuilt(tmp, recording, prefix=(), expect=0):
    """The report that `coldprof report` makes of a recording."""
    out = tmp / "rebuilt"
    out.mkdir(exist_ok=True)
    out.chmod(0o777)
    path = out / "r.json"
    if path.exists():
        path.unlink()
    coldprof("report", "--format", "json", "-o", path, recording, expect=expect, prefix=prefix)
    return load(path)


def test_each_start_has_its_file(tmp):
    _, files = recorded(tmp, program("sleeper"), "2", n=3)
    assert len(files) == 3, files


SAME = ("outcome", "total_ns", "ready_ns", "responded_ns", "ready", "phases", "phases_missing",
        "chain", "processes", "threads", "answers", "syscalls", "events_lost", "metrics",
        "tree_pss_ready_bytes", "cold", "cgroup")


@cases(("threads", lambda: [program("threads"), "3", "50"]),
       ("forks", lambda: [program("forks"), "4"]),
       ("server", lambda: [program("listener"), "fork=late"]),
       ("node", lambda: [need("node"), source("node/cluster.js")]),
       ("python", lambda: [need("/usr/bin/python3"), "-c", "import json"]))
def test_rebuilds_the_same_sample(tmp, command):
    run, (file,) = recorded(tmp, *command())
    (first,) = samples(run.report)
    (again,) = samples(rebuilt(tmp, file))
    for key in SAME:
        assert first[key] == again[key], f"{key}: {str(first[key])[:300]} {str(again[key])[:300]}"


def test_files_are_the_same_too(tmp):
    run, (file,) = recorded(tmp, program("forks"), "4")
    again = rebuilt(tmp, file)
    for key in ("files", "folders", "runtime"):
        assert run.report["workloads"][0][key] == again["workloads"][0][key], key


def test_without_root(tmp):
    run, (file,) = recorded(tmp, program("forks"), "4")
    file.chmod(0o644)
    (first,) = samples(run.report)
    (again,) = samples(rebuilt(tmp, file, prefix=nobody()))
    assert first["phases"] == again["phases"] and calls(first) == calls(again)


def test_when_the_files_are_gone(tmp):
    """Nothing but the recording is needed: the program itself may be gone."""
    copy = tmp / "copy"
    copy.write_bytes(pathlib.Path(program("forks")).read_bytes())
    copy.chmod(0o755)
    run, (file,) = recorded(tmp, copy, "2")
    copy.unlink()
    assert samples(run.report)[0]["metrics"] == samples(rebuilt(tmp, file))[0]["metrics"]


def test_text_of_a_recording(tmp):
    _, (file,) = recorded(tmp, program("sleeper"), "2")
    assert "total" in coldprof("report", file, expect=0).out


def test_text_of_a_report(tmp):
    profile(tmp, program("sleeper"), "2")
    assert "total" in coldprof("report", tmp / "report.json", expect=0).out


def test_report_of_a_report_is_the_same(tmp):
    run = profile(tmp, program("forks"), "2", n=3)
    coldprof("report", "--format", "json", "-o", tmp / "again.json", tmp / "report.json", expect=0)
    assert load(tmp / "again.json") == run.report


@takes(120)
def test_cut_recording_is_read_up_to_the_cut(tmp):
    """Never a crash; what comes before the cut is there, and the cut is said."""
    _, (file,) = recorded(tmp, program("storm"), "1", "20000")
    whole = file.read_bytes()
    cut = tmp / "cut"
    for share in (0.999, 0.7, 0.3):
        cut.write_bytes(whole[:int(len(whole) * share)])
        run = coldprof("report", cut, expect=(0, 1, 4))
        assert "cut" in run.err, f"at {share}: {run}"


def test_cut_of_a_short_recording_leaves_most_of_it(tmp):
    _, (file,) = recorded(tmp, sys.executable, "-c", "import json")
    whole = file.read_bytes()
    cut = tmp / "cut.coldprof"
    cut.write_bytes(whole[:len(whole) // 2])
    report = rebuilt(tmp, cut)
    (sample,) = samples(report)
    assert sample["outcome"] == "interrupted" and "no end" in sample["reason"], sample["reason"]
    assert sum(c["count"] for c in sample["syscalls"]) > 50, sample["syscalls"]


@takes(120)
def test_damaged_recording_is_never_a_crash(tmp):
    _, (file,) = recorded(tmp, program("forks"), "3")
    whole = file.read_bytes()
    bad = tmp / "bad"
    dice = random.Random(3)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        bad.write_bytes(data)
        run = coldprof("report", bad)
        assert run.status in (0, 1, 4), str(run)


@cases(("empty", b""), ("text", b"not a recording\n"), ("zeros", bytes(5000)))
def test_no_recording_at_all(tmp, content):
    bad = tmp / "bad"
    bad.write_bytes(content)
    run = coldprof("report", bad, expect=4)
    assert len(errors(run)) == 1 and str(bad) in errors(run)[0], run.err


def test_failed_start_is_recorded_too(tmp):
    run, (file,) = recorded(tmp, program("ends"), "segv", expect=1)
    again = rebuilt(tmp, file, expect=(0, 1))
    assert samples(again)[0]["outcome"] == samples(run.report)[0]["outcome"] == "crashed"


def test_recording_is_much_smaller_than_its_events(tmp):
    """Paths are stored once: a thousand failed look-ups of one file cost little."""
    run, (file,) = recorded(tmp, "/bin/sh", "-c",
                            "i=0; while [ $i -lt 300 ]; do [ -e /nonexistent/" + "x" * 200 +
                            " ]; i=$((i+1)); done")
    looked = samples(run.report)[0]["metrics"]["enoent_count"]
    assert looked >= 300 and file.stat().st_size < 300 * 200 + 150 * sum(
        calls(samples(run.report)[0]).values()) + 200_000, file.stat().st_size


def test_records_belong_to_the_caller(tmp):
    _, files = recorded(tmp, program("sleeper"), "1")
    assert all(p.stat().st_uid == os.geteuid() for p in files)


def test_folder_that_can_not_be_made(tmp):
    (tmp / "file").write_text("")
    run = coldprof("run", "-n", 1, "-o", tmp / "r.json", "--record", tmp / "file" / "x", "--",
                   program("sleeper"), "1")
    assert run.status not in (0, -6, -11) and errors(run), str(run)


def test_report_as_json_on_standard_output(tmp):
    profile(tmp, program("sleeper"), "1")
    run = coldprof("report", "--format", "json", tmp / "report.json", expect=0)
    assert json.loads(run.out)["schema"] == 1
