"""Errors, in the one form that clients know."""

from flask import json
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException


def on_http_error(error):
    response = error.get_response()
    response.data = json.dumps({"error": error.name.lower()})
    response.content_type = "application/json"
    return response


def on_invalid(error):
    details = [
        {"field": field, "messages": messages}
        for field, messages in error.normalized_messages().items()
    ]
    return {"error": "invalid", "details": details}, 422


def add_error_handlers(app):
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(ValidationError, on_invalid)
