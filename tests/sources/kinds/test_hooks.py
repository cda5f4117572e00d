"""Webhooks of every kind: whatever comes, signed as it must be or not, is judged and never breaks the judge."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import errors
from regulars.sources import registry
from regulars.sources.contract import Heard, Hook

KEY, URL, NOW = "whsec_invented", "https://shop.example.com/hooks/hk_x", 1_800_000_000

Headers = Mapping[str, str]


def _base64(signed: bytes) -> str:
    return base64.b64encode(hmac.digest(KEY.encode(), signed, "sha256")).decode()


def _hex(signed: bytes) -> str:
    return hmac.new(KEY.encode(), signed, hashlib.sha256).hexdigest()


SIGNED: dict[str, Callable[[bytes], Headers]] = {
    "square": lambda body: {"x-square-hmacsha256-signature": _base64(URL.encode() + body)},
    "clover": lambda _body: {"x-clover-auth": KEY},
    "lightspeed-x": lambda body: {"x-signature": f"signature={_hex(body)}, algorithm=HMAC-SHA256"},
    "stripe": lambda body: {"stripe-signature": f"t={NOW},v1={_hex(b'%d.' % NOW + body)}"},
    "shopify": lambda body: {"x-shopify-hmac-sha256": _base64(body), "x-shopify-topic": "customers/update"},
    "woocommerce": lambda body: {
        "x-wc-webhook-signature": _base64(body), "x-wc-webhook-topic": "customer.updated",
    },
}  # fmt: skip

_KEYS = st.sampled_from(
    ["id", "type", "data", "object", "event_id", "created_at", "merchants", "objectId", "customer", "payload"]
)  # fmt: skip
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
    | st.sampled_from(["customer.updated", "C:1", "customer", "2026-01-01T00:00:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
_BODIES = (
    st.binary(max_size=60)
    | _VALUES.map(lambda value: json.dumps(value).encode())
    | _VALUES.map(lambda value: urlencode({"payload": json.dumps(value)}).encode())
    | st.sampled_from([b"[" * 5_000, b'{"id":' * 5_000, b'{"id":' + b"9" * 5_000 + b"}", b'{"id":"\\ud800"}'])
)


def _judge(kind: str) -> Callable[[Hook], Heard]:
    judge = registry.kind(kind).hook
    assert judge is not None
    return judge


def test_every_kind_is_tried() -> None:
    """A new one that sends webhooks is added here."""
    assert SIGNED.keys() == {name for name in registry.SHIPPED if registry.kind(name).hook is not None}


@pytest.mark.parametrize("kind", SIGNED)
@given(body=_BODIES)
def test_whatever_is_signed_is_heard_or_refused(kind: str, body: bytes) -> None:
    """Ids are texts; what holds none is refused."""
    try:
        heard = _judge(kind)(Hook(URL, SIGNED[kind](body), body, KEY, NOW))
    except (errors.Invalid, errors.Unauthorised):
        return
    assert isinstance(heard.event_id, str)
    assert all(isinstance(ref, str) for ref in (*heard.refs, *heard.erased))


@pytest.mark.parametrize("kind", SIGNED)
@given(
    headers=st.dictionaries(st.sampled_from(sorted({n for s in SIGNED.values() for n in s(b"")})), st.text())
)
def test_what_is_not_signed_is_refused(kind: str, headers: dict[str, Any]) -> None:
    """Whatever stands where the signature should, in any characters."""
    with pytest.raises(errors.Unauthorised):
        _judge(kind)(Hook(URL, headers, b'{"id":1}', KEY, NOW))
