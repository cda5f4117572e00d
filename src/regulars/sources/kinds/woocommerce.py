"""WooCommerce, REST v3: customers by offset; it cannot be asked who changed (contracts/pos-systems.md 1).

So every walk is a full one, in the order of ids, with pages that overlap (`offsets`); webhooks bring what happens in
between. Guests of orders have no customer, and are not seen. Read in WooCommerce's public source and documentation:
`offset`, `orderby=id`, `role=all`, `X-WP-Total`, at most a hundred a page, the ping of a new webhook, the webhooks'
headers; no filter by a modified time (its issue 41371). Run against a simulator only.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct

from regulars import errors
from regulars.model.pull import Item, Page, State
from regulars.model.record import Record, Unreadable
from regulars.sources import offsets
from regulars.sources.contract import Given, Heard, Hook, Kind
from regulars.sources.http import Http, Response, shaped
from regulars.sources.parting import one_by_one, seen

FORMAT = "woocommerce"
_PATH = "/wp-json/wc/v3/customers"
_PAGE_SIZE = 100
_PING = re.compile(rb"webhook_id=\d{1,20}", re.ASCII)


class _Named(Struct):
    id: int


class WooCommerce:
    """One shop's customers with an account."""

    def __init__(self, given: Given, http: Http) -> None:
        keys = base64.b64encode((given.secret or "").strip().encode()).decode()
        self._http = http.at(given.url or "", {"authorization": f"Basic {keys}"})

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """At the first customer, always."""
        return offsets.BEGINNING

    def page(self, state: State) -> Page:
        """A hundred customers; the first few of them again, to see that the offset still is where it was."""
        answer = self._listed(per_page=_PAGE_SIZE, offset=state["offset"])
        found = shaped(answer, list[Raw])
        refs = [_ref(each) or "" for each in found]
        if offsets.is_torn(state, refs):
            return Page((), offsets.stepped_back(state, _PAGE_SIZE))
        items = [_item(each, f"{FORMAT}:offset={state['offset']}") for each in found]
        total = answer.headers.get("x-wp-total", "")
        following = offsets.following(state, refs, _PAGE_SIZE) if len(found) >= _PAGE_SIZE else None
        bookmark = None if following is not None else {"offset": 0}
        said = int(total[:12]) if total.isascii() and total.isdigit() else None
        return Page(items, following, bookmark, total=said)

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        """One request each."""
        return one_by_one(refs, self._one)

    def check(self) -> None:
        """The first customer."""
        shaped(self._listed(per_page=1, offset=0), list[Raw])

    def honours_filters(self) -> bool:
        """None is used."""
        return True

    def close(self) -> None:
        """Nothing is open."""

    def _one(self, ref: str) -> Item:
        return _item(shaped(self._http.get(f"{_PATH}/{ref}"), Raw), f"{FORMAT}:customer")

    def _listed(self, **query: object) -> Response:
        return self._http.get(_PATH, {"role": "all", "orderby": "id", "order": "asc", **query})


def hook(sent: Hook) -> Heard:
    """`X-WC-Webhook-Signature`: HMAC-SHA256 of the body, in base64. A first one is a ping: a form, and not signed.

    Where the ping is refused, WooCommerce shows an error to whoever adds the webhook.
    """
    if _PING.fullmatch(sent.body):
        return Heard("", ())
    expected = base64.b64encode(hmac.digest(sent.secret.encode(), sent.body, "sha256"))
    given = sent.headers.get("x-wc-webhook-signature", "").encode()
    if not hmac.compare_digest(given, expected):
        raise errors.Unauthorised("The webhook is not signed as it must be", reason="unknown")
    delivery = sent.headers.get("x-wc-webhook-delivery-id", "")
    if not sent.headers.get("x-wc-webhook-topic", "").startswith("customer."):
        return Heard(delivery, ())
    try:
        named = msgspec.json.decode(sent.body, type=_Named)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise errors.Invalid("The webhook holds no customer", rule="not_json") from None
    return Heard(delivery, (str(named.id),))


def _item(raw: Raw, place: str) -> Item:
    if _ref(raw) is None:
        return Unreadable(bytes(raw), place, "The customer has no id", FORMAT)
    return Record(FORMAT, bytes(raw), place)


def _ref(raw: Raw) -> str | None:
    named = seen(raw, _Named)
    return None if named is None else str(named.id)


KIND = Kind(
    name="woocommerce",
    summary="WooCommerce's customers, all of them each time, and its webhooks",
    proof="simulated",
    open=WooCommerce,
    is_incremental=False,
    timestamps=("none can be asked for",),
    deletes="difference",
    every_seconds=900,
    needs_url=True,
    secret="a consumer key and its secret, as ck_…:cs_…",  # noqa: S106  # what it is, not one
    hook=hook,
)
