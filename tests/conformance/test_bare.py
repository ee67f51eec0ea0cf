# SPDX-License-Identifier: BSD-2-Clause
"""test_bare.py - servers of the standard library alone: the rows of api that they have."""
import concurrent.futures
import time

import processes
from client import Findings, expect, expect_invalid
from harness import only, where

WORKERS = ("node/cluster", "node/worker-threads", "python/multiprocessing-*")


def applies(workload):
    return "bare" in workload.tags and any(
        request["path"].startswith("/cpu") for request in workload.requests)


def test_cpu_computes(service):
    expect(service.ask("/cpu"), 200, {"n": 20, "fibonacci": 6765})
    with Findings() as findings:
        for n, value in ((0, 0), (1, 1), (2, 1), (10, 55), (25, 75025)):
            with findings.each():
                expect(service.ask(f"/cpu?n={n}"), 200, {"n": n, "fibonacci": value})


def test_cpu_takes_numbers_from_0_to_35(service):
    with Findings() as findings:
        for text in ("-1", "36", "x", "1.5", "", "1x", "9" * 30):
            with findings.each():
                expect_invalid(service.ask(f"/cpu?n={text}"), f"n={text}")


@only(*WORKERS)
def test_answers_many_at_once(service):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: service.ask(f"/cpu?n={n}"), range(24)))
    a, b = 0, 1
    for n, answer in enumerate(answers):
        expect(answer, 200, {"n": n, "fibonacci": a})
        a, b = b, a + b


@only(*WORKERS)
def test_answers_health_while_a_worker_computes(service):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        long = pool.submit(service.ask, "/cpu?n=33")
        begin = time.monotonic()
        expect(service.ask("/health", seconds=10), 200)
        assert time.monotonic() - begin < 5
        expect(long.result(), 200, {"n": 33, "fibonacci": 3524578})


@where(lambda workload: any(r["path"].startswith("/io") for r in workload.requests))
def test_io_waits_and_computes_nothing(service):
    expect(service.ask("/io"), 200, {"waited_ms": 10})
    before, begin = processes.cpu_seconds(service.tree()), time.monotonic()
    expect(service.ask("/io?ms=800"), 200, {"waited_ms": 800})
    assert time.monotonic() - begin >= 0.799
    assert processes.cpu_seconds(service.tree()) - before < 0.4
    for text in ("-1", "10001", "x", ""):
        expect_invalid(service.ask(f"/io?ms={text}"), f"ms={text}")
