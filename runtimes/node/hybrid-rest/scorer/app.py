"""The service, put together. Only the API asks it, and knows from the process how it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from .config import settings
from .errors import add_error_handlers
from .model import Model
from .payment import Payment, Verdict


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.model = Model(settings.model)
    yield


app = FastAPI(title="fraud", version="1.0.0", lifespan=lifespan)
add_error_handlers(app)


@app.post("/score")
def score(payment: Payment, request: Request) -> Verdict:
    probability = request.app.state.model.score(payment.features.row())
    return Verdict(score=probability, fraud=probability >= settings.threshold)
