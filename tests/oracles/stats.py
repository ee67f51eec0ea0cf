#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""stats.py - writes tests/stats_oracle.h: what NumPy and SciPy say about numbers that test_stats.c
describes too. Run it again with: python3 tests/oracles/stats.py > tests/stats_oracle.h"""
import numpy as np
import scipy
from scipy import stats

MASK = (1 << 64) - 1


class Xoshiro:
    """xoshiro256** with splitmix64 seeding and Lemire's bounded integers, written from the papers."""

    def __init__(self, seed):
        self.s = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & MASK
            z = seed
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            self.s.append(z ^ (z >> 31))

    @staticmethod
    def rotl(x, k):
        return ((x << k) | (x >> (64 - k))) & MASK

    def next(self):
        s = self.s
        result = (self.rotl((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = self.rotl(s[3], 45)
        return result

    def below(self, n):
        least = (1 << 64) % n
        while True:
            m = self.next() * n
            if (m & MASK) >= least:
                return m >> 64


def numbers(values, form="%.17g"):
    return "{" + ", ".join(form % v for v in values) + "}"


def sets():
    rng = np.random.default_rng(20240501)
    yield "one", [412e6]
    yield "two", [3.0, 1.0]
    yield "five", [5, 1, 4, 1, 5]
    for n in (6, 7, 10, 20, 101):
        yield f"skewed_{n}", np.round(rng.lognormal(19.8, 0.1, n))
    yield "ties", [7, 7, 7, 7, 7, 7, 8, 8]
    yield "equal", [9] * 12
    yield "big", [1e15 + 1, 1e15 + 2, 1e15 + 4, 1e15 + 8, 1e15 + 16, 1e15 + 32]


def interval_by_seed(values, seed, resamples=10000):
    values, rng, n = np.sort(values), Xoshiro(seed), len(values)
    medians = [np.median([values[rng.below(n)] for _ in range(n)]) for _ in range(resamples)]
    return np.percentile(medians, [2.5, 97.5], method="linear")


def interval_by_indices(values, resamples):
    """SciPy's own bootstrap, and the indices that it drew."""
    values, n = np.sort(values), len(values)
    result = stats.bootstrap((values,), np.median, n_resamples=resamples, vectorized=True,
                             method="percentile", confidence_level=0.95,
                             rng=np.random.default_rng(7))
    picks = np.random.default_rng(7).integers(0, n, (resamples, n))
    assert (np.median(values[picks], axis=1) == result.bootstrap_distribution).all()
    return picks, result.confidence_interval


def main():
    print("/* SPDX-License-Identifier: BSD-2-Clause */")
    print("/* stats_oracle.h - made by tests/oracles/stats.py; not edited by hand */")
    print(f"/* NumPy {np.__version__}, SciPy {scipy.__version__} */")
    print("/* clang-format off */")
    everything = list(sets())
    for name, values in everything:
        print(f"static const double values_{name}[] = {numbers(values)};")
    print("\n#define SEED 42")
    print("static const struct oracle {")
    print("\tconst char *name;\n\tconst double *values;\n\tsize_t count;")
    print("\tdouble median, mean, sd, min, max, p95, low, high;\n} oracles[] = {")
    for name, values in everything:
        v = np.array(values, dtype=float)
        sd = "NAN" if len(v) < 2 else "%.17g" % stats.tstd(v)
        low, high = ("NAN", "NAN") if len(v) < 6 else ["%.17g" % x for x in interval_by_seed(v, 42)]
        print(f'\t{{"{name}", values_{name}, {len(v)}, {np.median(v):.17g}, {v.mean():.17g}, {sd},'
              f" {v.min():.17g}, {v.max():.17g},"
              f' {np.percentile(v, 95, method="linear"):.17g}, {low}, {high}}},')
    print("};\n")
    values = dict(everything)["skewed_7"]
    picks, interval = interval_by_indices(values, 100)
    print("/* indices that SciPy's bootstrap drew for skewed_7, sorted; its interval with them */")
    print("static const unsigned char picks[] = {")
    for row in picks:
        print("\t" + " ".join(f"{i}," for i in row))
    print("};")
    print(f"static const double picks_low = {interval.low:.17g};")
    print(f"static const double picks_high = {interval.high:.17g};")
    rng = Xoshiro(42)
    print("\n/* the generator seeded with 42 */")
    print("static const uint64_t raw[] = {" + ", ".join(f"{rng.next()}ull" for _ in range(6)) + "};")
    rng = Xoshiro(42)
    print(f"static const uint64_t below_10[] = {{{', '.join(str(rng.below(10)) for _ in range(30))}}};")
    rng = Xoshiro(42)
    big = 3 << 62
    print("/* below 3 * 2^62, of which a quarter of all draws is thrown away */")
    print("static const uint64_t below_big[] = {"
          + ", ".join(f"{rng.below(big)}ull" for _ in range(8)) + "};")


main()
