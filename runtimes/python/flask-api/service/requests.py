"""A line in the log for each request."""

import logging
import time

from flask import g, request

log = logging.getLogger(__name__)


def start():
    g.start = time.perf_counter()


def finish(response):
    log.info(
        "request",
        extra={
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "duration_ms": round((time.perf_counter() - g.start) * 1000, 3),
        },
    )
    return response


def add_request_log(app):
    app.before_request(start)
    app.after_request(finish)
