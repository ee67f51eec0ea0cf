"""Starts the service on uvicorn."""

import os

import uvicorn

from service.app import app

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "0")))
