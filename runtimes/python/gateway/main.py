"""Starts the gateway on uvicorn."""

import uvicorn

from gateway import config
from gateway.app import app

if __name__ == "__main__":
    # date and server are the upstreams' to say
    uvicorn.run(app, host=config.HOST, port=config.PORT, date_header=False, server_header=False)
