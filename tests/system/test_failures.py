# SPDX-License-Identifier: BSD-2-Clause
"""test_failures.py - starts that go wrong: one line that names it, the right status."""
import os
import pathlib
import socket
import subprocess
import time

from harness import (cases, coldprof, errors, load, need, need_root, nobody, one, private_mounts,
                     profile, program, root_process, samples, skip, source)


def fails(tmp, *command, outcome, parts=(), options=(), n=1, **how):
    """One start that fails: status 1, said in one line with these parts; in the report too."""
    run = profile(tmp, *command, options=options, expect=1, n=n, **how)
    lines = errors(run)
    assert lines, f"nothing is said: {run}"
    for part in parts:
        assert any(part in line for line in lines), f"'{part}' is not said: {run.err}"
    sample = samples(run.report)[0]
    outcomes = outcome if isinstance(outcome, tuple) else (outcome,)
    assert sample["outcome"] in outcomes, sample["outcome"]
    assert sample["reason"] and not sample["counted"]
    return run, sample


# ---- can't be started ----

def cannot_start(tmp, command, *parts):
    """Nothing is measured; who mistyped a command wants one line."""
    run = coldprof("run", "-n", 3, "-o", tmp / "r.json", "--quiet", "--", *command, expect=1)
    assert len(errors(run)) == 1, f"{len(errors(run))} lines: {run.err}"
    for part in parts:
        assert part in errors(run)[0], f"'{part}' is not named: {run.err}"


def test_command_that_is_not_on_the_path(tmp):
    need_root()
    cannot_start(tmp, ["no-such-command-here"], "no-such-command-here", "not found")


def test_command_that_is_not_there(tmp):
    need_root()
    cannot_start(tmp, ["/nonexistent/command"], "/nonexistent/command")


def test_file_that_is_not_executable(tmp):
    need_root()
    (tmp / "plain").write_text("text")
    cannot_start(tmp, [tmp / "plain"], str(tmp / "plain"), "permission")


def test_folder_as_a_command(tmp):
    need_root()
    cannot_start(tmp, [tmp], str(tmp))


def test_interpreter_that_is_not_there(tmp):
    need_root()
    script = tmp / "script"
    script.write_text("#!/nonexistent/interpreter\n")
    script.chmod(0o755)
    cannot_start(tmp, [script], str(script))


def test_file_of_no_known_format(tmp):
    need_root()
    thing = tmp / "thing"
    thing.write_bytes(b"\0\1\2\3")
    thing.chmod(0o755)
    cannot_start(tmp, [thing], str(thing))


# ---- ends too early ----

@cases(("segv", "segv", "SIGSEGV"), ("abort", "abort", "SIGABRT"))
def test_crash(tmp, how, name):
    _, sample = fails(tmp, program("ends"), how, outcome="crashed", parts=[name])
    assert root_process(sample)["exit_status"] > 128


def test_nonzero_exit(tmp):
    fails(tmp, program("ends"), "exit", "3", outcome="exited", parts=["3"])


def test_last_lines_of_the_output_are_shown(tmp):
    run, _ = fails(tmp, program("ends"), "say-and-exit", "7", outcome="exited", parts=["7"])
    assert "line 30 of the program" in run.err and "line 25 of the program" in run.err, run.err
    assert "line 1 of the program" not in run.err, "all of the output is shown"


def test_nonzero_exit_may_be_good(tmp):
    sample = one(tmp, program("ends"), "exit", "3", options=("--ignore-failure",))
    assert root_process(sample)["exit_status"] == 3


def test_exit_where_an_answer_was_awaited(tmp):
    fails(tmp, program("sleeper"), "10", outcome="exited", options=("--ready", "http"))


def test_port_already_in_use(tmp):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run, _ = fails(tmp, program("listener"), f"port={port}", outcome="exited")
    assert "in use" in run.err.lower(), run.err


def test_port_already_in_use_by_another_server_is_not_asked(tmp):
    """--ready http:PORT, but it is somebody else who listens there: no answer of ours."""
    other = subprocess.Popen([program("listener"), "port=0", "say=x"], stdout=subprocess.DEVNULL)
    try:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            run = profile(tmp, program("listener"), f"port={port}", expect=1,
                          options=("--ready", f"http:{port}"))
        assert not samples(run.report)[0]["answers"] or \
            not samples(run.report)[0]["answers"][0]["status"]
    finally:
        other.kill()
        other.wait()


