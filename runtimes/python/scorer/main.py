"""Starts the service on uvicorn."""

import uvicorn

from scorer.app import app
from scorer.config import settings

if __name__ == "__main__":
    uvicorn.run(app, host=settings.host, port=settings.port, log_level=settings.log_level)
