# SPDX-License-Identifier: BSD-2-Clause
"""test_stream.py - the contract stream: WebSocket, Socket.IO and server-sent events."""
import contextlib
import json
import time

import client
from client import Findings, expect, expect_invalid
from harness import where
from websocket import BINARY, CONTINUED, PING, TEXT, Refused, SocketIO, WebSocket

INVALID = {"type": "error", "error": "invalid"}
VALUES = [None, True, False, 0, -1.5, 1e300, 2**53, "", "text", "日本 \U0001f600 \"\\\n\0", [], {},
          [1, [2, [3]]], {"a": {"b": [None, "c"]}, "type": "broadcast", "data": 1}, ["x"] * 1000]
BIG = "x" * 60_000


def applies(workload):
    return workload.contract == "stream"


websocket = where(lambda workload: "websocket" in workload.tags)
socketio = where(lambda workload: "socketio" in workload.tags)
sse = where(lambda workload: "sse" in workload.tags)


def test_has_a_tag_that_says_what_it_speaks(workload):
    assert workload.tags & {"websocket", "socketio", "sse"}, f"tags: {sorted(workload.tags)}"


def many(port, kind, count):
    stack = contextlib.ExitStack()
    with contextlib.ExitStack() as partial:
        opened = [partial.enter_context(kind(port)) for _ in range(count)]
        stack = partial.pop_all()
    return stack, opened


def is_silent(connection, seconds=0.4):
    """That nothing comes for a while."""
    web = getattr(connection, "web", connection)
    web.socket.settimeout(seconds)
    try:
        message = connection.receive()
    except TimeoutError:
        web.socket.settimeout(10)
        return
    raise AssertionError(f"an unexpected message: {str(message)[:200]}")


# ---- WebSocket ----

@websocket
def test_websocket_echoes_any_value(service):
    with WebSocket(service.port) as web, Findings() as findings:
        for value in [*VALUES, BIG]:
            with findings.each():
                sent = {"type": "echo", "data": value}
                got = web.ask(sent)
                assert got == sent, f"{json.dumps(sent)[:80]} came back as {json.dumps(got)[:80]}"


@websocket
def test_websocket_echo_is_for_the_sender_alone(service):
    with WebSocket(service.port) as one, WebSocket(service.port) as other:
        one.ask({"type": "echo", "data": 1})
        is_silent(other)


@websocket
def test_websocket_broadcast_reaches_all(service):
    stack, opened = many(service.port, WebSocket, 6)
    with stack:
        for web in opened:  # all are known to the server once it has answered each
            web.ask({"type": "echo", "data": "here"})
        for number, value in enumerate(VALUES):
            sent = {"type": "broadcast", "data": value}
            opened[number % 6].send_json(sent)
            for web in opened:
                got = web.receive_json()
                assert got == sent, f"{json.dumps(sent)[:80]} came as {json.dumps(got)[:80]}"
        for web in opened:
            is_silent(web, 0.05)


@websocket
def test_websocket_broadcast_after_some_have_left(service):
    with WebSocket(service.port) as stays:
        stays.ask({"type": "echo", "data": 1})
        with WebSocket(service.port) as closes:
            closes.ask({"type": "echo", "data": 1})
            assert closes.close() in (1000, 1005, None)
        with WebSocket(service.port) as vanishes:
            vanishes.ask({"type": "echo", "data": 1})
        for number in range(10):
            sent = {"type": "broadcast", "data": number}
            assert stays.ask(sent) == sent


@websocket
def test_websocket_keeps_the_order_of_a_connection(service):
    with WebSocket(service.port) as one, WebSocket(service.port) as other:
        one.ask({"type": "echo", "data": 1})
        other.ask({"type": "echo", "data": 1})
        sent = [{"type": "broadcast" if n % 3 == 0 else "echo", "data": n} for n in range(300)]
        for message in sent:
            one.send_json(message)
        got = [one.receive_json() for _ in sent]
        assert got == sent, f"first at {next(i for i in range(300) if got[i] != sent[i])}"
        for message in sent[::3]:
            assert other.receive_json() == message


