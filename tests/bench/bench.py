#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""bench.py - what tracing costs the traced program, coldprof's against that of its peers.

Each round starts every subject under every tool once, in a random order, so that whatever else the
machine does falls on all alike. What is compared is the program's own time, from its execve to its
end, taken by the same small launcher (clock.c) in all of them: a tool's own start-up is not in it.
Right before each measured start comes a discarded one: coldprof's by its own -w 1, which is also
where it learns the runtime under the launcher and probes it; without a tool for all others.

  bare         no tool
  null         coldprof with its BPF programs loaded and none attached: what the comparison itself
               can tell apart; its ratio should contain 1
  coldprof     everything on
  strace       strace -f -c          perf         perf trace -s
  bpftrace     counts system calls by number, of the whole machine
  importtime   python -X importtime    py-spy       py-spy record (100 samples a second)
  hook         node --require of a hook around Module._load

The ratio is that of the medians; its interval the 95 % of a bootstrap over whole rounds. The ratio
of the program's CPU time stands beside it: what else runs on the machine disturbs it less.
"""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

import own_cost

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
RESAMPLES = 4000
WANTED_PYTHON = 1.04  # modules are seen as well
WANTED_NODE = 1.08
COUNT_CALLS = "tracepoint:raw_syscalls:sys_enter { @[args->id] = count(); }"


class Failure(Exception):
    """A line for the user."""


class Subject:
    def __init__(self, name, command, cwd, wanted=None):
        self.name, self.command, self.cwd, self.wanted = name, command, cwd, wanted


class Bench:
    def __init__(self, build, options, folder):
        self.build, self.options, self.folder = build, options, folder
        self.coldprof = str(build / "coldprof")
        self.clock = str(build / "bench" / "clock")
        # nothing of sudo's: every tool, coldprof too, starts the program as root
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("SUDO_", "MAKE")) and k != "MFLAGS"}

    def command_of(self, tool, times, command):
        timed = [self.clock, times, *command]
        log = os.path.join(self.folder, "tool.log")
        run = [self.coldprof, "run", "-q", "--progress", "never", "-n", "1", "-w", "1", "--ready",
               "exit", "-o", os.path.join(self.folder, "report.json")]
        return {
            "bare": timed,
            "null": [*run, "--null-control", "--", *timed],
            "coldprof": [*run, "--", *timed],
            "strace": ["strace", "-f", "-c", "-o", log, *timed],
            "perf": ["perf", "trace", "-s", "-o", log, *timed],
            "bpftrace": ["bpftrace", "-o", log, "-e", COUNT_CALLS, "-c", " ".join(timed)],
            "importtime": [self.clock, times, command[0], "-X", "importtime", *command[1:]],
            "py-spy": ["py-spy", "record", "-o", log, "-f", "raw", "--subprocesses", "--", *timed],
            "hook": [self.clock, times, command[0], "--require", str(HERE / "require_hook.js"),
                     *command[1:]],
        }[tool]

    def run(self, command, cwd):
        done = subprocess.run(command, cwd=cwd, env=self.env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace")
        if done.returncode:
            raise Failure(f"'{' '.join(command)}' failed with status {done.returncode}:\n"
                          f"{done.stdout[-2000:].strip()}")
        return done.stdout

    def measure(self, subject, tool):
        """The program's own nanoseconds in one start: wall time and CPU time."""
        times = os.path.join(self.folder, "times")
        with open(times, "w"):
            pass
        if tool not in ("null", "coldprof"):
            self.run(self.command_of("bare", times, subject.command), subject.cwd)
        self.run(self.command_of(tool, times, subject.command), subject.cwd)
        with open(times) as file:
            lines = file.read().split("\n")
        if len(lines) != 3:
            raise Failure(f"{tool}: {subject.name} was started {len(lines) - 1} times, not twice")
        return tuple(map(int, lines[1].split()[1:3]))


