"""One route that waits without computing, one that computes without waiting."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

router = APIRouter(tags=["work"])


def fibonacci(n: int) -> int:
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@router.get("/io")
async def io(ms: Annotated[int, Query(ge=0, le=10_000)] = 10) -> dict[str, int]:
    await asyncio.sleep(ms / 1000)
    return {"waited_ms": ms}


@router.get("/cpu")
def cpu(n: Annotated[int, Query(ge=0, le=35)] = 20) -> dict[str, int]:
    return {"n": n, "fibonacci": fibonacci(n)}
