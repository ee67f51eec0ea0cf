"""Starts the service on uvicorn; WEB_CONCURRENCY sets the number of its workers."""

import uvicorn

from service.config import settings

if __name__ == "__main__":
    uvicorn.run(
        "service.app:app",
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
    )
