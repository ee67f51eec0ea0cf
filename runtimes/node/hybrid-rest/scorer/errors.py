"""Errors, in the one form that clients know."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


async def on_http_error(request: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse({"error": error.detail.lower()}, error.status_code, error.headers)


async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    # Not the input: it may be a NaN, which JSON cannot say.
    details = [{key: e[key] for key in ("type", "loc", "msg")} for e in error.errors()]
    return JSONResponse({"error": "invalid", "details": details}, 422)


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
