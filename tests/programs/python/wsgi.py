# SPDX-License-Identifier: BSD-2-Clause
"""wsgi.py - an application for gunicorn that imports some of the standard library."""
import json
import sqlite3  # noqa: F401 - brings a native extension


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"path": environ["PATH_INFO"]}).encode()]
