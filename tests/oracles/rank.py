#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""rank.py - writes tests/rank_oracle.h: what SciPy and NumPy say about pairs of sets that
test_stats_rank.c compares too. Run it again with: python3 tests/oracles/rank.py > tests/rank_oracle.h

Intervals are R's (wilcox.test with conf.int and exact): the differences at qwilcox of the tail, here
from whole-number counts of the null distribution, so nothing of it is rounded."""
import fractions
import functools

import numpy as np
import scipy
from scipy import stats


@functools.cache
def ways(a, b):
    """How many orders of a and b values have each statistic: Mann and Whitney's recurrence."""
    if a == 0 or b == 0:
        return [1]
    out = [0] * (a * b + 1)
    for u, n in enumerate(ways(a - 1, b)):
        out[u + b] += n
    for u, n in enumerate(ways(a, b - 1)):
        out[u] += n
    return out


def cut(a, b, tail):
    """The largest k with P(U <= k - 1) <= tail."""
    counts = ways(a, b)
    total, below, k = sum(counts), 0, 0
    for n in counts:
        below += n
        if fractions.Fraction(below, total) > tail:
            return k
        k += 1
    return k


def shift(before, after, level):
    differences = np.sort(np.subtract.outer(after, before).ravel())
    k = cut(len(before), len(after), (1 - fractions.Fraction(level)) / 2)
    interval = (differences[k - 1], differences[len(differences) - k]) if k else (np.nan, np.nan)
    return np.median(differences), *interval


def test(before, after, method):
    return [stats.mannwhitneyu(after, before, alternative=side, method=method).pvalue
            for side in ("greater", "less")]


def number(value):
    return "NAN" if np.isnan(value) else f"{value:.17g}"


def values(name, list_):
    print(f"static const double {name}[] = {{{', '.join(number(v) for v in list_)}}};")


def pairs():
    rng = np.random.default_rng(19470301)
    for a, b in ((1, 1), (3, 3), (4, 4), (3, 5), (5, 3), (7, 7), (20, 20), (13, 40), (40, 40)):
        before, after = rng.lognormal(19.8, 0.03, a), rng.lognormal(19.82, 0.03, b)
        yield f"skewed_{a}_{b}", np.sort(before), np.sort(after), "exact"
    yield "apart", np.arange(1.0, 7), np.arange(11.0, 19), "exact"
    yield "mixed_signs", np.array([-3.5, -1, 0.25, 2]), np.array([-2.0, 0.5, 1.5, 8, 9]), "exact"
    yield ("many", np.sort(rng.normal(100, 3, 60)), np.sort(rng.normal(101, 3, 50)), "asymptotic")
    yield ("many_tied", np.sort(np.round(rng.normal(100, 3, 60))),
           np.sort(np.round(rng.normal(101, 3, 50))), "asymptotic")


def holm(p):
    """As R's p.adjust has it."""
    p = np.asarray(p)
    order = np.argsort(p, kind="stable")
    out = np.empty(len(p))
    out[order] = np.minimum(1, np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order]))
    return out


def main():
    print("/* SPDX-License-Identifier: BSD-2-Clause */")
    print("/* rank_oracle.h - made by tests/oracles/rank.py; not edited by hand */")
    print(f"/* NumPy {np.__version__}, SciPy {scipy.__version__} */\n/* clang-format off */")
    everything = list(pairs())
    for name, before, after, _ in everything:
        values(f"before_{name}", before)
        values(f"after_{name}", after)
    print("\nstatic const struct oracle {\n\tconst char *name;\n\tstruct stats_two two;\n"
          "\tint exact;\n\tdouble greater, less, shift, low, high;\n} oracles[] = {")
    for name, before, after, method in everything:
        greater, less = test(before, after, method)
        exact = method == "exact"
        middle, low, high = shift(before, after, "0.95") if exact else (
            np.median(np.subtract.outer(after, before)), np.nan, np.nan)
        print(f'\t{{"{name}", {{before_{name}, {len(before)}, after_{name}, {len(after)}}},'
              f" {int(exact)}, {number(greater)}, {number(less)}, {number(middle)}, {number(low)},"
              f" {number(high)}}},")
    print("};\n")
    p = [0.01, 0.04, 0.03, 0.005, 0.9, 0.01, 0.6, 1]
    values("family", p)
    values("family_adjusted", holm(p))
    print("\n/* the z of upper tails */\nstatic const double tails[][2] = {")
    for tail in (0.5, 0.2, 0.05, 0.025, 0.000625, 1e-12):
        print(f"\t{{{tail!r}, {stats.norm.isf(tail):.17g}}},")
    print("};")


main()
