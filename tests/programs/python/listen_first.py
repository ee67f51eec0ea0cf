# SPDX-License-Identifier: BSD-2-Clause
"""listen_first.py - listens on a socket before it imports what serves it."""
import socket

listener = socket.create_server(("127.0.0.1", 0))

import http.server  # noqa: E402
import decimal  # noqa: E402,F401

server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler, False)
server.socket.close()
server.socket = listener
server.serve_forever()
