# SPDX-License-Identifier: BSD-2-Clause
"""test_job.py - the contract job: each job is done once, by one of two workers."""
import concurrent.futures
import json
import time

import processes
from client import Findings, expect, expect_invalid
from harness import slow, takes

STATES = ("queued", "running", "done", "failed")
SECONDS = 40


def applies(workload):
    return workload.contract == "job"


def primes(n):
    """Below n, by a sieve: not as the workloads do it."""
    sieve = bytearray([1]) * max(n, 2)
    sieve[:2] = b"\0\0"
    for number in range(2, int(len(sieve) ** 0.5) + 1):
        if sieve[number]:
            sieve[number * number::number] = bytes(len(range(number * number, len(sieve), number)))
    return sum(sieve[:n])


def give(service, n):
    answer = expect(service.post("/jobs", {"n": n}), 202)
    body = answer.json()
    assert set(body) == {"id"} and isinstance(body["id"], (str, int)), str(answer)
    return body["id"]


def state(service, job):
    answer = expect(service.ask(f"/jobs/{job}"), 200)
    body = answer.json()
    assert set(body) == {"id", "state", "result"}, str(answer)
    assert body["id"] == job, f"asked for {job!r}: {answer}"
    assert body["state"] in STATES, str(answer)
    assert body["state"] == "done" or body["result"] is None, f"a result too early: {answer}"
    return body


def finish(service, jobs):
    """{job: result}, once all are done."""
    results = {}

    def done():
        for job in jobs:
            if job not in results:
                now = state(service, job)
                assert now["state"] != "failed", f"job {job} failed"
                if now["state"] == "done":
                    results[job] = now["result"]
        return len(results) == len(jobs)
    assert processes.wait_until(done, SECONDS, 0.05), \
        f"{len(results)} of {len(jobs)} jobs were done within {SECONDS} s"
    return results


def done_count(service):
    answer = expect(service.ask("/stats"), 200)
    body = answer.json()
    assert set(body) == {"done", "workers"}, str(answer)
    assert body["workers"] == 2, str(answer)
    return body["done"]


def settles_at(service, count):
    """That so many are done, and that it stays so."""
    processes.wait_until(lambda: done_count(service) >= count, 5, 0.05)
    time.sleep(0.3)
    assert done_count(service) == count, f"{done_count(service)} jobs done, not {count}"


def test_none_is_done_at_the_start(service):
    assert done_count(service) == 0


@takes(120)
def test_twenty_jobs_are_each_done_once(service):
    before = done_count(service)
    sizes = [0, 1, 2, 3, 4, 10, 11, 12, 100, 101, 1000, 5000, 9973, 10000, 10007, 20000, 30000,
             2, 10000, 10000]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        jobs = list(pool.map(lambda n: give(service, n), sizes))
    assert len({str(job) for job in jobs}) == len(sizes), f"ids: {jobs}"
    results = finish(service, jobs)
    with Findings() as findings:
        for n, job in zip(sizes, jobs):
            with findings.each():
                assert results[job] == primes(n), f"primes({n}): {results[job]}, not {primes(n)}"
    settles_at(service, before + len(sizes))
    for job in jobs:
        assert state(service, job)["result"] == results[job]


def test_a_job_goes_through_its_states(service):
    """A longer one is seen queued or running; its result comes with done."""
    job = give(service, 200_000)
    seen = []
    end = time.monotonic() + SECONDS
    while (not seen or seen[-1] != "done") and time.monotonic() < end:
        now = state(service, job)
        if not seen or seen[-1] != now["state"]:
            seen.append(now["state"])
        time.sleep(0.005)
    order = [s for s in ("queued", "running", "done") if s in seen]
    assert seen == order and len(seen) > 1 and seen[-1] == "done", f"seen: {seen}"
    assert state(service, job)["result"] == primes(200_000)


def test_two_jobs_run_at_once(service):
    jobs = [give(service, 300_000) for _ in range(2)]
    both = processes.wait_until(
        lambda: [state(service, job)["state"] for job in jobs] == ["running"] * 2
        or all(state(service, job)["state"] == "done" for job in jobs), SECONDS, 0.002)
    now = [state(service, job)["state"] for job in jobs]
    finish(service, jobs)
    assert both and "queued" not in now, f"while one ran: {now}"


def test_an_invalid_job_is_422(service):
    before = done_count(service)
    bodies = {"no n": {}, "null": "null", "an array": [1], "a number": 5, "no JSON": "{",
              "empty": "", "NaN": '{"n":NaN}', "a number beyond all": '{"n":1e999}'}
    for n in (-1, 1000001, 1.5, "5", "", None, True, [5], {"n": 1}):
        bodies[f"{json.dumps(n)} as n"] = {"n": n}
    with Findings() as findings:
        for what, body in bodies.items():
            with findings.each():
                expect_invalid(service.post("/jobs", body), what)
    settles_at(service, before)


def test_an_unknown_job_is_404(service):
    give(service, 1)
    with Findings() as findings:
        for job in ("999999", "nope", "00000000-0000-4000-8000-000000000000", "0", "-1", "1.5",
                    "1x", "%2e%2e", "9" * 30):
            with findings.each():
                expect(service.ask(f"/jobs/{job}"), 404, {"error": "not found"}, f"/jobs/{job}")


@slow
@takes(120)
def test_the_largest_job(service):
    """It is accepted; whether it is done is seen by those that were started before it."""
    job = give(service, 1_000_000)
    assert state(service, job)["state"] in ("queued", "running", "done")
    expect(service.ask("/health", seconds=10), 200, {"status": "ok"})
    small = give(service, 100)
    assert finish(service, [small]) == {small: 25}
    results = finish(service, [job])
    assert results == {job: 78498}, results
