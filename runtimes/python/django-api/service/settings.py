"""Django's settings; what differs from place to place comes from the environment or .env."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from .logs import LOGGING  # noqa: F401

env = environ.Env()
env_file = Path(__file__).parents[1] / ".env"
if env_file.exists():
    env.read_env(env_file)

SECRET_KEY = env.str("SECRET_KEY", "development-secret-of-django")
JWT_SECRET = env.str("JWT_SECRET", "development-secret-of-32-bytes!!")
if len(JWT_SECRET) < 32:
    raise ImproperlyConfigured("JWT_SECRET must have at least 32 characters")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CORS_ALLOWED_ORIGINS = env.list("ALLOWED_ORIGINS", default=[])
CORS_ALLOW_ALL_ORIGINS = not CORS_ALLOWED_ORIGINS

# a token says who asks: there are no accounts, so no django.contrib.auth
INSTALLED_APPS = ["corsheaders", "django_structlog", "rest_framework", "items", "work"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "service.urls"
APPEND_SLASH = False
USE_I18N = False
USE_TZ = True

scratch = env.str("SCRATCH", "")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        # the one in memory is shared by the threads of a process
        "NAME": f"{scratch}/items.sqlite3" if scratch else "file:items?mode=memory&cache=shared",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "service.errors.on_error",
    "UNAUTHENTICATED_USER": None,
}
