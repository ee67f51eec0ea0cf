# SPDX-License-Identifier: BSD-2-Clause
"""test_gateway.py - the gateway: the token checked, two upstreams, nothing changed on the way."""
import concurrent.futures
import json

import client
import processes
import tokens
from client import Findings, expect
from harness import last, takes
from service import START_SECONDS, Service

UNAUTHORIZED = {"error": "unauthorized"}


def applies(workload):
    return "gateway" in workload.tags


def upstreams(service):
    """{name: (pid, port)}: asked themselves, as the gateway asks them."""
    found = {}
    for pid, _, port in processes.listening(service.tree()):
        if port != service.port:
            answer = expect(client.ask(port, "/", headers={"x-request-id": "test"}), 200)
            found[answer.json()["upstream"]] = pid, port
    return found


def send(service, method, path, body=None, headers=()):
    return service.ask(path, method, body, {**tokens.bearer(), **dict(headers)})


def test_has_two_upstreams(service):
    assert sorted(upstreams(service)) == ["a", "b"]


def test_forwards_to_the_upstream_of_the_prefix(service):
    with Findings() as findings:
        for name in ("a", "b"):
            for path in ("/things", "/things/1?page=2&x=%26", "/", "/deep/er/path.txt", "/a/x",
                         "/x%20y/%C3%BC", "/?q=a+b"):
                with findings.each():
                    body = expect(send(service, "GET", f"/{name}{path}"), 200, what=path).json()
                    got = {k: body.get(k) for k in ("upstream", "method", "path", "body")}
                    assert got == {"upstream": name, "method": "GET", "path": path, "body": ""}, \
                        f"GET /{name}{path} arrived as {got}"


def test_forwards_method_and_body(service):
    bodies = ["", "{}", json.dumps({"name": "日本", "list": [1, 2]}), "no json", "x" * 50_000]
    with Findings() as findings:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            for text in bodies:
                with findings.each():
                    answer = send(service, method, "/b/things", text,
                                  {"content-type": "application/json"})
                    body = expect(answer, 200, what=f"{method} {text[:20]!r}").json()
                    assert (body["method"], body["body"]) == (method, text), \
                        f"{method} {text[:40]!r} arrived as {str(answer)[:120]}"


def test_forwards_other_types_of_body(service):
    for kind, text in (("text/plain", "a text"), ("application/xml", "<a/>"),
                       ("application/x-www-form-urlencoded", "a=1&b=2")):
        body = expect(send(service, "POST", "/a/x", text, {"content-type": kind}), 200,
                      what=kind).json()
        assert body["body"] == text, f"{kind}: {body}"


def test_the_answer_is_unchanged(service):
    for name, (_, port) in upstreams(service).items():
        direct = client.ask(port, "/same?x=1", headers={"x-request-id": "test"})
        through = send(service, "GET", f"/{name}/same?x=1")
        assert through.status == direct.status and through.type == direct.type, str(through)
        assert {**through.json(), "request_id": "test"} == direct.json(), str(through)


def test_head_has_no_body(service):
    answer = send(service, "HEAD", "/a/things")
    assert answer.status == 200 and answer.body == b"", str(answer)


def test_adds_an_id_to_each_request(service):
    ids = [send(service, "GET", "/a/x").json()["request_id"] for _ in range(5)]
    assert all(ids) and len(set(ids)) == 5, ids


def test_a_bad_token_is_401(service):
    with Findings() as findings:
        for what, headers in tokens.bad():
            for path in ("/a/things", "/b/things"):
                with findings.each():
                    expect(service.ask(path, headers=headers), 401, UNAUTHORIZED, what)
        with findings.each():
            expect(service.ask("/a/x", "POST", "{}"), 401, UNAUTHORIZED, "POST")
        for what, headers in tokens.good():
            with findings.each():
                expect(service.ask("/a/things", headers=headers), 200, what=what)


def test_another_prefix_is_404(service):
    with Findings() as findings:
        for path in ("/c/things", "/ab/things", "/A/things", "/", "/things/a/"):
            with findings.each():
                expect(send(service, "GET", path), 404, {"error": "not found"}, path)


def test_many_at_once(service):
    def one(number):
        name = "ab"[number % 2]
        answer = send(service, "POST", f"/{name}/n", str(number), {"content-type": "text/plain"})
        body = expect(answer, 200).json()
        assert (body["upstream"], body["body"]) == (name, str(number)), str(answer)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(64)))


@last
@takes(START_SECONDS + 60)
def test_an_upstream_that_is_gone_is_502(workload):
    with Service(workload) as own:
        there = upstreams(own)
        (gone,) = [p for p in own.tree() if p.pid == there["a"][0]]
        expect(send(own, "GET", "/a/things"), 200)
        processes.kill([gone])
        assert processes.wait_until(lambda: not processes.alive(gone), 5)
        for _ in range(3):
            expect(send(own, "GET", "/a/things"), 502, {"error": "bad gateway"})
        expect(send(own, "POST", "/a/x", "{}"), 502, {"error": "bad gateway"})
        expect(own.ask("/a/things"), 401, UNAUTHORIZED)
        expect(send(own, "GET", "/b/things"), 200)
        expect(own.ask("/health"), 200)
        left = own.terminate()
        assert not left, [processes.describe(p) for p in left]
