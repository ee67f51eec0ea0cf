"""What daphne serves."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "service.settings")
http = get_asgi_application()

from .consumers import LiveConsumer  # noqa: E402: after Django's set-up

application = ProtocolTypeRouter(
    {"http": http, "websocket": URLRouter([path("ws", LiveConsumer.as_asgi())])}
)
