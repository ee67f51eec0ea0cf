#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""run.py - finds the system tests (test_*.py beside it), runs them one after another, counts.

A test is a function test_*; it takes `tmp`, a folder of its own, or nothing. It fails by raising,
and says that it can't run by harness.skip(reason). After each one the machine is looked over: a
process, cgroup, temporary file, mount or BPF object that is left behind fails the test.
"""
import argparse
import importlib
import inspect
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

import harness  # noqa: E402
import leftovers  # noqa: E402


class Test:
    def __init__(self, module, function, case=None):
        self.module, self.function, self.case = module, function, case
        self.name = f"{module.__name__[5:]}.{function.__name__[5:]}"
        if case is not None:
            self.name += f"[{case[0]}]"
        self.slow = getattr(function, "slow", False)
        self.limit = getattr(function, "limit_seconds", 60)

    def run(self, folder):
        arguments = [] if self.case is None else list(self.case[1:] or self.case)
        if "tmp" in inspect.signature(self.function).parameters:
            arguments.insert(0, folder)
        self.function(*arguments)


def collect():
    tests = []
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for name, function in vars(module).items():
            if not name.startswith("test_") or not callable(function):
                continue
            if function.__module__ != module.__name__:
                continue
            cases = getattr(function, "cases", None)
            if cases is None:
                tests.append(Test(module, function))
            else:
                tests.extend(Test(module, function, case) for case in cases)
    return tests


class TookTooLong(Exception):
    pass


def on_alarm(_signal, _frame):
    raise TookTooLong


def why(error):
    """The message of a failed test, and where in the test's own file it was raised."""
    lines = str(error).rstrip().splitlines() or [type(error).__name__]
    if not isinstance(error, (AssertionError, TookTooLong)):
        lines[0] = f"{type(error).__name__}: {lines[0]}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if os.path.basename(frame.filename).startswith("test_"):
            lines.append(f"at {os.path.basename(frame.filename)}:{frame.lineno}: {frame.line}")
            break
    return lines


def run_one(test, root):
    """('ok' | 'FAIL' | 'skip', lines that say why)"""
    folder = pathlib.Path(tempfile.mkdtemp(dir=root))
    folder.chmod(0o755)
    harness.TEMPORARY.mkdir(exist_ok=True)
    harness.TEMPORARY.chmod(0o1777)
    before = leftovers.snapshot()
    verdict, lines = "ok", []
    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(test.limit)
    try:
        test.run(folder)
    except harness.Skip as reason:
        verdict, lines = "skip", [str(reason)]
    except TookTooLong as error:
        verdict, lines = "FAIL", [f"took longer than {test.limit} s"] + why(error)[1:]
    except Exception as error:  # a test may fail in any way
        verdict, lines = "FAIL", why(error)
    finally:
        signal.alarm(0)
    left = leftovers.since(before)
    leftovers.watch_bpf(before, test.name)
    if left:
        lines += [f"left behind: {item}" for item in left]
        verdict = "FAIL"
    shutil.rmtree(folder, ignore_errors=True)
    return verdict, lines


def options():
    parser = argparse.ArgumentParser(description="the system tests of coldprof")
    parser.add_argument("-k", metavar="TEXT", action="append", default=[],
                        help="only tests with TEXT in their name; may be repeated")
    parser.add_argument("-x", action="store_true", help="stop at the first failure")
    parser.add_argument("--list", action="store_true", help="name the tests and run none")
    parser.add_argument("--slow", action="store_true", help="also those that take long")
    parser.add_argument("--keep", action="store_true", help="keep the reports of failed tests")
    parser.add_argument("--results", metavar="FILE", help="write 'passed failed skipped' there")
    return parser.parse_args()


def heed_signals():
    """Started in the background these are ignored, and whatever we start would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


def main():
    chosen = options()
    heed_signals()
    tests = [t for t in collect() if not chosen.k or any(k in t.name for k in chosen.k)]
    if chosen.list:
        print("\n".join(t.name + (" (slow)" if t.slow else "") for t in tests))
        return 0
    root = pathlib.Path(tempfile.mkdtemp(prefix="coldprof-test-"))
    root.chmod(0o755)
    harness.TEMPORARY = root / "temporary"
    leftovers.adopt_orphans()
    counts = {"ok": 0, "FAIL": 0, "skip": 0}
    begin = time.monotonic()
    try:
        for test in tests:
            if test.slow and not chosen.slow:
                continue
            t = time.monotonic()
            verdict, lines = run_one(test, root)
            counts[verdict] += 1
            print(f"{verdict:4} {test.name}  ({time.monotonic() - t:.1f} s)", flush=True)
            for line in lines:
                print(f"       {line}", flush=True)
            if verdict == "FAIL" and chosen.x:
                break
        for name, items in leftovers.bpf_left().items():
            counts["FAIL"] += 1
            print(f"FAIL {name}  left behind")
            for item in items:
                print(f"       {item}")
    finally:
        leftovers.end_children()
        shutil.rmtree(root, ignore_errors=True)
    numbers = counts["ok"], counts["FAIL"], counts["skip"]
    print("system tests: %d passed, %d failed, %d skipped" % numbers,
          f"in {time.monotonic() - begin:.0f} s")
    if chosen.results:
        pathlib.Path(chosen.results).write_text("%d %d %d\n" % numbers)
    return 1 if counts["FAIL"] or not sum(counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
