"""Who is connected, and what is on its way to them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import WebSocket, WebSocketDisconnect

QUEUE_LIMIT = 1000


class Connection:
    """Its messages leave in the order of put(), by a task of its own: nobody waits for the slow."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.outgoing: asyncio.Queue[str] = asyncio.Queue(QUEUE_LIMIT)

    async def put(self, text: str) -> None:
        await self.outgoing.put(text)

    async def write(self) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await self.websocket.send_text(await self.outgoing.get())


class Hub:
    def __init__(self) -> None:
        self.connections: set[Connection] = set()

    @contextlib.asynccontextmanager
    async def join(self, websocket: WebSocket) -> AsyncIterator[Connection]:
        await websocket.accept()
        connection = Connection(websocket)
        writer = asyncio.create_task(connection.write())
        self.connections.add(connection)
        try:
            yield connection
        finally:
            self.connections.discard(connection)
            writer.cancel()

    def broadcast(self, text: str) -> None:
        for connection in self.connections:
            # who is that far behind misses it
            with contextlib.suppress(asyncio.QueueFull):
                connection.outgoing.put_nowait(text)
