# SPDX-License-Identifier: BSD-2-Clause
"""client.py - HTTP as the tests speak it: one request, one answer, no interpretation."""
import contextlib
import http.client
import json
import time
import urllib.parse

SECONDS = 20


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __str__(self):
        return f"{self.status} {' '.join(self.body[:300].decode(errors='replace').split())}"

    def header(self, name):
        return self.headers.get(name, "")

    @property
    def type(self):
        return self.header("content-type").partition(";")[0].strip().lower()

    def json(self):
        assert self.type == "application/json", f"content-type '{self.type}' of {self}"
        try:
            return json.loads(self.body, parse_constant=_no_constant)
        except ValueError as error:
            raise AssertionError(f"no JSON ({error}): {self}") from None


def _no_constant(text):
    raise ValueError(f"'{text}' is not JSON")


@contextlib.contextmanager
def response(port, path, method="GET", body=None, headers=(), seconds=SECONDS):
    """The answer once its head is there; the body is still to be read."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request(method, path, body=body, headers=dict(headers))
        yield connection.getresponse()
    finally:
        connection.close()


def ask(port, path, method="GET", body=None, headers=(), seconds=SECONDS):
    if isinstance(body, str):
        body = body.encode()
    with response(port, path, method, body, headers, seconds) as answer:
        return Answer(answer.status, answer.headers, answer.read())


def ask_json(port, path, value, method="POST", headers=(), seconds=SECONDS):
    """`value` is sent as JSON; text is sent as it is, to be what it is, JSON or not."""
    body = value if isinstance(value, (str, bytes)) else json.dumps(value)
    return ask(port, path, method, body, {"content-type": "application/json", **dict(headers)},
               seconds)


def waits(port, path, seconds=1.0):
    """Whether the answer is still out after so long: how to tell that a long wait was accepted."""
    begin = time.monotonic()
    try:
        answer = ask(port, path, seconds=seconds)
    except TimeoutError:
        return True
    raise AssertionError(f"after {time.monotonic() - begin:.2f} s there was an answer: {answer}")


def query(**values):
    return urllib.parse.urlencode(values)


# ---- what an answer must be ----

def expect(answer, status, value=None, what=""):
    """Status and, where given, the whole JSON body."""
    said = f"{what + ': ' if what else ''}answered {answer}"
    assert answer.status == status, f"{said}; expected {status}"
    if value is not None:
        wanted = f"{said}; expected {json.dumps(value)[:300]}"
        assert answer.type == "application/json", f"{wanted} as JSON, not as '{answer.type}'"
        assert answer.json() == value, wanted
    return answer


def expect_invalid(answer, what):
    expect(answer, 422, what=what)
    body = answer.json()
    assert isinstance(body, dict) and set(body) == {"error", "details"}, f"{what}: {answer}"
    assert body["error"] == "invalid" and isinstance(body["details"], list), f"{what}: {answer}"


class Findings:
    """Several of one kind in one test: all that are wrong are named, not only the first."""

    def __init__(self):
        self.lines = []

    @contextlib.contextmanager
    def each(self):
        try:
            yield
        except AssertionError as error:
            self.lines.append(str(error))
        except (OSError, http.client.HTTPException) as error:
            self.lines.append(f"{type(error).__name__}: {error}")

    def __enter__(self):
        return self

    def __exit__(self, kind, _error, _trace):
        if kind is None and self.lines:
            raise AssertionError("\n".join(self.lines))
