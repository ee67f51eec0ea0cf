# SPDX-License-Identifier: BSD-2-Clause
"""tokens.py - JSON Web Tokens, good ones and every kind of bad one."""
import base64
import hmac
import json
import time

SECRET = "development-secret-of-32-bytes!!"
GOOD = ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJjb2xkcHJvZiJ9."
        "Lg8_sEAWbgKh-HFOtUavefOI_rLRpffHzr63wgG-MEs")
HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


def part(data):
    raw = data if isinstance(data, bytes) else json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def make(claims, secret=SECRET, algorithm="HS256"):
    text = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims)}"
    signature = b""
    if algorithm in HASHES:
        signature = hmac.digest(secret.encode(), text.encode(), HASHES[algorithm])
    return f"{text}.{part(signature)}"


def bearer(token=GOOD):
    return {"authorization": f"Bearer {token}"}


def bad():
    """(what is wrong, the headers) of all that must be refused."""
    head, claims, signature = GOOD.split(".")
    now = int(time.time())
    good = {"sub": "coldprof"}
    flipped = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]
    texts = {
        "malformed": "not-a-token",
        "empty": "",
        "two parts": f"{head}.{claims}",
        "four parts": f"{GOOD}.x",
        "no JSON in it": f"{part(b'no')}.{part(b'json')}.{signature}",
        "wrong key": make(good, "another-secret-of-32-bytes-long!"),
        "signature altered": f"{head}.{claims}.{flipped}",
        "claims altered": f"{head}.{part({'sub': 'somebody'})}.{signature}",
        "signature absent": f"{head}.{claims}.",
        "alg none": make(good, algorithm="none"),
        "alg None": make(good, algorithm="None"),
        "alg HS512": make(good, algorithm="HS512"),
        "expired": make({**good, "exp": now - 60}),
        "expired long ago": make({**good, "exp": 1}),
        "exp no number": make({**good, "exp": "later"}),
        "no sub": make({"name": "coldprof"}),
    }
    cases = [(what, bearer(token)) for what, token in texts.items()]
    cases += [("no header", {}), ("another scheme", {"authorization": f"Basic {GOOD}"}),
              ("no scheme", {"authorization": GOOD})]
    return cases


def good():
    """(what it is, the headers) of all that must be accepted."""
    now = int(time.time())
    return [("the catalog's", bearer()),
            ("over in an hour", bearer(make({"sub": "coldprof", "exp": now + 3600}))),
            ("with more claims", bearer(make({"sub": "x", "iat": now - 5, "role": "admin"})))]
