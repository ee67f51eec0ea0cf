# SPDX-License-Identifier: BSD-2-Clause
"""test_function.py - the contract function: one handler behind the functions framework."""
import hmac
import hashlib
import json
import re
import urllib.parse

from client import Findings, expect
from harness import only

INVALID = {"error": "invalid"}
REGION, BUCKET = "eu-central-1", "coldprof"
NO_EVENTS = {"no JSON": "{", "empty": "", "null": "null", "an array": "[]", "a string": '"name"',
             "a number": "1"}


def applies(workload):
    return workload.contract == "function"


def test_has_a_handler_of_its_contract(workload):
    assert workload.name.split("/")[1] in ("function", "function-sdk", "function-pandas")


def test_what_is_no_event_is_400(service):
    with Findings() as findings:
        for what, body in NO_EVENTS.items():
            with findings.each():
                expect(service.post("/", body), 400, what=what)  # what is said is the framework's


def refuses(service, events):
    with Findings() as findings:
        for event in events:
            with findings.each():
                expect(service.post("/", event), 400, INVALID, json.dumps(event))


# ---- function ----

@only("*/function")
def test_function_greets(service):
    for name in ("cold start", "x", "日本 \U0001f600", "\"quoted\"", "<b>", "x" * 5000):
        expect(service.post("/", {"name": name}), 200, {"message": f"hello {name}"}, name[:40])
    expect(service.post("/", {"name": "x", "more": 1}), 200, {"message": "hello x"})


@only("*/function")
def test_function_refuses_a_wrong_name(service):
    refuses(service, [{}, {"nom": "x"}, {"name": None}, {"name": 5}, {"name": ["x"]},
                      {"name": {"a": 1}}, {"name": True}])


# ---- function-sdk ----

def signature(url, secret):
    """What must stand in X-Amz-Signature, computed from all the rest of the URL (AWS's signature
    version 4, query parameters; the payload is not signed)."""
    parts = urllib.parse.urlsplit(url)
    fields = [(k, v) for k, v in urllib.parse.parse_qsl(parts.query, keep_blank_values=True)]
    given = dict(fields)

    def quoted(text):
        return urllib.parse.quote(text, safe="-_.~")
    query = "&".join(sorted(f"{quoted(k)}={quoted(v)}" for k, v in fields
                            if k != "X-Amz-Signature"))
    assert given["X-Amz-SignedHeaders"] == "host", given
    request = "\n".join(["GET", parts.path, query, f"host:{parts.netloc}\n", "host",
                         given.get("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")])
    scope = given["X-Amz-Credential"].split("/", 1)[1]
    text = "\n".join(["AWS4-HMAC-SHA256", given["X-Amz-Date"], scope,
                      hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for word in scope.split("/"):
        key = hmac.digest(key, word.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def secret_of(workload):
    """The example's secret stands in the handler's source."""
    texts = [p.read_text() for p in workload.source.glob("handler.*")]
    found = re.search(r"(?:secretAccessKey|aws_secret_access_key)\W+(\S+?)['\"]", "".join(texts))
    assert found, "no secret in its handler"
    return found[1]


@only("*/function-sdk")
def test_function_sdk_signs(service):
    secret = secret_of(service.workload)
    with Findings() as findings:
        for key in ("report.json", "reports/cold-start.json", "with space.txt", "plus+&=%.txt",
                    "ü/日本.txt", "a//b"):
            with findings.each():
                body = expect(service.post("/", {"key": key}), 200, what=key).json()
                assert set(body) == {"url"}, body
                check(body["url"], key, secret)


def check(url, key, secret):
    parts = urllib.parse.urlsplit(url)
    fields = dict(urllib.parse.parse_qsl(parts.query))
    assert parts.scheme == "https", url
    assert parts.netloc == f"{BUCKET}.s3.{REGION}.amazonaws.com", url
    assert urllib.parse.unquote(parts.path) == f"/{key}", url
    assert fields["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256", url
    assert re.fullmatch(rf"\w+/\d{{8}}/{REGION}/s3/aws4_request", fields["X-Amz-Credential"]), url
    assert 0 < int(fields["X-Amz-Expires"]) <= 604800, url
    assert fields["X-Amz-Signature"] == signature(url, secret), f"a wrong signature: {url}"


@only("*/function-sdk")
def test_function_sdk_refuses_a_wrong_key(service):
    refuses(service, [{}, {"name": "x"}, {"key": None}, {"key": 5}, {"key": ["x"]}, {"key": ""}])


# ---- function-pandas ----

@only("*/function-pandas")
def test_function_pandas_computes_means(service):
    cases = [[("a", 1)], [("a", 1), ("a", 2), ("b", 10)], [("b", 1.5), ("a", -2), ("b", 2.25)],
             [("x y", 0), ("日本", 1e9)], [(f"g{n % 7}", n) for n in range(500)]]
    for case in cases:
        rows = [{"group": group, "value": value} for group, value in case]
        body = expect(service.post("/", {"rows": rows}), 200).json()
        groups = {group: [v for g, v in case if g == group] for group, _ in case}
        assert set(body) == {"means"} and set(body["means"]) == set(groups), body
        for group, values in groups.items():
            mean = sum(values) / len(values)
            assert abs(body["means"][group] - mean) <= 1e-9 * max(1, abs(mean)), (group, body)


@only("*/function-pandas")
def test_function_pandas_refuses_wrong_rows(service):
    refuses(service, [{}, {"row": []}, {"rows": None}, {"rows": 5}, {"rows": "a"},
                      {"rows": {"group": "a", "value": 1}}, {"rows": [1]}, {"rows": [None]},
                      {"rows": [{"group": "a"}]}, {"rows": [{"value": 1}]},
                      {"rows": [{"group": "a", "value": "1"}]},
                      {"rows": [{"group": "a", "value": None}]},
                      {"rows": [{"group": "a", "value": 1}, {"group": "b"}]},
                      {"rows": [{"group": "a", "value": "text"}]}])
