"""The front: jobs come in and are asked for over HTTP."""

import asyncio
import os
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

from . import config, tasks


class NewJob(BaseModel):
    model_config = ConfigDict(extra="forbid")

    n: Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class Job(BaseModel):
    id: str
    state: str
    result: int | None = None


@asynccontextmanager
async def lifespan(app):
    for _ in range(config.WORKERS):
        await asyncio.to_thread(os.read, config.READY_FD, 1)
    yield


app = FastAPI(title="jobs", lifespan=lifespan)


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.get("/stats")
def stats():
    return {"done": tasks.states.done_count(), "workers": config.WORKERS}


@app.post("/jobs", status_code=202)
def create_job(new: NewJob):
    return {"id": tasks.count_primes.send(new.n).message_id}


@app.get("/jobs/{job_id}")
def read_job(job_id: str) -> Job:
    state = tasks.states.get(job_id)
    if state is None:
        raise HTTPException(404)
    return Job(id=job_id, state=state, result=tasks.result_of(job_id) if state == "done" else None)


def invalid(details):
    return JSONResponse({"error": "invalid", "details": details}, 422)


@app.exception_handler(RequestValidationError)
async def validation_error(request, error):
    return invalid([{"loc": each["loc"], "msg": each["msg"]} for each in error.errors()])


@app.exception_handler(StarletteHTTPException)
async def http_error(request, error):
    if error.status_code == 400:  # a body that is not even text
        return invalid([error.detail])
    return JSONResponse({"error": error.detail.lower()}, error.status_code)