def prepared(bench, name, runtime):
    """The folder and the runtime's path of a prepared workload."""
    bench.run([bench.coldprof, "workloads", "prepare", "--progress", "never", name], CHECKOUT)
    shown = bench.run([bench.coldprof, "workloads", "show", name], CHECKOUT)
    folder = re.search(r"^  prepared  (/.+)$", shown, re.M)
    path = re.search(rf"^  runtime   {runtime} \S+  (/.+)$", shown, re.M)
    if not folder or not path:
        raise Failure(f"cannot find where {name} is prepared:\n{shown}")
    return folder.group(1), path.group(1)


def make_subjects(bench):
    python_folder, _ = prepared(bench, "python/fastapi-api", "python")
    node_folder, node = prepared(bench, "node/express-api", "node")
    nest_folder, nest_node = prepared(bench, "node/nestjs", "node")
    storm = str(bench.build / "programs" / "storm")
    return [
        Subject("python/fastapi-api import", [f"{python_folder}/.venv/bin/python",
                                              str(HERE / "fastapi_import.py")],
                python_folder, WANTED_PYTHON),
        Subject("node/express-api start", [node, str(HERE / "express_listen.js")], node_folder,
                WANTED_NODE),
        Subject("node/nestjs load", [nest_node, str(HERE / "nestjs_load.js")], nest_folder,
                WANTED_NODE),
        Subject("system-call storm", [storm, "2", str(bench.options.storm)], bench.folder),
    ]


OF_RUNTIME = {"importtime": "python/", "py-spy": "python/", "hook": "node/"}


def applies(tool, subject):
    return subject.name.startswith(OF_RUNTIME.get(tool, ""))


def find_tools(bench, options):
    tools = ["bare", "null", "coldprof", "importtime", "hook"]
    if shutil.which("py-spy"):
        tools.append("py-spy")
    else:
        print("py-spy is not installed: left out")
    for tool in ("strace", "perf", "bpftrace"):
        if not shutil.which(tool):
            print(f"{tool} is not installed: left out")
            continue
        try:
            bench.measure(Subject("a trial", ["true"], bench.folder), tool)
        except Failure as failure:
            print(f"{tool} does not work here: left out\n  {str(failure).splitlines()[-1]}")
            continue
        tools.append(tool)
    if options.tools:
        wanted = options.tools.split(",")
        unknown = set(wanted) - set(tools)
        if unknown:
            raise Failure(f"no such tool here: {', '.join(sorted(unknown))}")
        tools = [tool for tool in tools if tool in wanted or tool == "bare"]
    return tools


def ratio_with_interval(times, bare, rng):
    """Ratio of the medians, and its percentile interval over resampled rounds."""
    count, ratios = len(times), []
    for _ in range(RESAMPLES):
        rounds = [rng.randrange(count) for _ in range(count)]
        ratios.append(statistics.median(times[i] for i in rounds) /
                      statistics.median(bare[i] for i in rounds))
    ratios.sort()
    return (statistics.median(times) / statistics.median(bare),
            ratios[round(0.025 * (RESAMPLES - 1))], ratios[round(0.975 * (RESAMPLES - 1))])


def run_rounds(bench, subjects, tools):
    samples = {subject.name: {tool: [] for tool in tools} for subject in subjects}
    rng = random.Random(bench.options.seed)
    for number in range(bench.options.rounds):
        order = [(subject, tool) for subject in subjects for tool in tools
                 if applies(tool, subject)]
        rng.shuffle(order)
        for place, (subject, tool) in enumerate(order):
            if sys.stderr.isatty():
                print(f"\r\033[Kround {number + 1}/{bench.options.rounds}, start "
                      f"{place + 1}/{len(order)}: {subject.name} under {tool}", end="",
                      file=sys.stderr, flush=True)
            samples[subject.name][tool].append(bench.measure(subject, tool))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    return samples


def judge(samples, bare, rng):
    ratio, low, high = ratio_with_interval(samples, bare, rng)
    return {"median_ns": int(statistics.median(samples)), "ratio": ratio,
            "ratio_ci95": [low, high], "samples_ns": samples}


