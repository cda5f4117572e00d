"""How customers are shown to whoever asks for them again and again: tagged, compressed when asked, or not at all.

A tag is a keyed hash of the very bytes, so that `304` says exactly one thing: you have them already. It is made from
what this token is shown and from nothing else; no number of the account's is in it (docs/decisions/0026).
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
import zlib
from collections.abc import Mapping
from typing import Any, Final, Literal

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from regulars import limits
from regulars.api.route import Answer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Coding = Literal["identity", "gzip", "zstd"]

# What is compressed varies with what was asked for, also where it came out as it is.
_VARY: Final = ("vary", "accept-encoding")
_NONCE: Final = bytes(12)
_GZIP_LEVEL: Final = 1  # three times cheaper than 6, for a sixth more bytes
_ZSTD_LEVEL: Final = 1
# The same bytes compressed by another library are others: a tag tells which library it was.
_LIBRARY: Final[Mapping[Coding, bytes]] = {
    "identity": b"",
    "gzip": f"gzip {_GZIP_LEVEL} {zlib.ZLIB_RUNTIME_VERSION}".encode(),
    "zstd": f"zstd {_ZSTD_LEVEL} {zstd.zstd_version}".encode(),
}
_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


class Representations:
    """Shows answers as one store's; `key`: 32 bytes, the same in every process of the store."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._hash = AESGCM(hashlib.blake2b(key, person=b"tag of bytes", digest_size=32).digest())

    def shown(self, answer: Answer, environ: Mapping[str, Any], account_id: int) -> Answer:
        """The answer with its tag, in the coding that was asked for; 304 to whoever has it already.

        What is no 200 stays as it is.
        """
        if answer.status != "200 OK":
            return answer
        coding = coding_for(environ.get("HTTP_ACCEPT_ENCODING"), len(answer.body))
        tag = self._tag(answer.body, account_id, coding)
        headers = (("etag", tag), _VARY, *answer.headers)
        if names(environ.get("HTTP_IF_NONE_MATCH"), tag):
            return Answer(b"", "304 Not Modified", headers)
        if coding == "identity":
            return Answer(answer.body, answer.status, headers, answer.content_type)
        body = compressed(answer.body, coding)
        return Answer(body, answer.status, (*headers, ("content-encoding", coding)), answer.content_type)

    def _tag(self, body: bytes, account_id: int, coding: Coding) -> str:
        """The tag of these bytes in this coding.

        GMAC is twelve times faster than SHA-256, and with one nonce for all a hash whose key two tags would give away:
        so nobody sees it, only what a second keyed hash makes of it.
        """
        seen = self._hash.encrypt(_NONCE, b"", body)
        seen += account_id.to_bytes(8, "big") + _LIBRARY[coding]
        made = hashlib.blake2b(seen, key=self._key, digest_size=15).digest()
        return f'"{base64.urlsafe_b64encode(made).decode("ascii")}"'


def names(header: str | None, tag: str) -> bool:
    """Whether an If-None-Match names this tag (RFC 9110, section 13.1.2); `*` names any."""
    if header is None:
        return False
    return header.strip() == "*" or tag in _TAG.findall(header)


def coding_for(header: str | None, size: int) -> Coding:
    """The coding that an Accept-Encoding likes best (RFC 9110, section 12.5.3), zstd before gzip where it likes both.

    Without one, and for few bytes, none: nothing is compressed that nobody has asked for.
    """
    if header is None or size < limits.COMPRESSED_BYTES_MIN:
        return "identity"
    liked = _liked(header)
    best: Coding = "zstd" if liked["zstd"] >= liked["gzip"] else "gzip"
    return best if liked[best] > 0 and liked[best] >= liked["identity"] else "identity"


def compressed(body: bytes, coding: Coding) -> bytes:
    """The bytes in a coding; the same bytes give the same bytes."""
    if coding == "zstd":
        return zstd.compress(body, _ZSTD_LEVEL)
    if coding == "gzip":
        made = zlib.compressobj(_GZIP_LEVEL, wbits=31)  # a gzip header without a time
        return made.compress(body) + made.flush()
    return body


def _liked(header: str) -> dict[Coding, float]:
    """How much each coding is liked. `identity` is always there and need not be named: then anything else is better."""
    told: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        told[{"x-gzip": "gzip"}.get(name, name)] = _quality(parameters)
    rest = told.get("*", 0.0)
    return {
        "zstd": told.get("zstd", rest),
        "gzip": told.get("gzip", rest),
        "identity": told.get("identity", 0.0),
    }


def _quality(parameters: list[str]) -> float:
    """What `q=` says; 1 without it. What is no quality asks for nothing."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
    return 1.0
