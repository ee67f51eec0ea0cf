"""The check of the bearer token."""

from collections.abc import Callable

import jwt
from fastapi import HTTPException, Request, Response, status
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from .config import settings

bearer = HTTPBearer(auto_error=False)
unauthorized = HTTPException(
    status.HTTP_401_UNAUTHORIZED, "unauthorized", headers={"WWW-Authenticate": "Bearer"}
)


async def require_token(request: Request) -> None:
    credentials = await bearer(request)
    if not credentials:
        raise unauthorized
    try:
        jwt.decode(
            credentials.credentials,
            settings.jwt_secret.get_secret_value(),
            algorithms=["HS256"],
            options={"require": ["sub"]},
        )
    except jwt.InvalidTokenError:
        raise unauthorized from None


class ProtectedRoute(APIRoute):
    """Checks the token before the body is read; a dependency's turn comes after it."""

    def get_route_handler(self) -> Callable:
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            await require_token(request)
            return await handle(request)

        return checked
