"""The check of the bearer token."""

import jwt
from starlette.exceptions import HTTPException
from starlette.requests import Request

from . import config


def require_token(request: Request) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise jwt.InvalidTokenError
        jwt.decode(
            token.strip(),
            str(config.JWT_SECRET),
            algorithms=["HS256"],
            options={"require": ["sub"]},
        )
    except jwt.InvalidTokenError:
        raise HTTPException(401, headers={"www-authenticate": "Bearer"}) from None
