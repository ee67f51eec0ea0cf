"""One route that waits without computing, one that computes without waiting."""

import time

from flask import Blueprint, request

from .schemas import CpuQuery, IoQuery

blueprint = Blueprint("work", __name__)


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@blueprint.get("/io")
def io():
    ms = IoQuery().load(request.args)["ms"]
    time.sleep(ms / 1000)
    return {"waited_ms": ms}


@blueprint.get("/cpu")
def cpu():
    n = CpuQuery().load(request.args)["n"]
    return {"n": n, "fibonacci": fibonacci(n)}
