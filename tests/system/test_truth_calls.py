# SPDX-License-Identifier: BSD-2-Clause
"""test_truth_calls.py - system calls as strace counts them."""
import functools
import subprocess

from harness import (call, calls, cases, failed_calls, need, one, phase_names, process_running,
                     profile, program, samples, shared_folder, skip, source, strace)

PYTHON = "/usr/bin/python3"


RACING = ("mmap", "munmap", "mprotect", "madvise", "brk", "futex", "sched_yield")


def compare(tmp, command, options=("--ready", "exit"), only=None):
    """Each name's count lies in what three runs of strace gave: mostly one number."""
    truths = [strace(tmp, *command) for _ in range(3)]
    sample = one(tmp, *command, options=options)
    for what, mine, theirs in (("calls", calls(sample), [t[0] for t in truths]),
                               ("errors", failed_calls(sample), [t[1] for t in truths])):
        wrong = []
        for name in sorted(set(mine) | set().union(*theirs)):
            counts = [t.get(name, 0) for t in theirs]
            if only and not only(name, counts):
                continue
            if not min(counts) <= mine.get(name, 0) <= max(counts):
                wrong.append(f"{name}: {mine.get(name, 0)}, strace {counts}")
        assert not wrong, f"{what}: " + "; ".join(wrong)
    return sample


@cases(("plain", "sleeper", "1"), ("threads", "threads", "4", "100"), ("forks", "forks", "6"),
       ("failed-calls", "failed_calls"), ("vfork", "vforks", "4"),
       ("exec-chain", "exec_chain", "5"), ("exec-from-a-thread", "exec_chain", "3", "thread"),
       ("leader-exits", "leader_exits", "20"), ("storm", "storm", "3", "2000"),
       ("page-faults", "faults", "300", "100"), ("pipe", "wait_for", "pipe", "10"),
       ("futex", "wait_for", "futex-timeout", "10"), ("crash-of-a-child", "forks", "1"))
def test_as_strace_counts(tmp, name, *arguments):
    # pthread_join waits by futex only for a thread that still runs: a race of the program's own
    joins = name in ("threads", "storm")
    compare(tmp, [program(name), *arguments],
            only=(lambda call, counts: call != "futex") if joins else None)


def test_shell_script_as_strace_counts(tmp):
    compare(tmp, [source("shim.sh"), program("failed_calls")])


def test_python_as_strace_counts(tmp):
    need(PYTHON)
    compare(tmp, [PYTHON, "-I", "-c", "pass"])


def test_node_as_strace_counts(tmp):
    """
    Its helper threads race, and the heaps that they get: held are the names that strace counted
    alike three times and that are not of malloc or of locks.
    """
    node = need("node")
    held = []

    def only(name, counts):
        held.append(len(set(counts)) == 1 and name not in RACING)
        return held[-1]
    compare(tmp, [node, "-e", "0"], only=only)
    assert sum(held) >= 12, f"strace itself agreed on {sum(held)} names only"


@functools.lru_cache(maxsize=None)
def of_failed_calls():
    return one(shared_folder(), program("failed_calls"))


def test_errors_by_errno():
    sample = of_failed_calls()
    truth = subprocess.run([program("failed_calls")], capture_output=True, text=True).stdout
    for line in truth.splitlines():
        name, errno, count = line.split()
        got = call(sample, name)["errors"].get(errno)
        assert got == int(count), f"{name} {errno}: {got}, not {count}"


def test_every_call_returned_something():
    """results and errors of a call add up to its count; its histogram does too."""
    sample = of_failed_calls()
    for entry in sample["syscalls"]:
        assert sum(entry["errors"].values()) == entry["errors_count"], entry
        if entry["count"]:
            assert sum(entry["histogram"]) == entry["count"], entry
            assert sum(p["count"] for p in entry["phases"]) == entry["count"], entry


def test_calls_of_phases_add_up(tmp):
    sample = one(tmp, program("forks"), "3")
    assert sum(p["syscalls_count"] for p in sample["phases"]) == sum(calls(sample).values()), \
        phase_names(sample)


def test_exit_group_never_returns(tmp):
    entry = call(one(tmp, program("sleeper"), "1"), "exit_group")
    assert entry["count"] == 0 and entry["unfinished_count"] == 1, entry


def test_call_that_the_end_interrupts_is_unfinished(tmp):
    entry = call(one(tmp, "/bin/sh", "-c", "sleep 60 & sleep 0.1"), "clock_nanosleep")
    assert entry["count"] == 1 and entry["unfinished_count"] == 1, entry


def test_denied_calls_are_counted_apart(tmp):
    entry = call(one(tmp, program("seccomp_denied"), "50"), "getppid")
    assert entry["denied_count"] == 50, entry


def test_calls_of_the_32_bit_table(tmp):
    if subprocess.run([program("compat_calls")]).returncode == 77:
        skip("this kernel has no 32-bit system calls")
    sample = one(tmp, program("compat_calls"), "20")
    assert call(sample, "getpid", abi="i386")["count"] == 20
    assert calls(sample)["writev"] == 0, "number 20 was looked up in the wrong table"


def test_io_uring_requests_are_counted_and_said(tmp):
    if subprocess.run([program("uring")], stdout=subprocess.DEVNULL).returncode == 77:
        skip("this kernel has no io_uring")
    run = profile(tmp, program("uring"), "12")
    if any("does not report io_uring" in note for note in run.report["notes"]):
        skip("this kernel does not report io_uring requests")
    (sample,) = samples(run.report)
    assert sum(process_running(sample, "uring")["io_uring"].values()) == 12, sample["processes"]
    assert any("io_uring" in note for note in sample["notes"]), sample["notes"]


def test_nothing_outside_the_tree_is_recorded(tmp):
    outside = subprocess.Popen([program("storm"), "1", "100000000"], stdout=subprocess.DEVNULL)
    try:
        sample = compare(tmp, [program("forks"), "6"])
    finally:
        outside.kill()
        outside.wait()
    assert len(sample["processes"]) == 7, [p["command"] for p in sample["processes"]]
    assert calls(sample)["getppid"] == 0


def test_metrics_agree_with_the_table():
    sample = of_failed_calls()
    metrics = sample["metrics"]
    assert metrics["syscalls_count"] == sum(calls(sample).values()), metrics
    assert metrics["syscall_errors_count"] == sum(failed_calls(sample).values()), metrics


def test_every_process_of_the_tree_is_there(tmp):
    sample = one(tmp, program("vforks"), "4")
    assert len(sample["processes"]) == 5, [p["command"] for p in sample["processes"]]
    assert sum(p["syscalls_count"] for p in sample["processes"]) == sum(calls(sample).values())


def test_exit_statuses(tmp):
    sample = one(tmp, program("forks"), "5")
    statuses = sorted(p["exit_status"] for p in sample["processes"])
    assert statuses == [0, 0, 1, 2, 3, 4], statuses


def test_threads_are_there(tmp):
    sample = one(tmp, program("threads"), "4", "10")
    assert len(sample["threads"]) == 5, sample["threads"]
    assert sample["processes"][0]["threads_count"] == 5
