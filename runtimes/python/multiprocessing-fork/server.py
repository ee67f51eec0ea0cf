"""A web server in front of a pool of two worker processes; the argument is their start method."""

import json
import logging
import multiprocessing
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import work

WORKERS = 2

log = logging.getLogger("server")


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, pool):
        super().__init__(address, Handler)
        self.pool = pool


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/health":
            self.answer(200, {"status": "ok"})
        elif url.path == "/cpu":
            self.compute(parse_qs(url.query, keep_blank_values=True))
        else:
            self.answer(404, {"error": "not found"})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if urlsplit(self.path).path in ("/health", "/cpu"):
            self.answer(405, {"error": "method not allowed"})
        else:
            self.answer(404, {"error": "not found"})

    def compute(self, query):
        try:
            n = int(query.get("n", ["20"])[-1])
            if not 0 <= n <= 35:
                raise ValueError("n must be 0 to 35")
        except ValueError as error:
            return self.answer(422, {"error": "invalid", "details": [str(error)]})
        self.answer(200, {"n": n, "fibonacci": self.server.pool.apply(work.fibonacci, (n,))})

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format, *args):
        log.info(format, *args)


def main():
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    context = multiprocessing.get_context(sys.argv[1])
    up = context.Semaphore(0)
    # the pool's processes inherit it: they end when the server lets them, not in mid-work
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pool = context.Pool(WORKERS, work.start, (up,))
    try:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        for _ in range(WORKERS):
            up.acquire()
        server = Server(("127.0.0.1", int(os.environ.get("PORT", "0"))), pool)
        log.info("listening on port %d", server.server_port)
        server.serve_forever()
    finally:
        pool.close()
        pool.join()


if __name__ == "__main__":
    main()
