"""The signatures of a delivery: Square's, Standard Webhooks' and Conecto's, all with one key.

A subscription's key is base64 text. Square signs with the text itself; in Standard Webhooks' words the same text stands
behind `whsec_` and is decoded first.
"""

from __future__ import annotations

import base64
import hmac

from regulars.model.event import Keys


def square(key: str, url: str, body: bytes) -> str:
    """`x-square-hmacsha256-signature`: of the notification URL and the body (contracts/square.md 2.9)."""
    return _base64(hmac.digest(key.encode(), url.encode() + body, "sha256"))


def square_older(key: str, url: str, body: bytes) -> str:
    """`x-square-signature`: the same with SHA-1, which receivers of 2021 and before look at."""
    return _base64(hmac.digest(key.encode(), url.encode() + body, "sha1"))


def standard(keys: Keys, id: str, seconds: int, body: bytes) -> str:
    """`webhook-signature` of Standard Webhooks 1.0: one signature for each key that counts, separated by spaces."""
    signed = b".".join((id.encode(), str(seconds).encode(), body))
    every = [keys.current] if keys.old is None else [keys.current, keys.old]
    return " ".join("v1," + _base64(hmac.digest(base64.b64decode(key), signed, "sha256")) for key in every)


def conecto(key: str, client_id: str, path: str, seconds: int, body: bytes, *, method: str = "POST") -> str:
    """`x-signature` of Conecto (contracts/shift4.md, "Authentication"): lower-case hex; the path without its query."""
    bare = path.partition("?")[0].lower()
    signed = f"{client_id}{method}{bare}".encode() + body + str(seconds).encode()
    return hmac.digest(key.encode(), signed, "sha256").hex()


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
