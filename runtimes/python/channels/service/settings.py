import os

SECRET_KEY = os.environ.get("SECRET_KEY", "development-secret-of-django")
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
INSTALLED_APPS = ["daphne", "channels"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "service.urls"
APPEND_SLASH = False
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        "CONFIG": {"capacity": 1000},  # who is that far behind misses messages
    }
}
