"""The gateway, put together."""

import contextlib
from collections.abc import AsyncIterator
from http import HTTPStatus

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from . import config, upstreams
from .proxy import forward

METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with (
        upstreams.running("a", "b") as app.state.upstreams,
        httpx.AsyncClient(timeout=config.UPSTREAM_TIMEOUT_S) as app.state.client,
    ):
        yield


async def health(request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


async def on_error(request: Request, error: HTTPException) -> JSONResponse:
    phrase = HTTPStatus(error.status_code).phrase.lower()
    return JSONResponse({"error": phrase}, error.status_code, error.headers)


app = Starlette(
    routes=[
        Route("/health", health),
        Route("/{upstream}/{path:path}", forward, methods=METHODS),
    ],
    exception_handlers={HTTPException: on_error},
    lifespan=lifespan,
)
app.router.redirect_slashes = False
