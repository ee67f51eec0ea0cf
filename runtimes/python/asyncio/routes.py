"""What the service answers: a status and what becomes JSON."""

import asyncio
from collections.abc import Awaitable, Callable

from wire import Request

Answer = tuple[int, object]


def number(request: Request, name: str, default: int, most: int) -> int:
    value = int(request.query.get(name, default))
    if not 0 <= value <= most:
        raise ValueError(f"{name} must be 0 to {most}")
    return value


def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


async def hello(request: Request) -> Answer:
    return 200, {"message": "hello from asyncio"}


async def health(request: Request) -> Answer:
    return 200, {"status": "ok"}


async def io(request: Request) -> Answer:
    ms = number(request, "ms", default=10, most=10_000)
    await asyncio.sleep(ms / 1000)
    return 200, {"waited_ms": ms}


async def cpu(request: Request) -> Answer:
    n = number(request, "n", default=20, most=35)
    return 200, {"n": n, "fibonacci": await asyncio.to_thread(fibonacci, n)}


ROUTES: dict[str, Callable[[Request], Awaitable[Answer]]] = {
    "/": hello,
    "/health": health,
    "/io": io,
    "/cpu": cpu,
}


async def answer(request: Request) -> Answer:
    route = ROUTES.get(request.path)
    if not route:
        return 404, {"error": "not found"}
    if request.method != "GET":
        return 405, {"error": "method not allowed"}
    try:
        return await route(request)
    except ValueError as error:
        return 422, {"error": "invalid", "details": [str(error)]}
