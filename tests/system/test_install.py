# SPDX-License-Identifier: BSD-2-Clause
"""test_install.py - make install, and what was installed works from any folder."""
import os
import re
import subprocess

from harness import (BUILD, CHECKOUT, COLDPROF, cases, coldprof, environment, load, need, need_root,
                     program, samples)


def install(prefix):
    done = subprocess.run(["make", "-s", "-C", CHECKOUT, "install", f"PREFIX={prefix}",
                           f"BUILD={BUILD}"], capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]


def test_files_are_where_they_belong(tmp):
    need_root()
    prefix = tmp / "usr"
    install(prefix)
    assert os.access(prefix / "bin" / "coldprof", os.X_OK)
    names = {str(p.relative_to(prefix)) for p in prefix.rglob("*") if p.is_file()}
    for part in ("share/coldprof/runtimes/node/hello/workload.json",
                 "share/coldprof/reports/schema/report.schema.json",
                 "share/coldprof/share/module_hook.js",
                 "share/coldprof/ci/README.md", "share/coldprof/ci/github/action.yml"):
        assert part in names, sorted(names)[:40]
    gate = subprocess.run([prefix / "share" / "coldprof" / "ci" / "gate.sh"], capture_output=True)
    assert gate.returncode == 2 and b"usage" in gate.stderr, gate
    assert any(n.startswith("share/man/man1/coldprof.1") for n in names), sorted(names)[:40]
    assert any("bash-completion" in n and "coldprof" in n for n in names), sorted(names)[:40]


def test_installed_works_from_anywhere(tmp):
    need_root()
    prefix = tmp / "usr"
    install(prefix)
    (tmp / "else").mkdir()
    tool = prefix / "bin" / "coldprof"
    run = subprocess.run([tool, "run", "-q", "-n", "1", "-w", "0", "--", program("sleeper"), "1"],
                         cwd=tmp / "else", env=environment(), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert samples(load(tmp / "else" / "coldprof-report.json"))[0]["outcome"] == "good"
    shown = subprocess.run([tool, "workloads", "list"], cwd="/", env=environment(),
                           capture_output=True, text=True)
    assert "python/fastapi" in shown.stdout, shown.stderr


def test_uninstall_takes_all_away(tmp):
    need_root()
    prefix = tmp / "usr"
    install(prefix)
    done = subprocess.run(["make", "-s", "-C", CHECKOUT, "uninstall", f"PREFIX={prefix}",
                           f"BUILD={BUILD}"], capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    left = [p for p in prefix.rglob("*") if p.is_file()]
    assert not left, left


def options_of(command):
    """The options that a command's help lists."""
    lines = re.findall(r"^ +(-.*?)(?:   .*)?$", coldprof(command, "--help", expect=0).out, re.M)
    found = {o for line in lines for o in re.findall(r"--[a-z][a-z-]*", line)}
    assert found, command
    return found


SIDES = {"--ab", "--against", "--until-sure", "--max-runs", "--max-time", "--threshold", "--policy"}


def offered_by(command):
    """calibrate takes what run does for one side, and its help says so in a sentence."""
    own = options_of(command)
    return own | options_of("run") - SIDES if command == "calibrate" else own


@cases("run", "report", "compare", "merge", "calibrate", "workloads", "doctor")
def test_options_are_in_the_manual_page_and_the_completion(command):
    share = CHECKOUT / "share"
    page = (share / "coldprof.1").read_text()
    script = (f'source "{share}/coldprof.bash"; COMP_WORDS=("{COLDPROF}" {command} --); '
              'COMP_CWORD=2; _coldprof; echo "${COMPREPLY[@]}"')
    offered = subprocess.run([need("bash"), "-c", script], capture_output=True, text=True).stdout
    for option in options_of(command):
        assert f"Fl {option[1:]}" in page, f"{option} is not in the manual page"
    assert set(offered.split()) == offered_by(command), offered


def test_completion_is_valid_bash(tmp):
    need_root()
    bash = need("bash")
    prefix = tmp / "usr"
    install(prefix)
    (file,) = [p for p in prefix.rglob("*") if "bash-completion" in str(p) and p.is_file()]
    assert subprocess.run([bash, "-n", file]).returncode == 0
    script = (f'source "{file}"; COMP_WORDS=(coldprof r); COMP_CWORD=1; COMP_LINE="coldprof r"; '
              'COMP_POINT=10; f=$(complete -p coldprof | sed "s/.*-F \\([^ ]*\\).*/\\1/"); '
              '$f coldprof r coldprof; echo "${COMPREPLY[@]}"')
    done = subprocess.run([bash, "-c", script], capture_output=True, text=True)
    assert "run" in done.stdout.split() and "report" in done.stdout.split(), done


def test_manual_page_is_well_formed(tmp):
    need_root()
    prefix = tmp / "usr"
    install(prefix)
    (page,) = list((prefix / "share" / "man" / "man1").iterdir())
    text = page.read_text() if page.suffix != ".gz" else subprocess.run(
        ["zcat", page], capture_output=True, text=True).stdout
    assert text.lstrip().startswith(('.TH', '.\\"', "'\\\"")), text[:80]
    for section in ("NAME", "SYNOPSIS", "EXIT STATUS"):
        assert section in text, section
