# SPDX-License-Identifier: BSD-2-Clause
"""test_output.py - what is written where, on a terminal and off it."""
import json
import os
import pty
import re
import select
import subprocess
import time

from harness import (COLDPROF, cases, coldprof, environment, finish, interrupt, load, need, need_root,
                     program, samples, source, start)

ESCAPE = "\x1b"


def plain(tmp, *options, n=2, **how):
    need_root()
    return coldprof("run", "-n", n, "-w", 0, "-o", tmp / "r.json", *options, "--",
                    program("listener"), expect=0, **how)


def on_terminal(tmp, *options, n=3):
    """(standard output, standard error), standard error a terminal of 100 columns."""
    need_root()
    master, slave = pty.openpty()
    import fcntl
    import struct
    import termios
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = subprocess.Popen(
        [str(COLDPROF), "run", "-n", str(n), "-w", "0", "-o", str(tmp / "r.json"), *options, "--",
         program("sleeper"), "150"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave,
        env=environment({"TERM": "xterm"}))
    os.close(slave)
    seen = b""
    while True:
        try:
            if select.select([master], [], [], 30)[0]:
                data = os.read(master, 65536)
                if not data:
                    break
                seen += data
        except OSError:
            break
    out = process.communicate(timeout=30)[0]
    os.close(master)
    assert process.returncode == 0, seen
    return out.decode(), seen.decode(errors="replace")


def test_summary_on_standard_output(tmp):
    run = plain(tmp)
    for word in ("total", "ms", "PSS", "private", "peak"):
        assert word in run.out, f"'{word}' is missing: {run.out}"
    assert "listener" in run.out


def test_quiet_is_silent(tmp):
    run = plain(tmp, "--quiet")
    assert not run.out and not run.err, str(run)


def test_no_progress_and_no_colour_off_a_terminal(tmp):
    run = plain(tmp)
    assert ESCAPE not in run.out + run.err and "\r" not in run.err, repr(run.err)


def test_progress_on_a_terminal(tmp):
    out, err = on_terminal(tmp)
    assert "\r" in err or ESCAPE in err, repr(err)
    assert re.search(r"\b1/3\b|\b2/3\b|\b3/3\b", err), repr(err)
    assert ESCAPE not in out, "standard output is no terminal"


def test_progress_line_is_gone_at_the_end(tmp):
    """What stays on the screen: no half-overwritten line."""
    _, err = on_terminal(tmp)
    last = err.replace("\r\n", "\n").split("\n")[-1]
    assert last == "" or last.endswith(("\r", "\x1b[K", "\x1b[2K", "\x1b[?25h")) or \
        last.split("\r")[-1].strip() == "", repr(err[-200:])


def test_progress_never(tmp):
    _, err = on_terminal(tmp, "--progress", "never")
    assert not re.search(r"\b[123]/3\b", err), repr(err)


def test_progress_always(tmp):
    run = plain(tmp, "--progress", "always")
    assert re.search(r"\b[12]/2\b", run.err), repr(run.err)


def test_color_always(tmp):
    assert ESCAPE in plain(tmp, "--color", "always").out


def test_color_never_on_a_terminal(tmp):
    _, err = on_terminal(tmp, "--color", "never", "--progress", "never")
    assert ESCAPE + "[3" not in err, repr(err)


def test_lines_fit_a_screen(tmp):
    run = plain(tmp)
    long = [line for line in run.out.splitlines() if len(line) > 160]
    assert not long, long


def test_default_name_of_the_report(tmp):
    need_root()
    coldprof("run", "-q", "-n", 1, "-w", 0, "--", program("sleeper"), "1", cwd=tmp, expect=0)
    assert [p.name for p in tmp.iterdir()] == ["coldprof-report.json"]
    load(tmp / "coldprof-report.json")


def test_relative_name_of_the_report(tmp):
    need_root()
    (tmp / "in").mkdir()
    coldprof("run", "-q", "-n", 1, "-w", 0, "-o", "in/r.json", "--cwd", "/", "--",
             program("sleeper"), "1", cwd=tmp, expect=0)
    load(tmp / "in" / "r.json")


def test_older_report_is_replaced(tmp):
    (tmp / "r.json").write_text("old and much longer than nothing")
    plain(tmp)
    load(tmp / "r.json")
    assert [p.name for p in tmp.iterdir()] == ["r.json"]


@cases("no-such-command", "interrupt")
def test_older_report_stays_when_nothing_was_measured(tmp, how):
    need_root()
    plain(tmp)
    old = (tmp / "r.json").read_bytes()
    command = ["no-such-command-here"] if how == "no-such-command" else [program("sleeper"), "9999"]
    process = start("run", "-n", 1, "-o", tmp / "r.json", "--", *command)
    if how == "interrupt":
        time.sleep(1)
        interrupt(process)
    run = finish(process)
    assert run.status == (130 if how == "interrupt" else 1), str(run)
    assert (tmp / "r.json").read_bytes() == old
    assert "left as it was" in run.err and "written" not in run.out, str(run)


@cases("workloads list", "doctor", "run --help", "report REPORT")
def test_full_device_as_standard_output(tmp, words):
    plain(tmp)
    words = words.replace("REPORT", str(tmp / "r.json")).split()
    with open("/dev/full", "w") as full:
        run = coldprof(*words, stdout=full, expect=1)
    assert "standard output: no space" in run.err and run.err.count("\n") == 1, run.err


@cases("text", "json")
def test_format(tmp, name):
    plain(tmp)
    assert coldprof("report", "--format", name, tmp / "r.json", expect=0).out


def test_unknown_format(tmp):
    plain(tmp)
    run = coldprof("report", "--format", "telegram", tmp / "r.json", expect=2)
    assert "telegram" in run.err


def test_report_to_a_file(tmp):
    plain(tmp)
    run = coldprof("report", "-o", tmp / "out.txt", tmp / "r.json", expect=0)
    assert not run.out and "total" in (tmp / "out.txt").read_text()


def test_report_needs_no_root_and_no_machine(tmp):
    from harness import nobody
    plain(tmp)
    os.chmod(tmp / "r.json", 0o644)
    assert "total" in coldprof("report", tmp / "r.json", prefix=nobody(), expect=0).out


def test_text_of_run_is_that_of_report(tmp):
    """Every other format is rendered from a report, never from live state."""
    first = plain(tmp).out
    second = coldprof("report", tmp / "r.json", expect=0).out
    body = [line for line in second.splitlines() if line.strip()]
    missing = [line for line in body if line not in first and "written" not in line]
    assert not missing, missing[:5]


def test_names_that_would_break_a_screen(tmp):
    """A program named by escape sequences does not paint the screen."""
    odd = tmp / "odd\x1b[31mred\nline"
    odd.symlink_to(program("sleeper"))
    need_root()
    run = coldprof("run", "-n", 1, "-w", 0, "-o", tmp / "r.json", "--", odd, "1", expect=0)
    assert ESCAPE not in run.out + run.err, repr(run.out[:300])


def test_json_has_null_for_what_was_not_measured(tmp):
    plain(tmp, n=1)
    text = (tmp / "r.json").read_text()
    assert "NaN" not in text and "Infinity" not in text and str(-2 ** 63) not in text
    assert json.loads(text)["schema"] == 1


def test_one_screen_for_one_workload(tmp):
    """The phase bar, where the time went, files, calls and look-ups in vain."""
    need_root()
    run = coldprof("run", "-n", 2, "-w", 0, "-o", tmp / "r.json", "--",
                   "node" if os.path.exists("/usr/bin/node") else program("listener"),
                   *([source("node/http.js")] if os.path.exists("/usr/bin/node") else []),
                   expect=0)
    for word in ("CPU", "memory", "files", "calls"):
        assert word in run.out, f"'{word}' is not on the screen: {run.out}"
    for phase in samples(load(tmp / "r.json"))[0]["phases"]:
        assert phase["name"] in run.out, phase["name"]
    assert run.out.count("\n") <= 70, f"{run.out.count(chr(10))} lines for one workload"


def commit_of(folder, **how):
    out = folder.parent / "commit.json"
    coldprof("run", "-q", "-n", 1, "-w", 0, "-o", out, "--", "/bin/true", cwd=folder, expect=0,
             **how)
    return load(out)["commit"]


def test_the_commit_of_the_programs_folder_is_known(tmp):
    need_root()
    git, folder = need("git"), tmp / "project"
    folder.mkdir()
    variables = {"CI_COMMIT_SHA": "", "GITHUB_SHA": ""}
    assert commit_of(folder, env=variables) is None
    assert commit_of(folder, env=dict(variables, GITHUB_SHA="0" * 40)) == "0" * 40
    assert commit_of(folder, env=dict(variables, GITHUB_SHA="$(id)")) is None
    for words in (["init", "-q"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q",
                                   "--allow-empty", "-m", "x"]):
        subprocess.run([git, *words], cwd=folder, check=True)
    head = subprocess.run([git, "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True,
                          check=True).stdout.strip()
    assert commit_of(folder, env=dict(variables, GITHUB_SHA="0" * 40)) == head
