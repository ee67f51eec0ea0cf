#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""run.py - holds every workload in runtimes/ to its contract in runtimes/CONTRACTS.md.

Each workload is prepared (in coldprof's own cache), started once, asked all that its contract
says, and ended. One line is printed for a test; README.md says what runs at which level.
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

import catalog  # noqa: E402
import processes  # noqa: E402
import service  # noqa: E402


class TookTooLong(Exception):
    pass


def on_alarm(_signal, _frame):
    raise TookTooLong


class Test:
    def __init__(self, module, function):
        self.function = function
        self.applies = module.applies
        self.name = f"{module.__name__[5:]}.{function.__name__[5:]}"
        self.parameters = list(inspect.signature(function).parameters)
        self.slow = getattr(function, "slow", False)
        self.last = getattr(function, "last", False)
        self.limit = getattr(function, "limit_seconds", 60)

    @property
    def is_across(self):
        return "workloads" in self.parameters

    def is_for(self, workload):
        return self.applies(workload) and getattr(self.function, "where", bool)(workload)

    def label(self, workload):
        return f"{self.name}[{workload.name}]"


def tests():
    found = []
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        found += [Test(module, function) for name, function in vars(module).items()
                  if name.startswith("test_") and callable(function)
                  and function.__module__ == module.__name__]
    return sorted(found, key=lambda test: test.last)


class Runner:
    def __init__(self, options):
        self.options = options
        self.counts = {"ok": 0, "FAIL": 0, "skip": 0}
        self.skipped = set()  # workloads of which no test could run
        self.failed = []

    def say(self, verdict, label, lines=(), seconds=None):
        self.counts[verdict] += 1
        if verdict == "FAIL":
            self.failed.append(label)
        print(f"{verdict:4} {label}" + (f"  ({seconds:.1f} s)" if seconds is not None else ""),
              flush=True)
        for line in lines:
            print(f"       {line}", flush=True)

    def judge(self, label, call, limit=60):
        """Runs it, says what came of it; whether it was ok."""
        begin = time.monotonic()
        verdict, lines = "ok", []
        signal.signal(signal.SIGALRM, on_alarm)
        signal.alarm(limit)
        try:
            call()
        except service.Skip as reason:
            verdict, lines = "skip", [str(reason)]
        except TookTooLong as error:
            verdict, lines = "FAIL", [f"took longer than {limit} s", *where(error)]
        except Exception as error:  # a test may fail in any way
            verdict, lines = "FAIL", why(error)
        finally:
            signal.alarm(0)
        self.say(verdict, label, lines, time.monotonic() - begin)
        return verdict

    def run(self, workload, chosen):
        """All tests of one workload, on one start of it where they don't ask for more."""
        if workload.problem:
            first, *rest = workload.problem.splitlines()
            self.say("skip" if workload.can_not else "FAIL", f"prepare[{workload.name}]",
                     [first, *rest[-3:]])
            self.skipped.add(workload.name)
            return
        shared = service.Service(workload)
        try:
            if any("service" in test.parameters for test in chosen):
                begun = self.judge(f"start[{workload.name}]", shared.__enter__,
                                   service.START_SECONDS + 30)
                if begun != "ok":
                    self.skipped.add(workload.name)
                    return
            for test in chosen:
                given = {"service": shared, "workload": workload}
                arguments = [given[name] for name in test.parameters]
                self.judge(test.label(workload), lambda: test.function(*arguments), test.limit)
        finally:
            shared.stop()
            processes.kill(processes.orphans(service.WAITED_FOR))
            processes.reap(service.WAITED_FOR)


def where(error):
    """The place in the test's own file."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if os.path.basename(frame.filename).startswith("test_"):
            return [f"at {os.path.basename(frame.filename)}:{frame.lineno}: {frame.line}"]
    return []


def why(error):
    lines = str(error).rstrip().splitlines() or [type(error).__name__]
    if not isinstance(error, AssertionError):
        lines[0] = f"{type(error).__name__}: {lines[0]}"
    return lines + where(error)


def parse():
    parser = argparse.ArgumentParser(description="the workloads against their contracts")
    parser.add_argument("-k", metavar="TEXT", action="append", default=[],
                        help="only tests with TEXT in their name; may be repeated")
    parser.add_argument("--list", action="store_true", help="name the tests and run none")
    parser.add_argument("--all", action="store_true", help="also the big workloads, slow tests")
    parser.add_argument("--results", metavar="FILE", help="write 'passed failed skipped' there")
    return parser.parse_args()


def plan(options):
    """[(workload, its tests)] and the tests across workloads, with theirs."""
    every, everything = catalog.workloads(), tests()
    if not options.all:
        every = [w for w in every if not w.heavy]
        everything = [t for t in everything if not t.slow]

    def is_chosen(label):
        return not options.k or any(text in label for text in options.k)
    single = [(w, [t for t in everything if not t.is_across and t.is_for(w)
                   and is_chosen(t.label(w))]) for w in every]
    across = [(t, [w for w in every if t.is_for(w)]) for t in everything
              if t.is_across and is_chosen(t.name)]
    return every, [(w, chosen) for w, chosen in single if chosen], across


def run(runner, options):
    every, single, across = plan(options)
    if options.list:
        for workload, chosen in single:
            print("\n".join(test.label(workload) for test in chosen))
        print("\n".join(test.name for test, _ in across))
        return
    for contract in catalog.CONTRACTS:
        if not options.k and not any(w.contract == contract for w in every):
            runner.say("FAIL" if options.all else "skip", f"contract[{contract}]",
                       ["no workload implements it" + ("" if options.all else " at this level")])
    catalog.prepare([workload for workload, _ in single])
    for workload, chosen in single:
        runner.run(workload, chosen)
    for test, concerned in across:
        there = [w for w in concerned if w.folder and w.name not in runner.skipped]
        runner.judge(test.name, lambda: test.function(there), test.limit)


def main():
    options = parse()
    runner = Runner(options)
    processes.adopt_orphans()
    service.ROOT = pathlib.Path(tempfile.mkdtemp(prefix="conformance-"))
    begin = time.monotonic()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    try:
        run(runner, options)
    finally:
        processes.kill(processes.orphans(()))
        shutil.rmtree(service.ROOT, ignore_errors=True)
    if options.list:
        return 0
    numbers = tuple(runner.counts[verdict] for verdict in ("ok", "FAIL", "skip"))
    print("conformance: %d passed, %d failed, %d skipped" % numbers,
          f"in {time.monotonic() - begin:.0f} s")
    if options.results:
        pathlib.Path(options.results).write_text("%d %d %d\n" % numbers)
    return 1 if numbers[1] or not sum(numbers) else 0


if __name__ == "__main__":
    sys.exit(main())
