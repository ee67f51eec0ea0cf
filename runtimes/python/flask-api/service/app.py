"""The service, put together."""

from flask import Flask
from flask_cors import CORS
from flask_talisman import Talisman

from . import items, work
from .config import settings
from .database import create_tables
from .errors import add_error_handlers
from .requests import add_request_log


def health():
    return {"status": "ok"}


def create_app():
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 100 * 1024
    add_request_log(app)
    add_error_handlers(app)
    CORS(app, origins=settings.allowed_origins)
    # TLS ends at the proxy in front
    Talisman(app, force_https=False, content_security_policy={"default-src": "'none'"})
    app.add_url_rule("/health", view_func=health)
    app.register_blueprint(items.blueprint)
    app.register_blueprint(work.blueprint)
    create_tables()
    return app
