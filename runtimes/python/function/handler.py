"""The function itself; it knows nothing of HTTP, so that it runs on any platform for functions."""

import json


def answer(status, body):
    return {"statusCode": status, "body": json.dumps(body)}


def handler(event, context):
    name = event.get("name") if isinstance(event, dict) else None
    if not isinstance(name, str) or not name:
        return answer(400, {"error": "invalid"})
    return answer(200, {"message": f"hello {name}"})
