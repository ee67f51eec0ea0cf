"""The services behind the gateway, each a process of its own."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

PROGRAM = Path(__file__).parents[1] / "upstream.py"


async def start(name: str) -> tuple[Process, httpx.URL]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), name, stdin=PIPE, stdout=PIPE
    )
    port = int(await process.stdout.readline())
    return process, httpx.URL(f"http://127.0.0.1:{port}")


@contextlib.asynccontextmanager
async def running(*names: str) -> AsyncIterator[dict[str, httpx.URL]]:
    started = await asyncio.gather(*map(start, names))
    try:
        yield {name: url for name, (_, url) in zip(names, started, strict=True)}
    finally:
        for process, _ in started:
            process.stdin.close()
        await asyncio.gather(*(process.wait() for process, _ in started))
