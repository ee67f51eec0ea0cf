"""What the environment may set."""

from starlette.config import Config
from starlette.datastructures import Secret

config = Config()

HOST = config("HOST", default="127.0.0.1")
PORT = config("PORT", cast=int, default=0)
JWT_SECRET = config("JWT_SECRET", cast=Secret, default="development-secret-of-32-bytes!!")
UPSTREAM_TIMEOUT_S = config("UPSTREAM_TIMEOUT_S", cast=float, default=30.0)
