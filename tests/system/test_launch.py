# SPDX-License-Identifier: BSD-2-Clause
"""test_launch.py - what a program is started with, in which limits, as whom."""
import os
import pathlib
import re
import sys

from harness import (MS, cases, coldprof, errors, load, need_root, one, output_of, private_mounts,
                     profile, program, root_process, said, samples)


def inspected(tmp, *, program_words=(), **how):
    """The lines of build/programs/inspect, by their first word."""
    one(tmp, *program_words, program("inspect"), tmp / "seen", **how)
    lines = (tmp / "seen").read_text().splitlines()
    seen = {"fd": {}, "env": {}}
    for line in lines:
        key, _, rest = line.partition("\t" if ":\t" in line else " ")
        if key == "fd":
            number, _, target = rest.partition(" ")
            seen["fd"][int(number)] = target
        elif key == "env":
            name, _, value = rest.partition("=")
            seen["env"][name] = value
        else:
            seen[key.rstrip(":")] = rest.strip()
    return seen


def test_signal_mask_is_empty_and_nothing_is_ignored(tmp):
    seen = inspected(tmp)
    for key in ("SigBlk", "SigIgn", "SigCgt"):
        assert int(seen[key], 16) == 0, (key, seen[key])


def test_not_even_what_the_caller_ignored_and_blocked(tmp):
    """bash starts background jobs with SIGINT ignored; a service manager blocks some."""
    code = ("import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
            "signal.signal(signal.SIGQUIT, signal.SIG_IGN); "
            "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGCHLD]); "
            "os.execv(sys.argv[1], sys.argv[1:])")
    seen = inspected(tmp, prefix=(sys.executable, "-c", code))
    for key in ("SigBlk", "SigIgn"):
        assert int(seen[key], 16) == 0, (key, seen[key])


def test_session_of_its_own(tmp):
    seen = inspected(tmp)
    assert seen["sid"] == seen["pid"] == seen["pgid"], seen


def test_three_descriptors_and_no_more(tmp):
    fd = inspected(tmp)["fd"]
    assert set(fd) == {0, 1, 2}, fd
    assert fd[0] == "/dev/null"
    assert fd[2].split(" ")[0].startswith("/"), f"not a file: {fd[2]}"


def test_no_descriptor_of_the_callers_either(tmp):
    code = "import os, sys; os.dup2(os.open('/etc/passwd', 0), 77, inheritable=True); " \
           "os.execv(sys.argv[1], sys.argv[1:])"
    fd = inspected(tmp, prefix=(sys.executable, "-c", code))["fd"]
    assert set(fd) == {0, 1, 2}, fd


def test_environment_is_the_callers(tmp):
    seen = inspected(tmp, env={"MINE": "kept", "ODD": "a=b c"})["env"]
    assert seen["MINE"] == "kept" and seen["ODD"] == "a=b c"
    assert not [name for name in seen if name.startswith("COLDPROF")], seen


def test_env_adds_and_overrides(tmp):
    seen = inspected(tmp, env={"MINE": "old"},
                     options=("--env", "MINE=new=2", "--env", "EMPTY="))["env"]
    assert seen["MINE"] == "new=2" and seen["EMPTY"] == ""


def test_values_of_the_environment_are_not_in_the_report(tmp):
    profile(tmp, program("sleeper"), "1", env={"A_SECRET": "hunter2-of-the-test"})
    assert "hunter2-of-the-test" not in (tmp / "report.json").read_text()


def test_folder_is_the_callers(tmp):
    (tmp / "here").mkdir()
    assert inspected(tmp, cwd=tmp / "here")["cwd"] == str(tmp / "here")


def test_cwd(tmp):
    (tmp / "there").mkdir()
    assert inspected(tmp, options=("--cwd", tmp / "there"))["cwd"] == str(tmp / "there")


def test_stdin(tmp):
    (tmp / "in").write_text("from a file\n")
    one(tmp, "/bin/sh", "-c", f"cat > {tmp}/copy", options=("--stdin", tmp / "in"))
    assert (tmp / "copy").read_text() == "from a file\n"


def test_stdin_is_empty_without(tmp):
    one(tmp, "/bin/sh", "-c", f"cat > {tmp}/copy")
    assert (tmp / "copy").read_text() == ""


def test_stdin_of_a_pipe_that_nobody_writes_is_at_its_end(tmp):
    """Opening it would wait for a writer, beyond --timeout and Ctrl-C."""
    os.mkfifo(tmp / "pipe")
    one(tmp, "/bin/sh", "-c", f"cat > {tmp}/copy", options=("--stdin", tmp / "pipe"))
    assert (tmp / "copy").read_text() == ""


def test_stdin_of_a_folder_is_refused(tmp):
    run = profile(tmp, "/bin/cat", options=("--stdin", tmp), expect=1)
    assert f"'{tmp}': is a directory" in "".join(errors(run)), run.err


