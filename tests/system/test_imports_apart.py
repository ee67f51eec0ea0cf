# SPDX-License-Identifier: BSD-2-Clause
"""test_imports_apart.py - imports of starts with coldprof next to those of starts with importtime.

Here neither sees the other: what coldprof costs the program shows (COST). Starts alternate, so that
both meet the same machine, and importtime's own starts, one half against the other, say how much of
a difference is the machine's.
"""
import itertools
import os
import random
import statistics
import subprocess

from harness import attempts, cases, profile, samples, slow, takes
from test_imports import CATALOG, catalog_python, imports_of, importtime, modules_of

ROUNDS = 6
LARGEST = 30
COST = 0.06  # tracing makes FastAPI's imports 3 to 6 % longer than importtime does: make bench


def importtime_start(tmp, python, program, environment):
    said = tmp / "importtime"
    for _ in range(2):  # the first one as coldprof's warm-up
        with open(said, "w") as file:
            subprocess.run([python, "-X", "importtime", "-c", program], stderr=file, timeout=120,
                           env={**os.environ, **environment}, check=True, cwd=tmp)
    return importtime(said)


def coldprof_start(tmp, python, program, environment):
    """Its imports; the self times of the start add up to its load_busy_ns."""
    run = profile(tmp, python, "-c", program, env=environment, cwd=tmp, timeout=170,
                  warmup=1, options=("--ready", "exit"))
    modules = modules_of(run)
    in_load = sum(m["self_ns"] for m in modules.values() if m["in_load"])
    assert in_load == samples(run.report)[0]["metrics"]["load_busy_ns"], in_load
    return imports_of(modules)


def starts_of(tmp, python, program):
    """Lists of imports by coldprof and by importtime, in turns, in a random order."""
    environment = {"PYTHONHASHSEED": "0"}
    ways = {coldprof_start: [], importtime_start: []}
    for _ in range(ROUNDS):
        for way in random.sample(sorted(ways, key=lambda w: w.__name__), 2):
            ways[way].append(way(tmp, python, program, environment))
    return ways[coldprof_start], ways[importtime_start]


def key_of(imports):
    """What tells an import from others in each start: its name, and how often it came before."""
    seen, keys = {}, []
    for one in imports:
        seen[one.name] = seen.get(one.name, 0) + 1
        keys.append((one.name, seen[one.name]))
    return keys


def times_of(starts, column):
    """The column's times by import, one for each start."""
    times = {}
    for imports in starts:
        for key, one in zip(key_of(imports), imports):
            times.setdefault(key, []).append(getattr(one, column))
    return times


def difference(left, right, columns):
    """The median, over imports, of how far the medians of two groups of starts are apart."""
    return statistics.median(
        abs(statistics.median(times[i] for i in left) / statistics.median(times[i] for i in right)
            - 1) for times in columns)


def check_differences(got, said, column, oracle="importtime", cost=0):
    """That of coldprof to the oracle is no larger than the oracle's to itself can be, but for cost."""
    ours, theirs = times_of(got, column), times_of(said, column)
    largest = sorted(theirs, key=lambda k: -statistics.median(theirs[k]))[:LARGEST]
    both = [theirs[key] + ours[key] for key in largest]
    halves = list(itertools.combinations(range(ROUNDS), ROUNDS // 2))
    own = [difference(half, [i for i in range(ROUNDS) if i not in half], both)
           for half in halves]
    other = statistics.median(difference([ROUNDS + i for i in half], rest, both)
                              for half, rest in itertools.product(halves, halves))
    assert other <= max(own) + cost, f"{column}: coldprof's are {other:.1%} from {oracle}'s, which " \
        f"are {statistics.median(own):.1%}, at most {max(own):.1%} from each other"


def check_apart(tmp, name, program):
    got, said = starts_of(tmp, catalog_python(name), program)
    for imports in (*got, *said):
        assert sorted(key_of(imports)) == sorted(key_of(said[0])), \
            set(key_of(imports)) ^ set(key_of(said[0]))
    for column in ("self_us", "total_us"):
        check_differences(got, said, column, cost=COST)


FAST = "fastapi", "langchain"


@takes(240)
@cases(*((name, name, program) for name, program in CATALOG if name in FAST))
def test_imports_are_as_in_starts_with_importtime(tmp, name, program):
    attempts(lambda: check_apart(tmp, name, program))


@slow
@cases(*((name, name, program) for name, program in CATALOG if name not in FAST))
def test_slow_imports_are_as_in_starts_with_importtime(tmp, name, program):
    attempts(lambda: check_apart(tmp, name, program))
