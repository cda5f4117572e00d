"""A request's body: whole or refused, and never more than its bound.

Nobody's body is read before it is known who asks and that the route takes one. Who serves announces a body that is
still to come (`TO_COME`); the responder then says that it is wanted (`WANTED`, with what it knows of the asker) and
does nothing more; the request is asked again with the body, or with the reason why there is none (`FAILED`). So no
thread ever waits for a body (docs/decisions/0016).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars import errors, limits

TO_COME = "regulars.body_to_come"
WANTED = "regulars.body_wanted"
ADMITTED = "regulars.admitted"
FAILED = "regulars.body_failed"


def is_announced(environ: Mapping[str, Any]) -> bool:
    """Whether the request has a body at all."""
    return environ.get("CONTENT_LENGTH", "0") not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ


def check_size(environ: Mapping[str, Any]) -> int | None:
    """The announced size (None: chunked); raises TooLarge before a byte is read."""
    size = _size(environ.get("CONTENT_LENGTH", ""))
    if size is not None and size > limits.BODY_BYTES_MAX:
        raise too_large()
    return size


def read(environ: Mapping[str, Any]) -> bytes:
    """The whole body, which has come.

    Raises TooLarge beyond limits.BODY_BYTES_MAX, Invalid (`too_slow`) when it is shorter than announced, and
    whatever the server gives as the reason why it has not come.
    """
    if FAILED in environ:
        raise environ[FAILED]
    size = check_size(environ)
    data: bytes = environ["wsgi.input"].read(limits.BODY_BYTES_MAX + 1 if size is None else size)
    if size is not None and len(data) < size:
        raise too_slow()
    if len(data) > limits.BODY_BYTES_MAX:
        raise too_large()
    return data


def too_large() -> errors.TooLarge:
    """There is more than may be."""
    return errors.TooLarge(f"The body has more than {limits.BODY_BYTES_MAX} bytes")


def too_slow() -> errors.Invalid:
    """It has not come in time, or it broke off."""
    return errors.Invalid("The body did not come in time, or not whole", rule="too_slow")


def too_many() -> errors.Retriable:
    """Others of the same token, or of all, are waited for already."""
    return errors.Retriable("Too many bodies are on their way here", retry_after=limits.RETRY_AFTER_SECONDS)


def _size(content_length: str) -> int | None:
    if not (content_length.isascii() and content_length.isdigit()):
        return None
    # More digits than the bound has is more than the bound, however many there are.
    return int(content_length[:20])