def test_arguments_arrive_as_they_are(tmp):
    odd = ["", "two words", "$HOME", "*", "--", "-n", "a\nb", "caf\u00e9", "'\""]
    one(tmp, "/bin/sh", "-c", f'for a; do printf "%s\\0" "$a"; done > {tmp}/seen', "sh", *odd)
    assert (tmp / "seen").read_bytes().split(b"\0")[:-1] == [a.encode() for a in odd]


def test_command_of_the_path_is_found(tmp):
    folder = tmp / "bin"
    folder.mkdir()
    (folder / "my-own-program").symlink_to(program("sleeper"))
    path = f"{folder}:{os.environ['PATH']}"
    sample = one(tmp, "my-own-program", "1", env={"PATH": path})
    assert root_process(sample)["command"][0] == "my-own-program"


def test_output_does_not_come_through(tmp):
    run = profile(tmp, "/bin/sh", "-c", "echo from the program; echo and its errors >&2")
    assert "from the program" not in run.out + run.err and "errors" not in run.err


def test_much_output_is_no_hindrance(tmp):
    one(tmp, "/bin/sh", "-c", "head -c 30000000 /dev/zero; head -c 3000000 /dev/zero >&2")


# ---- each start ----

def test_setup_runs_before_each_start(tmp):
    profile(tmp, "/bin/sh", "-c", f"printf R >> {tmp}/order", n=3, warmup=1,
            options=("--setup", f"printf s >> {tmp}/order"))
    assert (tmp / "order").read_text() == "sR" * 4


def test_setup_is_outside_the_clock(tmp):
    sample = one(tmp, program("sleeper"), "1", options=("--setup", "sleep 0.5"))
    assert sample["total_ns"] < 400 * MS
    assert len(sample["processes"]) == 1


@cases(("exit", "echo one; echo two >&2; exit $((4 + 5))", "exited with status 9"),
       ("signal", "echo one; echo two; kill -9 $$", "ended by signal 9"))
def test_setup_that_fails(tmp, setup, how):
    need_root()
    run = coldprof("run", "-n", 1, "-w", 0, "-o", tmp / "r.json", "--quiet", "--setup", setup,
                   "--", program("sleeper"), "1", expect=1)
    assert len(errors(run)) == 1 and how in errors(run)[0], run.err
    assert "  | one\n  | two\n" in run.err, run.err


def test_setup_of_a_user_who_has_no_shell(tmp):
    profile(tmp, program("sleeper"), "1", options=("--user", "nobody", "--setup", "true"))


def cgroup_of_a_start(tmp):
    one(tmp, "/bin/sh", "-c", f"cat /proc/self/cgroup > {tmp}/cgroup")
    return (tmp / "cgroup").read_text()


def test_each_start_has_a_cgroup_of_its_own(tmp):
    mine = pathlib.Path("/proc/self/cgroup").read_text()
    first, second = cgroup_of_a_start(tmp), cgroup_of_a_start(tmp)
    assert first != mine and "coldprof" in first, first
    assert first != second, first


def test_cgroup_is_gone_after_it(tmp):
    paths = [line.split(":", 2)[2] for line in cgroup_of_a_start(tmp).splitlines()]
    ours = [p for p in paths if "coldprof" in p]
    for root, folders, _ in os.walk("/sys/fs/cgroup"):
        for folder in folders:
            full = os.path.join(root, folder)
            assert not any(full.endswith(p) for p in ours), full


def test_memory_limit_holds(tmp):
    run = profile(tmp, program("hold"), "300", options=("--memory", "100M"), expect=1)
    (sample,) = samples(run.report)
    assert sample["outcome"] == "crashed", sample["outcome"]
    assert "memory" in sample["reason"].lower(), sample["reason"]
    assert run.report["workloads"][0]["limit_memory_bytes"] == 100 << 20


def test_memory_limit_that_suffices(tmp):
    assert one(tmp, program("hold"), "50", options=("--memory", "100M"))["outcome"] == "good"


def test_cpu_limit_slows_down(tmp):
    sample = one(tmp, *output_of(tmp, program("spinner"), "300"), options=("--cpus", "0.5"))
    truth = said(tmp)
    assert truth["wall_ns"] > 1.5 * truth["cpu_ns"], truth
    assert sample["cgroup"]["throttled_ns"] > 0, sample["cgroup"]


def test_name_of_a_command(tmp):
    run = profile(tmp, program("sleeper"), "1", options=("--name", "my service"))
    assert run.report["workloads"][0]["name"] == "my service"


# ---- as whom: a machine with a user alice, who called sudo ----

