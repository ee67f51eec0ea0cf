# SPDX-License-Identifier: BSD-2-Clause
"""test_truth_waits.py - where the time went: on a CPU, waiting for one, or blocked, and on what."""
import collections

from harness import (BLOCKED, MS, big_file, cases, close_to, evict, one, output_of,
                     program, root_process, said, times)


def on_chain(sample):
    """Nanoseconds of the chain's main threads over all phases, by what they did."""
    total = collections.Counter()
    for phase in sample["phases"]:
        total.update(times(phase["chain"]))
    return total


WAITS = [("pipe", "pipe"), ("socket", "pipe"), ("network", "network"), ("eventfd", "thread"),
         ("child", "child"), ("futex", "lock"), ("futex-timeout", "timer"), ("flock", "lock"),
         ("poll-timeout", "timer"), ("epoll-timeout", "timer"), ("select-timeout", "timer"),
         ("poll-pipe", "pipe"), ("epoll-pipe", "pipe"), ("select-pipe", "pipe"),
         ("poll-eventfd", "thread"), ("epoll-eventfd", "thread"), ("poll-timerfd", "timer"),
         ("epoll-timerfd", "timer"), ("epoll-socket", "pipe"), ("epoll-network", "network"),
         ("poll-network", "network")]


@cases(*[(f"{what}-is-{kind}", what, kind) for what, kind in WAITS])
def test_wait_for(tmp, what, kind):
    sample = one(tmp, *output_of(tmp, program("wait_for"), what, "100"),
                 options=("--ready", "exit"))
    waited = said(tmp)["waited_ns"]
    spent = on_chain(sample)
    # by its own clock it also waits until it has a CPU again, and runs to and from the wait: a
    # few microseconds, but under emulation as long as all it does
    others = spent["runqueue_ns"] + (spent["on_cpu_ns"] if waited > 105 * MS else 0)
    blocked = spent[f"blocked_{kind}_ns"]
    assert blocked >= 95 * MS, f"{waited} ns blocked on {kind}: {dict(spent)}"
    assert 0.9 * (waited - others) - 5 * MS <= blocked <= 1.1 * waited + 5 * MS, \
        f"{waited} ns blocked on {kind}: {dict(spent)}"


def test_sleep_of_100_ms_is_blocked_on_a_timer(tmp):
    sample = one(tmp, *output_of(tmp, program("sleeper"), "100"))
    slept, spent = said(tmp)["slept_ns"], on_chain(sample)
    # what it slept longer than that by its own clock, it waited for a CPU
    assert 99 * MS <= spent["blocked_timer_ns"] <= slept + MS, (slept, spent)
    assert slept - spent["blocked_timer_ns"] <= spent["runqueue_ns"] + 2 * MS, (slept, spent)
    assert root_process(sample)["time"]["blocked_timer_ns"] == spent["blocked_timer_ns"]


def test_spin_is_on_cpu(tmp):
    sample = one(tmp, *output_of(tmp, program("spinner"), "200"))
    truth, time = said(tmp), root_process(sample)["time"]
    assert close_to(time["on_cpu_ns"], truth["cpu_ns"], ratio=0.03, slack=5 * MS), (truth, time)
    # its own start, in the kernel, comes on top: long under emulation
    assert time["cpu_user_ns"] >= 0.8 * 200 * MS, time
    assert not time["blocked_timer_ns"], time


def test_on_cpu_is_user_and_system(tmp):
    time = root_process(one(tmp, program("storm"), "1", "100000"))["time"]
    assert close_to(time["cpu_user_ns"] + time["cpu_system_ns"], time["on_cpu_ns"], ratio=0.02,
                    slack=MS), time
    assert time["cpu_system_ns"] > 0.2 * time["on_cpu_ns"], time


def test_two_spinners_on_one_cpu_wait_for_it(tmp):
    sample = one(tmp, *output_of(tmp, program("two_spinners"), "150"))
    wall = said(tmp)["wall_ns"]
    spinners = sample["processes"]
    assert len(spinners) == 2, [p["command"] for p in spinners]
    on_cpu = [p["time"]["on_cpu_ns"] for p in spinners]
    waiting = [p["time"]["runqueue_ns"] for p in spinners]
    assert close_to(sum(on_cpu), 300 * MS, ratio=0.1, slack=5 * MS), on_cpu
    # Both want the CPU for as long as both run: each waits about as long as the other runs.
    assert sum(waiting) >= 0.6 * (wall - max(on_cpu)) and min(waiting) > 30 * MS, (waiting, wall)


