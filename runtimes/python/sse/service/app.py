"""Server-sent events at /events."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def number(request: Request, name: str, default: int, most: int = 1000) -> int:
    value = int(request.query_params.get(name, default))
    if not 0 <= value <= most:
        raise ValueError(f"{name} must be 0 to {most}")
    return value


async def ticks(n: int, ms: int) -> AsyncIterator[ServerSentEvent]:
    for i in range(n):
        if i and ms:
            await asyncio.sleep(ms / 1000)
        data = json.dumps({"i": i}, separators=(",", ":"))
        yield ServerSentEvent(data, event="tick", id=str(i))


async def events(request: Request) -> Response:
    try:
        n, ms = number(request, "n", default=10), number(request, "ms", default=0)
    except ValueError as error:
        return JSONResponse({"error": "invalid", "details": [str(error)]}, 422)
    return EventSourceResponse(ticks(n, ms))


async def health(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def on_error(request: Request, error: HTTPException) -> Response:
    phrase = HTTPStatus(error.status_code).phrase.lower()
    return JSONResponse({"error": phrase}, error.status_code, error.headers)


app = Starlette(
    routes=[Route("/health", health), Route("/events", events)],
    exception_handlers={HTTPException: on_error},
)
