# SPDX-License-Identifier: BSD-2-Clause
"""test_interrupt.py - Ctrl-C and SIGTERM at any moment: what was measured is kept."""
import os
import signal
import subprocess
import time

from harness import (STARTED, cases, coldprof, finish, interrupt, load, need, need_root, one, program,
                     samples, start, takes, wait_until)


def begin(tmp, *command, n=50, options=(), **how):
    need_root()
    return start("run", "-n", n, "-w", 0, "-o", tmp / "r.json", *options, "--", *command, **how)


def starts_logged(tmp):
    try:
        return len((tmp / "log").read_text())
    except OSError:
        return 0


def logging_command(tmp, seconds="0.02"):
    return ["/bin/sh", "-c", f"printf x >> {tmp}/log; sleep {seconds}"]


@cases(("SIGINT", signal.SIGINT, 130), ("SIGTERM", signal.SIGTERM, 143))
def test_starts_measured_before_are_reported(tmp, number, status):
    process = begin(tmp, *logging_command(tmp))
    wait_until(lambda: starts_logged(tmp) >= 4, "the fourth start")
    interrupt(process, number)
    run = finish(process)
    assert run.status == status, str(run)
    report = load(tmp / "r.json")
    good = [s for s in samples(report) if s["outcome"] == "good"]
    assert 3 <= len(good) < 50, [s["outcome"] for s in samples(report)]
    assert report["plan"]["interrupted"]
    assert report["workloads"][0]["summary"]["total_ns"]["n"] == len(good)


@takes(120)
@cases(*[(f"{when}ms-{name}", when, number, status)
         for when in (0, 2, 5, 10, 20, 40, 80, 160, 320, 640)
         for name, number, status in (("SIGINT", signal.SIGINT, 130),
                                      ("SIGTERM", signal.SIGTERM, 143))])
def test_at_any_moment(tmp, when, number, status):
    """From its own exec on: whatever it was doing, the status is right and nothing is left."""
    process = begin(tmp, *logging_command(tmp, "0.05"))
    wait_until(lambda: os.readlink(f"/proc/{process.pid}/exe").endswith("coldprof"), "exec")
    time.sleep(when / 1000)  # the moment is what is tried, nothing is awaited
    interrupt(process, number)
    run = finish(process)
    # Before main has set its handlers the signal ends it as any program; how long that takes on a
    # busy machine nobody knows, but nothing has been started by then.
    begun = (tmp / "log").exists() or (tmp / "r.json").exists() or when >= 160
    assert run.status in ((status,) if begun else (status, -number)), str(run)
    if (tmp / "r.json").exists():
        assert load(tmp / "r.json")["plan"]["interrupted"]
    left = [p.name for p in tmp.iterdir() if p.name not in ("r.json", "log")]
    assert not left, left


def test_ctrl_c_of_a_terminal_reaches_the_whole_group(tmp):
    """The program is in a session of its own: only coldprof gets it, and ends the program."""
    process = subprocess.Popen(["setsid", "-w", "sh", "-c", 'echo $$; exec "$@"', "sh"] + [
        str(a) for a in begin_words(tmp)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, stdin=subprocess.DEVNULL)
    try:
        leader = int(process.stdout.readline())
        STARTED.add(leader)
        wait_until(lambda: starts_logged(tmp) >= 2, "the second start")
        os.killpg(leader, signal.SIGINT)
        process.wait(20)
        assert process.returncode == 130, (process.returncode, process.stderr.read())
    finally:
        process.kill()
        process.communicate()


def begin_words(tmp):
    from harness import COLDPROF
    need_root()
    need("setsid")
    return [COLDPROF, "run", "-n", 50, "-w", 0, "-o", tmp / "r.json", "--",
            *logging_command(tmp)]


def begin_stubborn(tmp, how, ready):
    """A coldprof whose program runs, and never gets ready."""
    process = begin(tmp, "/bin/sh", "-c", f"printf x >> {tmp}/log; exec {program('ends')} {how}",
                    options=("--ready", ready))
    wait_until(lambda: starts_logged(tmp) >= 1, "the start")
    return process


@cases(("ignores-SIGTERM", "ignore-term"), ("forks-when-told-to-end", "fork-on-term"),
       ("daemon", "daemon"))
def test_while_a_stubborn_program_runs(tmp, how):
    process = begin_stubborn(tmp, how, "http")
    interrupt(process)
    run = finish(process)
    assert run.status == 130, str(run)


def test_twice_in_a_row(tmp):
    process = begin(tmp, *logging_command(tmp))
    wait_until(lambda: starts_logged(tmp) >= 2, "the second start")
    interrupt(process)
    try:
        interrupt(process)
        interrupt(process, signal.SIGTERM)
    except ProcessLookupError:
        pass
    run = finish(process)
    assert run.status in (130, 143), str(run)


def test_with_nothing_measured_yet(tmp):
    process = begin_stubborn(tmp, "never", "listen")
    interrupt(process)
    run = finish(process)
    assert run.status == 130, str(run)
    if (tmp / "r.json").exists():
        assert not any(s["counted"] for s in samples(load(tmp / "r.json")))


def test_while_the_set_up_command_runs(tmp):
    process = begin(tmp, "/bin/true", options=("--setup", f"printf x >> {tmp}/log; sleep 1000"))
    wait_until(lambda: starts_logged(tmp) >= 1, "the set-up command")
    interrupt(process)
    run = finish(process, 10)
    assert run.status == 130, str(run)


def test_hang_up_ends_it_too(tmp):
    process = begin(tmp, *logging_command(tmp))
    wait_until(lambda: starts_logged(tmp) >= 2, "the second start")
    interrupt(process, signal.SIGHUP)
    assert finish(process).status != 0


def test_output_pipe_that_closes(tmp):
    """coldprof run | head -0: no crash, nothing left behind."""
    process = begin(tmp, *logging_command(tmp), n=3)
    process.stdout.close()
    process.stdout = None
    run = finish(process)
    assert run.status >= 0 or run.status == -signal.SIGPIPE, str(run)
    assert len(samples(load(tmp / "r.json"))) == 3


def test_after_kill_9_doctor_finds_and_removes_the_rest(tmp):
    process = begin_stubborn(tmp, "ignore-term", "listen")
    process.kill()
    finish(process)
    coldprof("doctor")
    run = coldprof("doctor")
    assert "left" not in run.out.lower() or "no left" in run.out.lower() or \
        "nothing" in run.out.lower(), run.out


def test_next_run_after_kill_9_is_good(tmp):
    process = begin_stubborn(tmp, "ignore-term", "listen")
    process.kill()
    finish(process)
    one(tmp, program("sleeper"), "5")
    coldprof("doctor")


def test_signals_ignored_by_the_caller(tmp):
    """Started in the background by a shell that ignores SIGINT: SIGTERM still ends it well."""
    process = begin(tmp, *logging_command(tmp), prefix=("/bin/sh", "-c", 'trap "" INT; exec "$@"',
                                                       "sh"))
    wait_until(lambda: starts_logged(tmp) >= 2, "the second start")
    interrupt(process, signal.SIGTERM)
    assert finish(process).status == 143