def test_time_of_the_chain_is_the_phases(tmp):
    """On a CPU, waiting for one and blocked: nothing else, and nothing twice."""
    for command in ([program("sleeper"), "30"], [program("spinner"), "30"],
                    [program("wait_for"), "child", "30"], [program("forks"), "3"],
                    [program("exec_chain"), "3"]):
        sample = one(tmp, *command)
        for phase in sample["phases"]:
            spent = sum(times(phase["chain"]).values())
            assert close_to(spent, phase["duration_ns"], slack=20_000), \
                f"{command}: {phase['name']} lasts {phase['duration_ns']}: {phase['chain']}"


def test_threads_are_apart_from_the_chain(tmp):
    """A second thread that sleeps adds nothing to the main thread's time."""
    sample = one(tmp, program("wait_for"), "futex", "80", options=("--ready", "exit"))
    kinds = {t["tid"]: t["time"] for t in sample["threads"]}
    assert len(kinds) == 2, sample["threads"]
    assert any(t["blocked_timer_ns"] >= 75 * MS for t in kinds.values())
    assert not on_chain(sample)["blocked_timer_ns"], on_chain(sample)


def test_times_are_split_by_phase(tmp):
    """A server: 60 ms of sleep before listen, 80 after it."""
    sample = one(tmp, program("listener"), "before=60", "after=80")
    by_phase = {p["name"]: p["chain"]["blocked_timer_ns"] for p in sample["phases"]}
    total = sum(by_phase.values())
    assert close_to(total, 140 * MS, ratio=0.1, slack=3 * MS), by_phase
    process = sum(p["time"]["blocked_timer_ns"] for p in root_process(sample)["phases"])
    assert close_to(process, total, slack=MS), (process, total)


def read_cold(tmp, *how):
    path = big_file(tmp, 64)
    evict(path)
    sample = one(tmp, *output_of(tmp, program("disk_read"), path, *how))
    return sample, said(tmp)


def test_read_of_an_evicted_file_waits_for_the_disk(tmp):
    sample, truth = read_cold(tmp)
    spent = on_chain(sample)
    busy = spent["on_cpu_ns"] + spent["runqueue_ns"]
    assert spent["blocked_disk_ns"] > 0.5 * (truth["took_ns"] - busy) > 0, (spent, truth)


def test_mapped_evicted_file_waits_in_page_faults(tmp):
    sample, _ = read_cold(tmp, "mmap")
    spent = on_chain(sample)
    process = root_process(sample)
    assert process["faults_major_count"] > 0, process
    assert spent["blocked_fault_ns"] > 0, spent


def test_read_of_a_warm_file_does_not_wait(tmp):
    path = big_file(tmp, 64)
    path.read_bytes()
    spent = on_chain(one(tmp, program("disk_read"), path))
    assert spent["blocked_disk_ns"] < 0.2 * sum(spent.values()), spent


def test_switches_are_counted(tmp):
    process = root_process(one(tmp, program("sleeper"), "5"))
    assert process["switches_voluntary_count"] >= 1, process


def test_cpu_of_threads_is_the_process(tmp):
    sample = one(tmp, program("storm"), "2", "30000")
    total = sum(t["time"]["on_cpu_ns"] for t in sample["threads"])
    process = root_process(sample)["time"]["on_cpu_ns"]
    assert close_to(total, process, ratio=0.01, slack=100_000), (total, process)


def test_time_before_an_exec_belongs_to_the_process(tmp):
    """A shell that spins, then execs: one process, all its CPU time."""
    script = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; exec " + program("sleeper") + " 1"
    process = root_process(one(tmp, "/bin/sh", "-c", script))
    assert process["time"]["on_cpu_ns"] > 5 * MS, process["time"]
    assert all(process["time"][f"blocked_{b}_ns"] is not None for b in BLOCKED)
