"""The check of the bearer token."""

from functools import wraps

import jwt
from flask import abort, request
from werkzeug.datastructures import WWWAuthenticate

from .config import settings


def token_required(view):
    @wraps(view)
    def checked(*args, **kwargs):
        given = request.authorization
        try:
            jwt.decode(
                given.token if given and given.type == "bearer" else "",
                settings.jwt_secret,
                algorithms=["HS256"],
                options={"require": ["sub"]},
            )
        except jwt.InvalidTokenError:
            abort(401, www_authenticate=WWWAuthenticate("bearer"))
        return view(*args, **kwargs)

    return checked