@websocket
def test_websocket_answers_anything_else_with_an_error(service):
    texts = {"no JSON": "{", "empty": "", "null": "null", "a number": "1", "a string": '"echo"',
             "an array": '["echo",1]', "no type": '{"data":1}', "another type": '{"type":"x"}',
             "null as type": '{"type":null,"data":1}', "a number as type": '{"type":1,"data":1}',
             "Echo": '{"type":"Echo","data":1}', "no data to echo": '{"type":"echo"}',
             "no data to broadcast": '{"type":"broadcast"}',
             "NaN": '{"type":"echo","data":NaN}',
             "an array as type": '{"type":["echo"],"data":1}',
             "an object's own name": '{"type":"constructor","data":1}'}
    with WebSocket(service.port) as web, WebSocket(service.port) as other:
        web.ask({"type": "echo", "data": 1})
        other.ask({"type": "echo", "data": 1})
        with Findings() as findings:
            for what, text in texts.items():
                with findings.each():
                    web.send(text)
                    got = web.receive_json()
                    assert got == INVALID, f"{what}: {got}"
        assert web.ask({"type": "echo", "data": "still there"})["data"] == "still there"
        is_silent(other, 0.1)


@websocket
def test_websocket_refuses_binary_messages(service):
    """As invalid, or with a close of its own: but never as if they were text."""
    with WebSocket(service.port) as web:
        web.send_frame(BINARY, b'{"type":"echo","data":1}')
        try:
            got = web.receive_json()
        except ConnectionError:
            return
        assert got == INVALID, f"answered {got}"


@websocket
def test_websocket_knows_fragments_and_pings(service):
    with WebSocket(service.port) as web:
        web.send_frame(TEXT, b'{"type":"echo",', final=False)
        web.send_frame(PING, b"in between")
        web.send_frame(CONTINUED, b'"data":[1,2]}')
        assert web.receive_json() == {"type": "echo", "data": [1, 2]}
        assert web.pongs == [b"in between"], web.pongs


@websocket
def test_websocket_is_at_its_path_alone(service):
    for path in ("/nowhere", "/", "/ws/nowhere"):
        try:
            with WebSocket(service.port, path):
                raise AssertionError(f"a WebSocket at {path}")
        except (Refused, ConnectionError):
            pass
    answer = service.ask("/ws")
    assert 400 <= answer.status < 500, f"GET /ws without an upgrade: {answer}"


@websocket
def test_websocket_many_connections(service):
    stack, opened = many(service.port, WebSocket, 60)
    with stack:
        for web in opened:
            web.send_json({"type": "echo", "data": id(web)})
        for web in opened:
            assert web.receive_json()["data"] == id(web)
        opened[0].send_json({"type": "broadcast", "data": "all"})
        for web in opened:
            assert web.receive_json() == {"type": "broadcast", "data": "all"}


# ---- Socket.IO ----

@socketio
def test_socketio_echoes_any_value(service):
    with SocketIO(service.port) as io, Findings() as findings:
        for value in [*VALUES, BIG]:
            with findings.each():
                got = io.ask("echo", value)
                assert got == ["echo", value], f"{str(value)[:60]} came back as {str(got)[:80]}"


@socketio
def test_socketio_broadcast_reaches_all(service):
    stack, opened = many(service.port, SocketIO, 6)
    with stack:
        for number, value in enumerate(VALUES):
            opened[number % 6].emit("broadcast", value)
            for io in opened:
                got = io.receive()
                assert got == ["broadcast", value], f"{str(value)[:60]} came as {str(got)[:80]}"
        opened[0].ask("echo", 1)
        for io in opened:
            is_silent(io, 0.05)


