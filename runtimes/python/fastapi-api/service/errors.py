"""Errors, in the one form that clients know."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


def invalid(details: list) -> JSONResponse:
    return JSONResponse({"error": "invalid", "details": details}, 422)


async def on_http_error(request: Request, error: HTTPException) -> JSONResponse:
    if error.status_code == 400:  # FastAPI's word for a body that is not even text
        return invalid([{"loc": ["body"], "msg": error.detail}])
    return JSONResponse({"error": error.detail.lower()}, error.status_code, error.headers)


async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    return invalid([{key: e[key] for key in ("loc", "msg", "type")} for e in error.errors()])


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
