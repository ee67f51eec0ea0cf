# SPDX-License-Identifier: BSD-2-Clause
"""test_truth_storm.py - no event is lost in a storm, or it is known how many."""
import pathlib

from harness import (calls, coldprof, load, lost, need, need_root, profile, program,
                     samples, slow, strace, takes)

MIB = 1 << 20


def test_two_threads_at_full_speed_are_counted(tmp):
    """Whatever the rate: what was not recorded is counted as lost, to the event."""
    sample = profile(tmp, program("storm"), "2", "200000").report["workloads"][0]["samples"][0]
    seen = calls(sample)["getppid"]
    assert seen + sum(lost(sample).values()) >= 400000, (seen, sample["events_lost"])
    if not lost(sample):
        assert seen == 400000, seen


@takes(90)
def test_300000_events_a_second_lose_none(tmp):
    run = profile(tmp, program("paced_storm"), "300000", "3000")
    (sample,) = samples(run.report)
    assert not lost(sample), f"lost {lost(sample)}"
    assert calls(sample)["getppid"] == 900000, calls(sample)["getppid"]


def overload(tmp, count):
    """dd byte by byte: two calls a byte, and as many as strace says around them."""
    dd = [need("dd"), "if=/dev/zero", "of=/dev/null", "bs=1"]
    around, _ = strace(tmp, *dd, "count=10")
    run = profile(tmp, *dd, f"count={count}", options=("--timeout", "500"), timeout=590)
    (sample,) = samples(run.report)
    dropped = lost(sample)
    truth = sum(around.values()) - 20 + 2 * count
    got = sum(calls(sample).values())
    return run, sample, truth, got, dropped


def hold_exactly(tmp, count):
    run, sample, truth, got, dropped = overload(tmp, count)
    dropped_calls = sum(n for kind, n in dropped.items() if "syscall" in kind)
    # exit_group does not return, so it is in nobody's count; but it may be among the lost.
    assert got + dropped_calls in (truth, truth + 1), \
        f"{got} recorded + {dropped_calls} lost, the truth is {truth}: {dropped}"
    assert run.peak_bytes < 512 * MIB, f"coldprof took {run.peak_bytes // MIB} MiB"
    if dropped:
        assert not sample["counted"], "a start with losses counts"
        summary = run.report["workloads"][0]["summary"]
        assert not summary, summary


@takes(120)
def test_beyond_that_the_number_lost_is_exact(tmp):
    hold_exactly(tmp, 1_000_000)


@slow
def test_ten_million_bytes_one_by_one(tmp):
    hold_exactly(tmp, 10_000_000)


@takes(120)
def test_memory_does_not_grow_with_the_storm(tmp):
    """Ten times the events, about the same memory: what does not fit goes to the disk."""
    small = profile(tmp, program("paced_storm"), "200000", "1000")
    large = profile(tmp, program("paced_storm"), "200000", "10000", timeout=110)
    assert large.peak_bytes < 2 * small.peak_bytes + 64 * MIB, \
        f"{small.peak_bytes // MIB} MiB, then {large.peak_bytes // MIB} MiB"


def test_losses_are_said_once(tmp):
    """Where nothing is lost, nothing is said of it."""
    need_root()
    path = pathlib.Path(tmp) / "r.json"
    run = coldprof("run", "-n", 2, "-w", 0, "-o", path, "--", program("sleeper"), "5", expect=0)
    assert not any(lost(s) for s in samples(load(path)))
    assert run.err.count("lost") <= 1, run.err