def test_some_starts_fail_and_the_others_count(tmp):
    """Every second start fails: status 1, and the good ones are in the summary."""
    script = f"if [ -e {tmp}/odd ]; then rm {tmp}/odd; exit 5; fi; touch {tmp}/odd"
    run = profile(tmp, "/bin/sh", "-c", script, n=4, expect=1)
    outcomes = [s["outcome"] for s in samples(run.report)]
    assert sorted(outcomes) == ["exited", "exited", "good", "good"], outcomes
    total = run.report["workloads"][0]["summary"]["total_ns"]
    assert total["n"] == 2, total


# ---- never ready, or does not want to end ----

@cases(("never", "never", "listen"), ("ignores-SIGTERM", "ignore-term", "listen"),
       ("forks-when-told-to-end", "fork-on-term", "http"), ("never-exits", "never", "exit"))
def test_never_ready(tmp, how, ready):
    fails(tmp, program("ends"), how, outcome="never_ready", parts=["1 s"],
          options=("--ready", ready, "--timeout", "1"))


def test_timeout_of_a_fraction_of_a_second(tmp):
    run, _ = fails(tmp, program("ends"), "never", outcome="never_ready",
                   options=("--ready", "listen", "--timeout", "0.4"))


def test_never_ready_though_its_output_never_pauses(tmp):
    """Lines come faster than they are searched; the clock is looked at all the same."""
    begin = time.monotonic()
    fails(tmp, need("yes"), outcome="never_ready",
          options=("--ready", "line:^no$", "--timeout", "0.5"))
    assert time.monotonic() - begin < 20


def test_never_ready_shows_the_output(tmp):
    run, _ = fails(tmp, "/bin/sh", "-c", "echo waiting for the database; exec sleep 60",
                   outcome="never_ready", options=("--ready", "listen", "--timeout", "1"))
    assert "waiting for the database" in run.err, run.err


@cases("daemon", "background")
def test_what_goes_on_after_the_root_is_ended(tmp, how):
    """The start is good, and the runner finds nobody left."""
    sample = one(tmp, program("ends"), how)
    assert sample["ready"] == "exit"


def test_server_that_ignores_sigterm_is_ended(tmp):
    assert one(tmp, program("listener"), "ignore-term=yes")["ready"] == "http"


def test_daemonised_server_is_ended(tmp):
    one(tmp, program("listener"), "fork=daemon", options=("--ready", "http"))


def test_stopped_program_is_ended(tmp):
    fails(tmp, "/bin/sh", "-c", "kill -STOP $$; sleep 60", outcome="never_ready",
          options=("--ready", "listen", "--timeout", "1"))


# ---- the report can't be written ----

def unwritable(tmp, path, prefix, *parts):
    run = coldprof("run", "-n", 2, "-w", 0, "-o", path, "--", program("sleeper"), "5",
                   prefix=prefix, expect=(1, 3, 4))
    assert len(errors(run)) == 1, run.err
    for part in (str(path), *parts):
        assert part in errors(run)[0], f"'{part}' is not named: {run.err}"
    return run


def kept(run, tmp):
    """What was measured is still somewhere: on the screen."""
    assert "sleeper" in run.out and "total" in run.out, f"the measurements are lost: {run}"


def test_disk_full(tmp):
    folder = tmp / "full"
    folder.mkdir()
    script = f"mount -t tmpfs -o size=4k none {folder} && head -c 4096 /dev/zero > {folder}/x"
    run = unwritable(tmp, folder / "r.json", private_mounts(script), "space")
    kept(run, tmp)


def test_read_only_folder(tmp):
    folder = tmp / "fixed"
    folder.mkdir()
    run = unwritable(tmp, folder / "r.json",
                     private_mounts(f"mount -t tmpfs -o ro none {folder}"), "read-only")
    kept(run, tmp)


def test_folder_of_the_report_is_not_there(tmp):
    need_root()
    unwritable(tmp, tmp / "absent" / "r.json", (), "no such file")


def test_report_over_a_folder(tmp):
    need_root()
    (tmp / "folder").mkdir()
    unwritable(tmp, tmp / "folder", ())


