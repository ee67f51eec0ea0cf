"""Echo and broadcast at /ws."""

from typing import Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ConfigDict, JsonValue
from pydantic_core import from_json

from .hub import Hub

router = APIRouter()
hub = Hub()

INVALID = '{"type":"error","error":"invalid"}'


class Message(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["echo", "broadcast"]
    data: JsonValue


@router.websocket("/ws")
async def live(websocket: WebSocket) -> None:
    async with hub.join(websocket) as connection:
        while (event := await websocket.receive())["type"] != "websocket.disconnect":
            text = event.get("text") or ""
            try:
                message = Message.model_validate(from_json(text, allow_inf_nan=False))
            except ValueError:
                await connection.put(INVALID)
                continue
            if message.type == "broadcast":
                hub.broadcast(text)
            else:
                await connection.put(text)
