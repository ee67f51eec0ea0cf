"""The service, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from . import database, items, logs, work
from .errors import add_error_handlers
from .middleware import add_middleware


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    await database.create_tables()
    yield
    await database.engine.dispose()


logs.configure()
app = FastAPI(title="items", version="1.0.0", lifespan=lifespan)
add_middleware(app)
add_error_handlers(app)
app.include_router(items.public)
app.include_router(items.protected)
app.include_router(work.router)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}
