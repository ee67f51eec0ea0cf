"""Echo and broadcast at /ws."""

import json

from channels.generic.websocket import AsyncWebsocketConsumer

INVALID = '{"type":"error","error":"invalid"}'


def refuse(constant):
    raise ValueError(f"{constant} is no JSON")


def kind_of(text):
    """echo, broadcast or None."""
    try:
        message = json.loads(text or "", parse_constant=refuse)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or message.keys() != {"type", "data"}:
        return None
    return message["type"] if message["type"] in ("echo", "broadcast") else None


class LiveConsumer(AsyncWebsocketConsumer):
    groups = ["all"]

    async def receive(self, text_data=None, bytes_data=None):
        kind = kind_of(text_data)
        event = {"type": "deliver", "text": text_data if kind else INVALID}
        if kind == "broadcast":
            await self.channel_layer.group_send("all", event)
        else:
            # not at once: it would overtake the broadcasts that are on their way
            await self.channel_layer.send(self.channel_name, event)

    async def deliver(self, event):
        await self.send(text_data=event["text"])