def with_alice(tmp):
    """/etc with a user alice (id 4242, group 4243 and 4244) whose home is TMP/alice."""
    home = tmp / "alice"
    home.mkdir()
    os.chown(home, 4242, 4243)
    passwd = pathlib.Path("/etc/passwd").read_text()
    group = pathlib.Path("/etc/group").read_text()
    (tmp / "passwd").write_text(passwd + f"alice:x:4242:4243::{home}:/bin/bash\n")
    (tmp / "group").write_text(group + "alice:x:4243:\nwheelers:x:4244:alice\n")
    (home / ".profile").write_text(f'PATH="{home}/bin:$PATH"\n')
    (home / "bin").mkdir()
    tool = home / "bin" / "alices-own-tool"
    tool.write_text("#!/bin/sh\nexec \"$@\"\n")
    tool.chmod(0o755)
    script = f"mount --bind {tmp}/passwd /etc/passwd && mount --bind {tmp}/group /etc/group"
    return home, private_mounts(script)


SUDO = {"SUDO_USER": "alice", "SUDO_UID": "4242", "SUDO_GID": "4243", "HOME": "/root"}


def as_alice(tmp, **how):
    home, prefix = with_alice(tmp)
    (tmp / "out").mkdir()
    os.chown(tmp / "out", 4242, 4243)
    one(tmp / "out", *how.pop("program_words", ()), program("inspect"), tmp / "out" / "seen",
        prefix=prefix, **how)
    return home, (tmp / "out" / "seen").read_text()


def test_runs_as_who_called_sudo(tmp):
    home, seen = as_alice(tmp, env=SUDO)
    assert re.search(r"^Uid:\s+4242\s+4242\s+4242\s+4242", seen, re.M), seen
    assert re.search(r"^Gid:\s+4243\s+4243\s+4243\s+4243", seen, re.M), seen
    assert set(re.search(r"^Groups:\s*(.*)$", seen, re.M).group(1).split()) == {"4243", "4244"}
    assert f"env HOME={home}\n" in seen
    assert "env USER=alice\n" in seen
    assert re.search(r"^CapEff:\s+0+$", seen, re.M), "it kept a capability"


def test_path_is_that_of_the_login_shell(tmp):
    home, seen = as_alice(tmp, env=SUDO, program_words=["alices-own-tool"])
    assert f"env PATH={home}/bin:" in seen, seen


def test_report_belongs_to_who_called_sudo(tmp):
    as_alice(tmp, env=SUDO)
    info = (tmp / "out" / "report.json").stat()
    assert (info.st_uid, info.st_gid) == (4242, 4243), info


def test_user_option_overrides(tmp):
    _, seen = as_alice(tmp, options=("--user", "alice"))
    assert re.search(r"^Uid:\s+4242", seen, re.M), seen


def test_user_root_overrides_sudo(tmp):
    home, prefix = with_alice(tmp)
    one(tmp, program("inspect"), tmp / "seen", prefix=prefix, env=SUDO,
        options=("--user", "root"))
    assert re.search(r"^Uid:\s+0\s", (tmp / "seen").read_text(), re.M)


def test_setup_runs_as_the_user_too(tmp):
    home, prefix = with_alice(tmp)
    one(tmp, program("sleeper"), "1", prefix=prefix, env=SUDO,
        options=("--setup", f"id -u > {home}/id"))
    assert (home / "id").read_text() == "4242\n"


def test_report_is_not_written_through_a_link_of_another(tmp):
    """alice's report.json is a link to a file of root's: it is replaced, not written through."""
    home, prefix = with_alice(tmp)
    victim = tmp / "victim"
    victim.write_text("root's\n")
    os.chmod(victim, 0o600)
    (home / "r.json").symlink_to(victim)
    os.lchown(home / "r.json", 4242, 4243)
    coldprof("run", "-n", 1, "-w", 0, "--quiet", "-o", home / "r.json", "--", program("sleeper"),
             "1", prefix=prefix, env=SUDO)
    assert victim.read_text() == "root's\n" and victim.stat().st_uid == 0


def test_report_to_where_the_user_may_not_write(tmp):
    """sudo gives coldprof no right to overwrite root's files for alice."""
    _, prefix = with_alice(tmp)
    (tmp / "roots").mkdir(mode=0o755)
    (tmp / "roots" / "r.json").write_text("root's\n")
    run = coldprof("run", "-n", 1, "-w", 0, "--quiet", "-o", tmp / "roots" / "r.json", "--",
                   program("sleeper"), "1", prefix=prefix, env=SUDO)
    if (tmp / "roots" / "r.json").read_text() != "root's\n":
        info = (tmp / "roots" / "r.json").stat()
        assert info.st_uid == 4242, "root wrote it, and kept it"
    else:
        assert run.status != 0 and errors(run), str(run)


@cases(("unknown", {"SUDO_USER": "mallory", "SUDO_UID": "77777", "SUDO_GID": "77777"}),
       ("garbage", {"SUDO_USER": "x", "SUDO_UID": "-1", "SUDO_GID": "abc"}))
def test_sudo_variables_that_make_no_sense(tmp, variables):
    need_root()
    run = coldprof("run", "-n", 1, "-w", 0, "--quiet", "-o", tmp / "r.json", "--",
                   program("inspect"), tmp / "seen", env=variables)
    if run.status == 0:
        assert samples(load(tmp / "r.json"))[0]["outcome"] == "good"
    else:
        assert errors(run), str(run)
