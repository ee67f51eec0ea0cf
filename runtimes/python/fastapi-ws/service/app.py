"""The service, put together."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from . import live

app = FastAPI(title="live")
app.include_router(live.router)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.exception_handler(HTTPException)
async def on_error(request: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse({"error": error.detail.lower()}, error.status_code, error.headers)
