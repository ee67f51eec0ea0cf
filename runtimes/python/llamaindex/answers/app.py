"""The service, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from .ask import Answer, Question
from .config import settings
from .documents import load_documents
from .engine import Engines
from .errors import add_error_handlers


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.engines = Engines(load_documents(settings.documents))
    yield


app = FastAPI(title="answers", version="1.0.0", lifespan=lifespan)
add_error_handlers(app)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/ask")
async def ask(asked: Question, request: Request) -> Answer:
    found = await request.app.state.engines.nearest(asked.k).aquery(asked.question)
    sources = [node.metadata["id"] for node in found.source_nodes]
    return Answer(answer=str(found), sources=sources)
