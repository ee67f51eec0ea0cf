"""Puts the handler behind the functions framework."""

import logging
import uuid

import functions_framework
from flask import Request, Response

from handler import handler

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
log = logging.getLogger("function")


@functions_framework.http
def means(request: Request):
    if request.method == "GET" and request.path == "/health":
        return {"status": "ok"}
    if request.method != "POST" or request.path != "/":
        return {"error": "not found"}, 404

    request_id = request.headers.get("x-request-id") or str(uuid.uuid4())
    result = handler(request.get_json(silent=True), {"request_id": request_id})
    log.info("handled request_id=%s status=%d", request_id, result["statusCode"])
    return Response(result["body"], result["statusCode"], mimetype="application/json")
