# SPDX-License-Identifier: BSD-2-Clause
"""test_api.py - the contract api: items with validation and tokens, waiting, computing."""
import concurrent.futures
import os
import subprocess
import time

import processes
import service as services
import tokens
from client import Findings, expect, expect_invalid
from harness import last, slow, takes

FIRST = {"id": 1, "name": "first", "price": 9.5, "tags": ["example"]}
VALID = {"name": "a thing", "price": 1.5}
NOT_FOUND = {"error": "not found"}
UNAUTHORIZED = {"error": "unauthorized"}

VALID_ITEMS = {
    "name and price": VALID,
    "tags": {**VALID, "tags": ["a", "b"]},
    "no tag": {**VALID, "tags": []},
    "the shortest name": {**VALID, "name": "x"},
    "the longest name": {**VALID, "name": "x" * 100},
    "the longest name, not ASCII": {**VALID, "name": "é" * 100},
    "a name of many scripts": {**VALID, "name": "日本 ñ ß \U0001f600 \"quoted\" <b>"},
    "a name with spaces around it": {**VALID, "name": "  a  "},
    "a name of one space": {**VALID, "name": " "},
    "a name with a line break": {**VALID, "name": "a\nb"},
    "price 0": {**VALID, "price": 0},
    "a whole price": {**VALID, "price": 3},
    "a price of many digits": {**VALID, "price": 0.1234567},
    "a big price": {**VALID, "price": 123456789.25},
    "most tags, the longest": {**VALID, "tags": [f"{i}" + "t" * 29 for i in range(10)]},
    "a tag twice": {**VALID, "tags": ["a", "a"]},
}

INVALID_BODIES = {
    "no JSON": "{",
    "text": "hello",
    "an empty body": "",
    "single quotes": "{'name':'x','price':1}",
    "NaN": '{"name":"x","price":NaN}',
    "Infinity": '{"name":"x","price":Infinity}',
    "null": None,
    "an array": [VALID],
    "a string": '"name"',
    "a number": 1,
    "no key": {},
    "no name": {"price": 1},
    "no price": {"name": "x"},
    "an empty name": {**VALID, "name": ""},
    "a name of 101 characters": {**VALID, "name": "x" * 101},
    "a number as name": {**VALID, "name": 5},
    "null as name": {**VALID, "name": None},
    "an array as name": {**VALID, "name": ["x"]},
    "true as name": {**VALID, "name": True},
    "a negative price": {**VALID, "price": -0.01},
    "a price in quotes": {**VALID, "price": "1.5"},
    "null as price": {**VALID, "price": None},
    "true as price": {**VALID, "price": True},
    "an array as price": {**VALID, "price": [1]},
    "a price beyond all numbers": '{"name":"x","price":1e999}',
    "text as tags": {**VALID, "tags": "a"},
    "null as tags": {**VALID, "tags": None},
    "an object as tags": {**VALID, "tags": {"a": 1}},
    "11 tags": {**VALID, "tags": ["t"] * 11},
    "an empty tag": {**VALID, "tags": ["a", ""]},
    "a tag of 31 characters": {**VALID, "tags": ["t" * 31]},
    "a number as tag": {**VALID, "tags": [1]},
    "null as tag": {**VALID, "tags": [None]},
    "another key": {**VALID, "colour": "red"},
    "an id": {**VALID, "id": 7},
}


def applies(workload):
    return workload.contract == "api"


def create(service, item=None, headers=None):
    return service.post("/items", VALID if item is None else item,
                        tokens.bearer() if headers is None else headers)


def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


# ---- items ----

def test_the_first_item_is_there(service):
    expect(service.ask("/items/1"), 200, FIRST)


def test_an_item_that_is_not_there_is_404(service):
    with Findings() as findings:
        for number in ("999999", str(2**31), str(2**53 + 1), str(2**63), "9" * 30):
            with findings.each():
                expect(service.ask(f"/items/{number}"), 404, NOT_FOUND, f"/items/{number}")


