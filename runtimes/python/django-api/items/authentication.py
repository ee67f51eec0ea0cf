"""The check of the bearer token."""

from dataclasses import dataclass

import jwt
from django.conf import settings
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed


@dataclass(frozen=True)
class Caller:
    sub: str
    is_authenticated: bool = True


class BearerToken(BaseAuthentication):
    def authenticate(self, request):
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        try:
            claims = jwt.decode(
                token.strip(),
                settings.JWT_SECRET,
                algorithms=["HS256"],
                options={"require": ["sub"]},
            )
        except jwt.InvalidTokenError as error:
            raise AuthenticationFailed from error
        return Caller(claims["sub"]), claims

    def authenticate_header(self, request):
        return "Bearer"