def summarize(subjects, tools, samples, seed):
    rng = random.Random(seed)
    rows = []
    for subject in subjects:
        wall_bare, cpu_bare = zip(*samples[subject.name]["bare"])
        for tool in filter(lambda tool: applies(tool, subject), tools):
            wall, cpu = zip(*samples[subject.name][tool])
            rows.append({"subject": subject.name, "tool": tool,
                         "wanted_ratio": subject.wanted if tool == "coldprof" else None,
                         "wall": judge(wall, wall_bare, rng), "cpu": judge(cpu, cpu_bare, rng)})
    return rows


def interval(judged):
    low, high = judged["ratio_ci95"]
    return f"[{low:.3f}, {high:.3f}]"


def verdict(judged, null, wanted):
    """Noise is no verdict: neither where the null control shows it, nor inside the interval."""
    low, high = judged["ratio_ci95"]
    if null and not 2 - wanted <= null["ratio_ci95"][0] <= null["ratio_ci95"][1] <= wanted:
        return f"can't tell, the null control itself has {interval(null)}"
    if high <= wanted:
        return "met"
    return "NOT met" if low > wanted else "can't tell, more rounds would"


def show(rows):
    print(f"\n{'subject':26}{'tool':10}{'median':>11}{'ratio to bare':>15}  "
          f"{'95 %':18}{'of CPU time':>11}  95 %")
    before = None
    for row in rows:
        name = row["subject"] if row["subject"] != before else ""
        before = row["subject"]
        wall, cpu = row["wall"], row["cpu"]
        line = f"{name:26}{row['tool']:10}{wall['median_ns'] / 1e6:8.2f} ms"
        if row["tool"] != "bare":
            line += f"{wall['ratio']:15.3f}  {interval(wall):18}{cpu['ratio']:11.3f}  "
            line += interval(cpu)
        print(line)
    nulls = {row["subject"]: row["wall"] for row in rows if row["tool"] == "null"}
    for row in rows:
        if row["wanted_ratio"]:
            print(f"{row['subject']} under {row['tool']}: {row['wall']['ratio']:.3f} "
                  f"{interval(row['wall'])}, wanted at most {row['wanted_ratio']}: "
                  f"{verdict(row['wall'], nulls.get(row['subject']), row['wanted_ratio'])}")


def parse():
    parser = argparse.ArgumentParser(
        prog="bench.py", description="What tracing costs: coldprof and its peers, against bare.")
    parser.add_argument("--rounds", type=int, default=15, help="default 15")
    parser.add_argument("--seed", type=int, help="of the order; default: a random one, printed")
    parser.add_argument("--json", metavar="FILE", help="all samples and results")
    parser.add_argument("--tools", help="only these, separated by commas (bare always is one)")
    parser.add_argument("--subjects", help="only those whose names contain one of these words")
    parser.add_argument("--storm", type=int, default=200000, metavar="CALLS",
                        help="of each of the storm's two threads; default 200000")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 32)
    return options


def bench_all(options, folder):
    build = CHECKOUT / os.environ.get("BUILD", "build")
    bench = Bench(build, options, folder)
    tools = find_tools(bench, options)
    subjects = make_subjects(bench)
    if options.subjects:
        words = options.subjects.split(",")
        subjects = [s for s in subjects if any(word in s.name for word in words)]
    print(f"{options.rounds} rounds, seed {options.seed}, {os.cpu_count()} CPUs, "
          f"kernel {os.uname().release}", flush=True)
    samples = run_rounds(bench, subjects, tools)
    rows = summarize(subjects, tools, samples, options.seed)
    show(rows)
    own = own_cost.measure(bench, subjects)
    own_cost.show(own)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"rounds": options.rounds, "seed": options.seed, "results": rows,
                       "own": own}, file, indent=1)
            file.write("\n")


def main():
    options = parse()
    if os.geteuid():
        sys.exit("bench.py: tracing needs root")
    with tempfile.TemporaryDirectory(prefix="coldprof-bench-") as folder:
        try:
            bench_all(options, folder)
        except Failure as failure:
            sys.exit(f"bench.py: {failure}")
        except KeyboardInterrupt:
            sys.exit(130)


if __name__ == "__main__":
    main()