@socketio
def test_socketio_keeps_the_order_of_a_connection(service):
    with SocketIO(service.port) as io:
        sent = [["broadcast" if n % 3 == 0 else "echo", n] for n in range(300)]
        for event in sent:
            io.emit(*event)
        assert [io.receive() for _ in sent] == sent


@socketio
def test_socketio_ignores_anything_else(service):
    with SocketIO(service.port) as io:
        for name in ("other", "Echo", "message", ""):
            io.emit(name, 1)
        is_silent(io)
        assert io.ask("echo", "still there") == ["echo", "still there"]


@socketio
def test_socketio_begins_with_polling_too(service):
    answer = expect(service.ask("/socket.io/?EIO=4&transport=polling"), 200)
    opened = json.loads(answer.body[1:])
    assert answer.body[:1] == b"0" and opened["upgrades"] == ["websocket"], str(answer)
    path = f"/socket.io/?EIO=4&transport=polling&sid={opened['sid']}"
    expect(service.ask(path, "POST", "40", {"content-type": "text/plain"}), 200)
    assert service.ask(path).body[:2] == b"40"
    expect(service.ask(path, "POST", '42["echo",{"a":1}]', {"content-type": "text/plain"}), 200)
    assert service.ask(path).body == b'42["echo",{"a":1}]'


# ---- server-sent events ----

def events(text):
    """[{field: value}] as the standard reads them."""
    assert text == "" or text.endswith("\n\n"), f"it ends with {text[-40:]!r}"
    found = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        fields = dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "")
                      for line in block.split("\n") if line and not line.startswith(":"))
        if "data" in fields:
            found.append(fields)
    return found


def check(answer, count):
    expect(answer, 200)
    assert answer.type == "text/event-stream", f"content-type '{answer.type}'"
    got = events(answer.body.decode().replace("\r\n", "\n"))
    assert len(got) == count, f"{len(got)} events, not {count}"
    for number, fields in enumerate(got):
        assert set(fields) == {"id", "event", "data"}, fields
        assert fields["id"] == str(number) and fields["event"] == "tick", fields
        assert json.loads(fields["data"]) == {"i": number}, fields


@sse
def test_sse_sends_the_events_asked_for(service):
    check(service.ask("/events"), 10)
    for count in (0, 1, 3, 1000):
        check(service.ask(f"/events?n={count}"), count)


@sse
def test_sse_data_is_compact(service):
    assert b'data: {"i":0}\n' in service.ask("/events?n=1").body.replace(b"\r\n", b"\n")


@sse
def test_sse_leaves_time_between_events(service):
    begin = time.monotonic()
    with client.response(service.port, "/events?n=6&ms=200") as answer:
        first = answer.read1(1000)
        first_after = time.monotonic() - begin
        rest = answer.read()
    took = time.monotonic() - begin
    assert took >= 0.99, f"5 waits of 200 ms took {took:.3f} s"
    assert first and first_after < 0.9, f"the first came after {first_after:.3f} s"
    assert len(events((first + rest).decode().replace("\r\n", "\n"))) == 6


@sse
def test_sse_serves_several_at_once(service):
    with client.response(service.port, "/events?n=3&ms=500") as slow:
        check(service.ask("/events?n=50", seconds=5), 50)
        slow.read()


@sse
def test_sse_goes_on_after_a_client_has_left(service):
    with client.response(service.port, "/events?n=1000&ms=1000") as answer:
        answer.read1(100)
    check(service.ask("/events?n=5"), 5)


@sse
def test_sse_refuses_numbers_out_of_range(service):
    with Findings() as findings:
        for query in ("n=-1", "n=1001", "n=x", "n=1.5", "n=", "ms=-1", "ms=1001", "ms=x", "ms=",
                      "n=5&ms=-1", "n=" + "9" * 30):
            with findings.each():
                expect_invalid(service.ask(f"/events?{query}"), query)
        with findings.each():
            check(service.ask("/events?n=1&ms=1000"), 1)
