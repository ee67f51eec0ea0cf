# SPDX-License-Identifier: BSD-2-Clause
"""test_ab_alarms.py - how often two equal sides of one run are told apart: real services, slow."""
import json
import os

from harness import cases, coldprof, load, need, need_root, skip, takes

RUNS = 20
MOST = 3  # of so many, at a level of 5 %: more than these come once in 60 times
STARTS = 10


def prepared(tmp, name):
    """Command and folder of a workload of the catalog."""
    coldprof("workloads", "prepare", name, expect=0, timeout=280)
    coldprof("run", "-q", "-n", 1, "-w", 0, "-o", tmp / "one.json", name, expect=0)
    (workload,) = load(tmp / "one.json")["workloads"]
    return workload["command"], workload["cwd"]


def wrong_verdicts(tmp, command, folder):
    """Of one run of two equal sides: the metrics that are said to differ, and how."""
    coldprof("run", "-q", "-n", STARTS, "-o", tmp / "r.json", "--env", "PORT=0", "--ready",
             "http/", "--ab", folder, folder, "--", *command, expect=(0, 1), timeout=600)
    run = coldprof("compare", "-f", "json", tmp / "r-a.json", tmp / "r-b.json", expect=(0, 1))
    (workload,) = json.loads(run.out)["workloads"]
    assert workload["base_starts"] == workload["new_starts"] == STARTS, workload["reason"]
    return [f"{m['name']} {m['verdict']}: {m['base_median']} to {m['new_median']}"
            for m in workload["metrics"] if m["verdict"] in ("regressed", "improved")]


@takes(3600)
@cases(("express", "node/express", "node"), ("fastapi", "python/fastapi", "python3"))
def test_equal_sides_of(tmp, name, runtime):
    if os.environ.get("COLDPROF_SLOW") != "1":
        skip("takes many minutes: COLDPROF_SLOW=1 runs it")
    need_root()
    need(runtime)
    command, folder = prepared(tmp, name)
    alarms = []
    for _ in range(RUNS):
        wrong = wrong_verdicts(tmp, command, folder)
        if wrong:
            alarms.append(wrong)
    print(f"figure: {name}, {RUNS} comparisons of {STARTS} equal starts a side by turns: "
          f"{len(alarms)} with any false verdict", *alarms, sep="\n       ")
    assert len(alarms) <= MOST, alarms
