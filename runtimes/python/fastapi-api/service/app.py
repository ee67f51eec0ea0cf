"""The service: its middleware and its routes."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware

from . import items, work
from .config import settings

app = FastAPI(title="items", version="1.0.0")
app.add_middleware(GZipMiddleware, minimum_size=1024)
app.add_middleware(CORSMiddleware, allow_origins=[settings.allowed_origin])
app.include_router(items.router)
app.include_router(work.router)


@app.get("/")
async def about() -> dict[str, str]:
    return {"service": "items", "version": app.version}


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}
