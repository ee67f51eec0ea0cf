# SPDX-License-Identifier: BSD-2-Clause
"""prefork.py - listens, forks two children, and they serve."""
import http.server
import os

server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
for _ in range(2):
    if os.fork() == 0:
        server.serve_forever()
os.wait()
