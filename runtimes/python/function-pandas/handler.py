"""The function itself; it knows nothing of HTTP, so that it runs on any platform for functions."""

import json
import math

import pandas as pd


def answer(status, body):
    return {"statusCode": status, "body": json.dumps(body)}


def is_row(row):
    return (
        isinstance(row, dict)
        and isinstance(row.get("group"), str)
        and type(row.get("value")) in (int, float)  # a bool is an int too
        and math.isfinite(row["value"])
    )


def handler(event, context):
    rows = event.get("rows") if isinstance(event, dict) else None
    if not isinstance(rows, list) or not all(map(is_row, rows)):
        return answer(400, {"error": "invalid"})
    frame = pd.DataFrame(rows, columns=["group", "value"]).astype({"value": float})
    return answer(200, {"means": frame.groupby("group")["value"].mean().to_dict()})
