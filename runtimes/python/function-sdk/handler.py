"""The function itself; it knows nothing of HTTP, so that it runs on any platform for functions."""

import json

import boto3
from botocore.config import Config

BUCKET = "coldprof"
EXPIRES_SECONDS = 900

# Made once, when the module loads: a warm call must not pay for it. The credentials are an
# example's; signing needs no network. Only the virtual style signs for the region's own host.
s3 = boto3.client(
    "s3",
    region_name="eu-central-1",
    aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
    aws_secret_access_key="example",
    config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}),
)


def answer(status, body):
    return {"statusCode": status, "body": json.dumps(body)}


def handler(event, context):
    key = event.get("key") if isinstance(event, dict) else None
    if not isinstance(key, str) or not key:
        return answer(400, {"error": "invalid"})
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=EXPIRES_SECONDS
    )
    return answer(200, {"url": url})
