"""HTTP/1.1 on asyncio's streams: as much of it as a small service needs."""

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

BODY_LIMIT = 64 * 1024


class BadRequest(Exception):
    pass


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    keep_alive: bool


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of the connection; None: it has ended."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        raise BadRequest from None
    try:
        line, *fields = head[:-4].decode("latin-1").split("\r\n")
        method, target, version = line.split(" ")
        headers = {name.lower(): value.strip() for name, value in (f.split(":", 1) for f in fields)}
        length = int(headers.get("content-length", "0"))
        url = urlsplit(target)
    except ValueError:
        raise BadRequest from None
    if "transfer-encoding" in headers or not 0 <= length <= BODY_LIMIT:
        raise BadRequest
    await reader.readexactly(length)  # no route wants it
    return Request(
        method=method,
        path=url.path,
        query={name: values[-1] for name, values in parse_qs(url.query, True).items()},
        headers=headers,
        keep_alive=version == "HTTP/1.1" and headers.get("connection", "").lower() != "close",
    )


def response(status: int, body: object, keep_alive: bool) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n"
        f"Connection: {'keep-alive' if keep_alive else 'close'}\r\n\r\n"
    )
    return head.encode("latin-1") + content
