"""Starts the scorer on uvicorn, for the API that started this process."""

import asyncio
import os

import uvicorn

from .app import app
from .config import settings


class Server(uvicorn.Server):
    """Tells the parent its port once it listens, and ends when the parent is gone."""

    async def startup(self, sockets=None):
        await super().startup(sockets)
        if self.started:
            [server] = self.servers
            port = server.sockets[0].getsockname()[1]
            os.write(settings.parent_fd, f"{port}\n".encode())
            asyncio.get_running_loop().add_reader(settings.parent_fd, self.stop)

    def stop(self):
        asyncio.get_running_loop().remove_reader(settings.parent_fd)
        self.should_exit = True


config = uvicorn.Config(
    app, host=settings.host, port=settings.port, log_level=settings.log_level
)
Server(config).run()
