# SPDX-License-Identifier: BSD-2-Clause
"""websocket.py - a client for WebSocket (RFC 6455), and on it one for Socket.IO (protocol 5)."""
import base64
import hashlib
import json
import os
import socket
import struct

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
SECONDS = 10


class Refused(AssertionError):
    """The server did not switch protocols."""


class WebSocket:
    def __init__(self, port, path="/ws", seconds=SECONDS):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self.pending = b""
        self.pongs = []
        try:
            self._handshake(port, path)
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _handshake(self, port, path):
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                             "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                             f"Origin: http://127.0.0.1:{port}\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.pending:
            self._fill()
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        status, *lines = head.decode("latin-1").split("\r\n")
        if status.split(" ")[1] != "101":
            raise Refused(f"no WebSocket at {path}: '{status}'")
        headers = {k.strip().lower(): v.strip() for k, v in (x.split(":", 1) for x in lines)}
        wanted = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        assert headers.get("sec-websocket-accept") == wanted, f"wrong accept: {headers}"

    def _fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.pending += data

    def _take(self, count):
        while len(self.pending) < count:
            self._fill()
        data, self.pending = self.pending[:count], self.pending[count:]
        return data

    def send_frame(self, kind, data, final=True):
        mask = os.urandom(4)
        head = bytes([kind | (0x80 if final else 0)])
        if len(data) < 126:
            head += bytes([0x80 | len(data)])
        elif len(data) < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", len(data))
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", len(data))
        stream = (mask * (len(data) // 4 + 1))[:len(data)]
        masked = (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(
            len(data), "big")
        self.socket.sendall(head + mask + masked)

    def receive_frame(self):
        first, second = self._take(2)
        assert not second & 0x80, "a server's frame is masked"
        length = second & 0x7f
        if length == 126:
            (length,) = struct.unpack(">H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._take(8))
        assert first & 0x70 == 0, "reserved bits are set"
        return first & 0xf, bool(first & 0x80), self._take(length)

    def send(self, text):
        self.send_frame(TEXT, text.encode())

    def receive(self):
        """The next text message; pings are answered on the way."""
        text = b""
        while True:
            kind, final, data = self.receive_frame()
            if kind == PING:
                self.send_frame(PONG, data)
            elif kind == PONG:
                self.pongs.append(data)
            elif kind == CLOSE:
                raise ConnectionError(f"the server closes: {data!r}")
            else:
                assert kind in (TEXT, CONTINUED), f"a frame of kind {kind}"
                text += data
                if final:
                    return text.decode()

    def send_json(self, value):
        self.send(json.dumps(value))

    def receive_json(self):
        return json.loads(self.receive())

    def ask(self, value):
        self.send_json(value)
        return self.receive_json()

    def close(self):
        """The closing handshake; the status with which the server closes."""
        self.send_frame(CLOSE, struct.pack(">H", 1000))
        while True:
            kind, _, data = self.receive_frame()
            if kind == CLOSE:
                return struct.unpack(">H", data[:2])[0] if data else None


class SocketIO:
    """Engine.IO 4 over WebSocket alone: open is 0, ping 2, pong 3, message 4; in a message,
    connect is 0 and event is 2."""

    def __init__(self, port, seconds=SECONDS):
        self.web = WebSocket(port, "/socket.io/?EIO=4&transport=websocket", seconds)
        opened = self.web.receive()
        assert opened[0] == "0" and json.loads(opened[1:])["sid"], f"no open packet: {opened}"
        self.web.send("40")
        connected = self.web.receive()
        assert connected[:2] == "40" and json.loads(connected[2:])["sid"], f"got {connected}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.web.socket.close()

    def emit(self, *event):
        self.web.send("42" + json.dumps(event))

    def receive(self):
        """The next event, as a list: its name and its arguments."""
        while True:
            packet = self.web.receive()
            if packet == "2":
                self.web.send("3")
                continue
            assert packet[:2] == "42", f"not an event: {packet[:200]}"
            return json.loads(packet[2:])

    def ask(self, *event):
        self.emit(*event)
        return self.receive()
