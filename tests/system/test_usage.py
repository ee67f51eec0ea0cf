# SPDX-License-Identifier: BSD-2-Clause
"""test_usage.py - the command line: help, and one clear line for each mistake on it."""
import json

from harness import cases, coldprof, errors, load, need_root, nobody, one_line, program

COMMANDS = ("run", "report", "compare", "merge", "calibrate", "workloads", "doctor")
RUN_OPTIONS = ("--repeat", "--warmup", "--cold", "--ready", "--requests", "--memory", "--cpus",
               "--timeout", "--ignore-failure", "--user", "--env", "--cwd", "--stdin", "--setup",
               "--name", "--node", "--python", "--catalog", "--cache", "--redis", "--kafka",
               "--module-hook", "--seed", "--output",
               "--record", "--quiet", "--verbose", "--progress", "--color", "--help", "--ab",
               "--against", "--until-sure", "--max-runs", "--max-time", "--threshold", "--policy")


def test_help_names_every_command():
    run = coldprof("--help", expect=0)
    for command in COMMANDS:
        one_line(run.out, command)
    assert not run.err, run.err


@cases(*COMMANDS)
def test_each_command_has_help(command):
    run = coldprof(command, "--help", expect=0)
    assert command in run.out and not run.err, str(run)


@cases(*RUN_OPTIONS)
def test_help_of_run_has(option):
    assert option in coldprof("run", "--help", expect=0).out


def test_version_is_one_line():
    run = coldprof("--version", expect=0)
    assert run.out.startswith("coldprof ") and run.out.count("\n") == 1, run.out


def mistake(words, *parts, status=2):
    """One line on standard error that names what is wrong; nothing on standard output."""
    run = coldprof(*words, expect=status)
    assert not run.out, f"on standard output: {run.out}"
    lines = errors(run)
    assert len(lines) == 1, f"{len(lines)} lines say what is wrong: {run.err}"
    for part in parts:
        assert part in lines[0], f"'{part}' is not named: {lines[0]}"


def test_unknown_command():
    mistake(["rnu"], "rnu")


def test_unknown_command_has_the_nearest_name():
    assert "run" in coldprof("rnu", expect=2).err.replace("rnu", "")


def test_no_command_shows_usage():
    assert "run" in coldprof(expect=2).err


@cases(*COMMANDS)
def test_unknown_option_of(command):
    mistake([command, "--frobnicate"], "--frobnicate")


def test_nothing_after_the_dashes():
    mistake(["run", "--"], "command")


BAD_VALUES = [
    ("-n", "0"), ("-n", "-1"), ("-n", "x"), ("-n", "3x"), ("-n", ""),
    ("-n", "99999999999999999999"), ("--repeat", "1.5"), ("-w", "-1"), ("-w", "many"),
    ("--cold", "lukewarm"), ("--ready", "sometimes"), ("--ready", "http:99999"),
    ("--ready", "http:x"), ("--ready", "line:"), ("--ready", "line:(unclosed"),
    ("--requests", "-5"), ("--memory", "12q"), ("--memory", "-1M"), ("--memory", "0"),
    ("--cpus", "0"), ("--cpus", "-2"), ("--cpus", "two"), ("--cpus", "nan"), ("--timeout", "0"),
    ("--timeout", "soon"), ("--timeout", "inf"), ("--seed", "x"), ("--env", "=1"),
    ("--env", "NO-EQUALS-SIGN"),
    ("--color", "sometimes"), ("--progress", "perhaps"),
    ("--user", "no-such-user-here"), ("--ring", "0"), ("--ring", "3"),
    ("--user", ""), ("--output", ""), ("--record", ""), ("--name", ""), ("--btf", ""),
]


@cases(*[(f"{option} {value}", option, value) for option, value in BAD_VALUES])
def test_bad_value_of(option, value):
    name = {"-n": "--repeat", "-w": "--warmup"}.get(option, option)
    mistake(["run", option, value, "--", "true"], f"'{value}'", name.lstrip("-"))


def test_option_without_its_value():
    mistake(["run", "--timeout"], "--timeout")


@cases(("--cwd", "--cwd"), ("--stdin", "--stdin"), ("--node", "--node"), ("--python", "--python"),
       ("--catalog", "--catalog"))
def test_path_that_is_not_there(option):
    need_root()
    words = ["run", option, "/nonexistent/thing"]
    words += ["node/hello"] if option in ("--node", "--python", "--catalog") else ["--", "true"]
    if option == "--python":
        words[-1] = "python/hello"
    run = coldprof(*words, expect=(1, 2, 4))
    assert len(errors(run)) == 1, run.err
    assert "/nonexistent/thing" in errors(run)[0], run.err


def test_unknown_workload_has_the_nearest_names():
    run = coldprof("run", "node/expres", expect=2)
    assert "node/expres" in errors(run)[0] and "node/express" in run.err, run.err


def test_unknown_workload_that_is_like_none():
    run = coldprof("run", "zzzzzzzz", expect=2)
    assert "zzzzzzzz" in one_line(run.err, "coldprof: "), run.err


def test_options_may_follow_workloads(tmp):
    need_root()
    coldprof("run", "python/hello", "-n", 1, "-w", "0", "-q", "-o", tmp / "r.json", expect=0)
    (workload,) = load(tmp / "r.json")["workloads"]
    assert workload["name"] == "python/hello" and len(workload["samples"]) == 1


def test_options_after_the_dashes_are_the_commands(tmp):
    need_root()
    coldprof("run", "-n", 1, "-q", "-o", tmp / "r.json", "--", "/bin/sh", "-c", "exit 0", "-n",
             expect=0)
    (workload,) = load(tmp / "r.json")["workloads"]
    assert workload["command"] == ["/bin/sh", "-c", "exit 0", "-n"]


def test_workloads_and_a_command_are_not_mixed():
    run = coldprof("run", "node/hello", "--", "true", expect=2)
    assert len(errors(run)) == 1, run.err


def test_mistakes_are_found_before_privilege_is_asked_for():
    run = coldprof("run", "--frobnicate", expect=2, prefix=nobody())
    assert "--frobnicate" in errors(run)[0], run.err


@cases(("absent", "/nonexistent/r.json", None), ("empty", None, b""), ("text", None, b"hello\n"),
       ("cut", None, b'{"schema": 1, "tool": '), ("another-form", None, b'{"a": [1, 2]}\n'),
       ("newer", None, b'{"schema": 9999}\n'), ("binary", None, bytes(range(256)) * 40))
def test_bad_report_file(tmp, path, content):
    name = path or str(tmp / "bad.json")
    if content is not None:
        (tmp / "bad.json").write_bytes(content)
    mistake(["report", name], name, status=4)


def test_list_of_workloads_has_those_of_the_catalog():
    run = coldprof("workloads", "list", expect=0)
    for name in ("node/hello", "node/http", "node/express", "python/hello", "python/http",
                 "python/fastapi"):
        one_line(run.out, name)


def test_workload_that_is_shown():
    assert "express" in coldprof("workloads", "show", "node/express", expect=0).out


def test_unknown_verb_of_workloads():
    mistake(["workloads", "destroy"], "destroy")


def test_report_on_standard_output_is_all_that_is_there(tmp):
    need_root()
    run = coldprof("run", "-n", 1, "-w", 0, "-o", "-", "--", program("sleeper"), "1", expect=0)
    assert json.loads(run.out)["workloads"], run.out[:200]
