"""The front: jobs come in and are asked for over HTTP."""

import json
import logging
import re
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAX_N = 1_000_000
MAX_BODY = 10_000

NOT_FOUND = 404, {"error": "not found"}


class Invalid(Exception):
    pass


def read_n(body):
    """The n of a job's JSON."""
    try:
        job = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid("the body must be JSON") from None
    if not isinstance(job, dict) or job.keys() != {"n"}:
        raise Invalid("the body must have n and no other key")
    if type(job["n"]) is not int or not 0 <= job["n"] <= MAX_N:
        raise Invalid(f"n must be an integer from 0 to {MAX_N}")
    return job["n"]


class Server(ThreadingHTTPServer):
    def __init__(self, address, jobs):
        self.jobs = jobs
        super().__init__(address, Handler)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        jobs = self.server.jobs
        path = self.path.partition("?")[0]
        if path == "/health":
            self.answer(200, {"status": "ok"})
        elif path == "/stats":
            self.answer(200, {"done": jobs.done, "workers": jobs.workers})
        elif (found := re.fullmatch("/jobs/([^/]+)", path)) and (job := jobs.get(found[1])):
            self.answer(200, asdict(job))
        else:
            self.answer(*NOT_FOUND)

    def do_POST(self):
        body = self.read_body()
        if self.path.partition("?")[0] != "/jobs":
            return self.answer(*NOT_FOUND)
        try:
            job = self.server.jobs.add(read_n(body))
        except Invalid as error:
            return self.answer(422, {"error": "invalid", "details": [str(error)]})
        self.answer(202, {"id": job.id})

    def read_body(self):
        length = self.headers.get("Content-Length", "0")
        if length.isdecimal() and int(length) <= MAX_BODY:
            return self.rfile.read(int(length))
        self.close_connection = True  # what follows is the rest of a body, no request
        return b""

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *args):
        logging.info(format, *args)
