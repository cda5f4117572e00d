"""Square's webhooks: whether one is Square's, and which customers it speaks of (contracts/square.md 2.9)."""

from __future__ import annotations

import base64
import binascii
import hmac

import msgspec

from regulars import errors
from regulars.model import instant
from regulars.sources.contract import Heard, Hook
from regulars.sources.square.shapes import Event

SIGNATURE = "x-square-hmacsha256-signature"
_MICROSECONDS = 1_000_000
_HEARD_SECONDS_MAX = 4 * 86_400  # older texts of Square's speak of 72 hours of retries
_REFS_MAX = 100  # customers that one webhook speaks of


def hear(given: Hook) -> Heard:
    """A webhook of Square's: signed over its address and body, not much older than Square's retries.

    Raises Unauthorised for one that is not Square's, Invalid for one without an id.
    """
    if not given.secret:
        raise errors.Unauthorised("There is no signature key", reason="missing")  # anybody could sign
    signed = hmac.digest(given.secret.encode(), given.url.encode() + given.body, "sha256")
    if not hmac.compare_digest(signed, _base64(given.headers.get(SIGNATURE, ""))):
        raise errors.Unauthorised("The signature is not Square's", reason="unknown")
    try:
        event = msgspec.json.decode(given.body, type=Event)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise errors.Invalid("The webhook is none of Square's", rule="not_an_event") from None
    if not event.event_id:
        raise errors.Invalid("The webhook has no event_id", rule="not_an_event")
    created_at = instant.parse(event.created_at or "")
    if created_at is not None and created_at / _MICROSECONDS < given.now - _HEARD_SECONDS_MAX:
        raise errors.Unauthorised("The webhook is too old", reason="expired")
    return Heard(event.event_id, _spoken_of(event))


def _spoken_of(event: Event) -> tuple[str, ...]:
    """The customers that changed; of a merge the old ones and the new one."""
    if event.type not in {"customer.created", "customer.updated", "customer.deleted"} or event.data is None:
        return ()
    context = event.data.object.event_context if event.data.object is not None else None
    merge = context.merge if context is not None else None
    refs = [event.data.id]
    if merge is not None:
        refs += [merge.to_customer_id, *(merge.from_customer_ids or ())]
    return tuple(dict.fromkeys(ref for ref in refs if ref))[:_REFS_MAX]


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
