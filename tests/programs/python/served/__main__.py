# SPDX-License-Identifier: BSD-2-Clause
"""__main__.py - serves files of the working folder on a free port."""
import http.server

from . import greeting

print(greeting.TEXT, flush=True)
http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler).serve_forever()