def test_an_id_that_is_no_positive_integer_is_422(service):
    with Findings() as findings:
        for text in ("0", "-1", "abc", "1.5", "1x", "x1", "1e0", "%201x", "null", "0x1"):
            with findings.each():
                expect_invalid(service.ask(f"/items/{text}"), f"/items/{text}")


def test_a_new_item_comes_back_and_stays(service):
    with Findings() as findings:
        for what, item in VALID_ITEMS.items():
            with findings.each():
                answer = expect(create(service, item), 201, what=what)
                made = answer.json()
                whole = {"id": made.get("id"), "tags": [], **item}
                expect(answer, 201, whole, what)
                path = answer.header("location")
                assert path == f"/items/{made['id']}", f"{what}: location '{path}' of {answer}"
                expect(service.ask(path), 200, whole, f"{what}: GET {path}")


def test_ids_count_up_in_all_workers(service):
    """From many connections at once, so that every worker makes some of them."""
    before = create(service).json()["id"]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: create(service), range(24)))
    ids = sorted(expect(answer, 201).json()["id"] for answer in answers)
    assert ids == list(range(before + 1, before + 25)), f"after {before} came {ids}"
    for _ in range(12):
        expect(service.ask(f"/items/{ids[-1]}"), 200)
    assert create(service).json()["id"] == before + 25


def test_an_invalid_item_is_422(service):
    before = create(service).json()["id"]
    with Findings() as findings:
        for what, body in INVALID_BODIES.items():
            with findings.each():
                expect_invalid(create(service, "null" if body is None else body), what)
        with findings.each():
            made = create(service).json()["id"]
            assert made == before + 1, f"ids went from {before} to {made}: one was made"


# ---- tokens ----

def test_a_good_token_is_accepted(service):
    with Findings() as findings:
        for what, headers in tokens.good():
            with findings.each():
                expect(create(service, headers=headers), 201, what=what)


def test_a_bad_token_is_401(service):
    with Findings() as findings:
        for what, headers in tokens.bad():
            with findings.each():
                expect(create(service, headers=headers), 401, UNAUTHORIZED, what)


def test_the_token_is_checked_before_the_body(service):
    with Findings() as findings:
        for what, body in (("invalid", {}), ("no JSON", "{"), ("empty", "")):
            with findings.each():
                expect(create(service, body, headers={}), 401, UNAUTHORIZED, what)


def test_reading_needs_no_token(service):
    for path in ("/health", "/items/1", "/io?ms=0", "/cpu?n=1"):
        expect(service.ask(path, headers=tokens.bearer("bad")), 200, what=path)


# ---- waiting and computing ----

def test_io_waits(service):
    expect(service.ask("/io"), 200, {"waited_ms": 10})
    expect(service.ask("/io?ms=0"), 200, {"waited_ms": 0})
    begin = time.monotonic()
    expect(service.ask("/io?ms=300"), 200, {"waited_ms": 300})
    took = time.monotonic() - begin
    assert took >= 0.299, f"300 ms took {took:.4f} s"


def test_io_computes_nothing(service):
    before = service.cpu_seconds()
    expect(service.ask("/io?ms=1000"), 200)
    used = service.cpu_seconds() - before
    assert used < 0.5, f"{used:.2f} s of CPU time in a wait of 1 s"


def test_io_takes_numbers_from_0_to_10000(service):
    with Findings() as findings:
        for text in ("-1", "10001", "x", "1.5", "", "1x", "9" * 30):
            with findings.each():
                expect_invalid(service.ask(f"/io?ms={text}"), f"ms={text}")
        with findings.each():
            service.waits("/io?ms=10000", 0.5)


