# SPDX-License-Identifier: BSD-2-Clause
"""test_scripts_apart.py - Node.js's modules of starts with coldprof next to those of starts with a hook.

Neither sees the other: what coldprof costs the program shows (COST). Starts alternate, and the hook's
own starts, one half against the other, say how much of a difference is the machine's.
"""
import collections
import json
import os
import random
import subprocess

from harness import attempts, cases, profile, takes
from test_imports_apart import check_differences, ROUNDS
from test_scripts import ORACLE, Load, files_of, modules_of, node, prepared

COST = 0.08  # of tracing a load on Node.js 22, beyond what the hook costs: make bench
One = collections.namedtuple("One", "name total_us")


def hook_start(tmp, command, folder):
    said = tmp / "oracle"
    subprocess.run(command, cwd=folder, check=True, timeout=60, stdout=subprocess.DEVNULL,
                   env={**os.environ, "ORACLE": str(said), "NODE_OPTIONS": f"--require={ORACLE}"})
    loads = [Load(*one) for one in json.loads((tmp / "oracle.0").read_text())]
    return [One(one.file, (one.end - one.begin) / 1000) for one in loads
            if one.kind == "load" and one.file]


def coldprof_start(tmp, command, folder):
    run = profile(tmp, *command, warmup=1, options=("--ready", "exit"), cwd=folder, timeout=60)
    return [One(m["file"], m["total_ns"] / 1000) for m in files_of(modules_of(run))]


def files(loads):
    return {one.name for one in loads if not os.path.basename(one.name).startswith("[eval")}


def check_apart(tmp, command, folder):
    ways = {coldprof_start: [], hook_start: []}
    hook_start(tmp, command, folder)  # the page cache is warm from now on
    for _ in range(ROUNDS):
        for way in random.sample(sorted(ways, key=lambda w: w.__name__), 2):
            ways[way].append(way(tmp, command, folder))
    got, said = ways[coldprof_start], ways[hook_start]
    for loads in said:
        assert files(loads) == files(said[0]), files(loads) ^ files(said[0])
    for loads in got:
        assert files(loads) == files(got[0]), files(loads) ^ files(got[0])
        assert files(said[0]) <= files(loads), files(said[0]) - files(loads)
    required = files(said[0])
    check_differences([[one for one in loads if one.name in required] for loads in got], said,
                      "total_us", "the hook", cost=COST)


@takes(180)
@cases(*((name, name, code) for name, code in (
    ("express", "require('express');"),
    ("nestjs", "for (const name of ['reflect-metadata', '@nestjs/common', '@nestjs/core',"
               " '@nestjs/platform-express']) require(name);"),
    ("function-sdk", "for (const name of Object.keys(require('./package.json').dependencies))"
                     " require(name);"))))
def test_modules_are_as_in_starts_with_a_hook(tmp, name, code):
    folder, command = prepared(f"node/{name}"), [node("22"), "-e", code]
    attempts(lambda: check_apart(tmp, command, folder))
