"""A service behind the gateway: it says what it was asked. Its argument is its name."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = sys.argv[1]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        request_id = self.headers.get("X-Request-Id")
        if request_id:
            self.send(
                200,
                {
                    "upstream": NAME,
                    "method": self.command,
                    "path": self.path,
                    "body": body.decode(errors="replace"),
                    "request_id": request_id,
                },
            )
        else:
            self.send(403, {"error": "forbidden"})  # only the gateway may ask

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = answer

    def send(self, status, value):
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()  # ends with the gateway, however that ends


main()