def test_cpu_computes(service):
    expect(service.ask("/cpu"), 200, {"n": 20, "fibonacci": 6765})
    with Findings() as findings:
        for n in (0, 1, 2, 3, 10, 25):
            with findings.each():
                expect(service.ask(f"/cpu?n={n}"), 200, {"n": n, "fibonacci": fibonacci(n)})


def test_cpu_takes_numbers_from_0_to_35(service):
    with Findings() as findings:
        for text in ("-1", "36", "x", "1.5", "", "1x", "9" * 30):
            with findings.each():
                expect_invalid(service.ask(f"/cpu?n={text}"), f"n={text}")


def test_cpu_really_computes(service):
    """By plain recursion: so much that it is seen, even for the largest number."""
    before = service.cpu_seconds()
    expect(service.ask("/cpu?n=35"), 200, {"n": 35, "fibonacci": 9227465}, "n=35")
    used = service.cpu_seconds() - before
    assert used >= 0.03, f"fibonacci(35) took {used:.2f} s of CPU time"


# ---- the rest of a real service ----

def test_has_the_headers_of_a_service(service):
    answer = service.ask("/items/1", headers={"origin": "https://example.org"})
    assert answer.header("x-content-type-options").lower() == "nosniff", str(answer.headers)
    allowed = answer.header("access-control-allow-origin")
    assert allowed in ("*", "https://example.org"), f"allowed origin: '{allowed}'"


def test_another_method_is_no_error_of_the_server(service):
    with Findings() as findings:
        for method, path in (("DELETE", "/items/1"), ("PUT", "/items"), ("GET", "/items")):
            with findings.each():
                answer = service.ask(path, method)
                assert 400 <= answer.status < 500, f"{method} {path}: {answer}"


def test_logs_what_it_answers(service):
    """At level info, somewhere in its output: the path is what every format has."""
    service.ask("/items/999123")
    found = processes.wait_until(lambda: "999123" in service.log.read_text(errors="replace"), 5)
    assert found, "a request is not in its log"


def test_the_database_is_in_scratch(service):
    create(service)
    path = service.scratch / "items.sqlite3"
    assert path.exists(), f"in its scratch folder: {os.listdir(service.scratch)}"
    assert path.read_bytes()[:15] == b"SQLite format 3"


@last
@takes(services.START_SECONDS + 60)
def test_settings_come_from_the_environment(workload):
    """Another key, and no folder: the items are in memory then, of all workers together."""
    secret = "quite-another-secret-of-32-bytes"
    with services.Service(workload, {"JWT_SECRET": secret}, without=["SCRATCH"]) as own:
        expect(own.ask("/items/1"), 200, FIRST)
        expect(create(own), 401, UNAUTHORIZED, "a token of the default key")
        good = tokens.bearer(tokens.make({"sub": "x"}, secret))
        for number in range(2, 6):
            expect(create(own, headers=good), 201, {"id": number, "tags": [], **VALID})
            for _ in range(6):
                expect(own.ask(f"/items/{number}"), 200, what=f"GET /items/{number}")
        assert not os.listdir(own.scratch)
        files = [str(p) for p in own.folder.rglob("*.sqlite3*")]
        assert not files, f"files without a scratch folder: {files}"


@last
def test_wrong_settings_end_it(workload):
    with Findings() as findings:
        for name, value in (("PORT", "x"), ("JWT_SECRET", "short")):
            with findings.each():
                own = services.Service(workload, {name: value}, port=0)
                try:
                    own.launch()
                    own.process.wait(timeout=20)
                    assert own.process.returncode > 0, f"{name}={value}: status " \
                        f"{own.process.returncode}\n{own.tail()}"
                except subprocess.TimeoutExpired:
                    raise AssertionError(f"{name}={value}: it runs all the same") from None
                finally:
                    own.stop()


@slow
def test_io_waits_the_longest(service):
    begin = time.monotonic()
    expect(service.ask("/io?ms=10000"), 200, {"waited_ms": 10000})
    assert time.monotonic() - begin >= 9.99
