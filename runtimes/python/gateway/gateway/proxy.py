"""Requests handed on to an upstream, and its answers back."""

import logging
import uuid

import httpx
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from .auth import require_token

log = logging.getLogger("uvicorn.error")

# these belong to one connection (RFC 9110, 7.6.1)
HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
NOT_FORWARDED = HOP_BY_HOP | {b"content-length", b"host", b"x-request-id"}


def without(headers: list[tuple[bytes, bytes]], names: set[bytes]) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in headers if name.lower() not in names]


async def forward(request: Request) -> Response:
    prefix = request.path_params["upstream"]
    base = request.app.state.upstreams.get(prefix)
    if not base:
        raise HTTPException(404)
    require_token(request)
    request_id = request.headers.get("x-request-id") or uuid.uuid4().hex
    target = b"/" + request.scope["raw_path"].split(b"/", 2)[2]
    if query := request.scope["query_string"]:
        target += b"?" + query
    outgoing = httpx.Request(
        request.method,
        base.copy_with(raw_path=target),
        headers=[
            (b"host", base.netloc),
            *without(request.headers.raw, NOT_FORWARDED),
            (b"x-request-id", request_id.encode("latin-1")),
        ],
        content=await request.body(),
    )
    try:
        answer = await request.app.state.client.send(outgoing, stream=True)
    except httpx.HTTPError as error:
        log.error("upstream %s: %r", prefix, error)
        raise HTTPException(502) from error
    response = StreamingResponse(
        answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose)
    )
    response.raw_headers = [
        *without(answer.headers.raw, HOP_BY_HOP | {b"x-request-id"}),
        (b"x-request-id", request_id.encode("latin-1")),
    ]
    return response