def test_failed_report_leaves_the_old_one(tmp):
    """A disk that fills while the new report is written: the one before is still whole."""
    folder = tmp / "small"
    folder.mkdir()
    keep = tmp / "keep"
    script = (f"mount -t tmpfs -o size=64k none {folder} && echo old > {folder}/r.json && "
              f"head -c 57344 /dev/zero > {folder}/x; "
              f'"$@"; status=$?; cat {folder}/r.json > {keep}; ls {folder} >> {keep}; '
              'exit $status')
    coldprof("run", "-n", 1, "-w", 0, "-o", folder / "r.json", "--", program("sleeper"), "5",
             prefix=private_mounts(script), expect=(1, 3, 4))
    assert keep.read_text().split() == ["old", "r.json", "x"], keep.read_text()


@cases("4k", "64k")
def test_disk_full_of_recordings(tmp, size):
    """The starts are measured all the same, and the report has them; it is said once."""
    folder = tmp / "full"
    folder.mkdir()
    left = tmp / "left"
    script = (f'mount -t tmpfs -o size={size} none {folder} && "$@"; status=$?; '
              f'ls -A {folder} > {left}; exit $status')
    run = coldprof("run", "-n", 4, "-w", 0, "-q", "-o", tmp / "r.json", "--record", folder, "--",
                   program("threads"), "4", prefix=private_mounts(script), expect=1)
    assert len(errors(run)) == 1 and str(folder) in errors(run)[0] and "space" in errors(run)[0]
    for sample in samples(load(tmp / "r.json")):
        assert sample["outcome"] == "good" and sample["counted"], sample["reason"]
        assert sample["metrics"]["threads_count"] > 1, sample["metrics"]
    assert all(name.endswith(".coldprof") for name in left.read_text().split()), left.read_text()


# ---- the machine can't ----

def test_without_root(tmp):
    prefix = nobody()
    folder = tmp / "theirs"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    run = coldprof("run", "-n", 1, "-o", folder / "r.json", "--", "true", prefix=prefix,
                   cwd=folder, expect=3)
    assert len(errors(run)) == 1 and "root" in errors(run)[0], run.err
    assert not list(folder.iterdir())


def test_without_btf(tmp):
    if not pathlib.Path("/sys/kernel/btf/vmlinux").exists():
        skip("this kernel has no BTF: all other tests say so")
    run = coldprof("run", "-n", 1, "-o", tmp / "r.json", "--", "true", expect=3,
                   prefix=private_mounts("mount -t tmpfs none /sys/kernel/btf"))
    assert len(errors(run)) == 1 and "BTF" in errors(run)[0], run.err
    assert not (tmp / "r.json").exists()


@cases(("absent", "/nonexistent/btf", "no such file or directory"),
       ("no-btf", "/etc/passwd", "holds no kernel types"))
def test_btf_file_that_is(path, reason):
    need_root()
    run = coldprof("run", "-n", 1, "--btf", path, "--", "true", expect=3)
    assert len(errors(run)) == 1 and path in errors(run)[0] and reason in errors(run)[0], run.err


def test_doctor_without_btf():
    run = coldprof("doctor", prefix=private_mounts("mount -t tmpfs none /sys/kernel/btf"))
    assert "BTF" in run.out, str(run)


def test_without_writable_cgroups(tmp):
    """Read-only cgroups, as in a container: it still measures, or says in one line why not."""
    script = "for d in /sys/fs/cgroup /sys/fs/cgroup/*; do mountpoint -q $d && " \
        "mount -o remount,ro,bind $d; done 2>/dev/null; true"
    run = coldprof("run", "-n", 1, "-w", 0, "-o", tmp / "r.json", "--", program("sleeper"), "1",
                   prefix=private_mounts(script), expect=(0, 3))
    if run.status == 3:
        assert len(errors(run)) == 1 and "cgroup" in errors(run)[0], run.err
    else:
        assert samples(load(tmp / "r.json"))[0]["outcome"] == "good"


def test_shell_wrapper_first(tmp):
    assert one(tmp, source("wrapper_exec.sh"), program("listener"))["ready"] == "http"


def test_shim_first(tmp):
    assert one(tmp, source("shim.sh"), program("listener"))["ready"] == "http"
