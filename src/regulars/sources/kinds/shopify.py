"""Shopify's Admin GraphQL: customers in the order in which they changed (contracts/pos-systems.md 1).

Who changes during a walk moves to its end and is met there. A cursor leads no further than 25,000 customers, so after
some thousands the walk is asked anew from the last time it saw. A deletion shows to nobody who asks: a full walk misses
the customer, and a webhook tells sooner; so it is with who was merged away, whom nothing points from to the other.
`customers/redact` is a demand to erase.

Read in Shopify's public documentation: `defaultEmailAddress` and `defaultPhoneNumber` (since 2025-04), the sort keys,
the limit of 25,000, costs in a 200 answer, the client credentials grant (a token for a day), the webhooks' headers and
what `customers/merge` says. Read in public clients and their issues: what a refused field looks like (null, and told in
`errors`), the code of a query that costs too much. Not verified: what a page costs. Run against a simulator only.
"""

from __future__ import annotations

import base64
import hmac
import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Raw, Struct, structs

from regulars import errors
from regulars.model import instant
from regulars.model.pull import Gone, Item, Page, State
from regulars.model.record import Record, Unreadable
from regulars.sources import credentials
from regulars.sources.contract import Given, Heard, Hook, Kind, Option, Refreshed
from regulars.sources.http import Http, shaped, shown_time
from regulars.sources.parting import seen

FORMAT = "shopify"
_VERSION = "2026-04"
_GID = "gid://shopify/Customer/"
_PAGE_SIZE = 100
_CURSOR_PAGES = 200  # of a hundred; Shopify follows a cursor to 25,000 objects
_LOOKED_AT = 5  # customers without any name or contact, before approval looks missing
_OVERLAP_SECONDS = 120
_IMPOSSIBLE = "2100-01-01T00:00:00Z"
_UNKNOWN = {"undefinedField", "undefinedType", "argumentNotAccepted"}
_APPROVAL = "It needs read_customers, and approval for protected customer data with names, e-mails, phones, addresses."
_SHOWN = """
fragment Shown on Customer {
  id firstName lastName note tags createdAt updatedAt
  defaultEmailAddress { emailAddress marketingState marketingOptInLevel marketingUpdatedAt }
  defaultPhoneNumber { phoneNumber marketingState }
  addresses(first: 10) {
    firstName lastName company address1 address2 city provinceCode zip countryCodeV2 phone
  }
}
"""
_LIST = (
    """
query ($first: Int!, $after: String, $query: String) {
  customers(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { ...Shown } pageInfo { hasNextPage endCursor }
  }
}
"""
    + _SHOWN
)
_SOME = "query ($ids: [ID!]!) { nodes(ids: $ids) { ...Shown } }" + _SHOWN


class _PageInfo(Struct, rename="camel"):
    has_next_page: bool
    end_cursor: str | None = None


class _Customers(Struct, rename="camel"):
    nodes: list[Raw]
    page_info: _PageInfo


class _Data(Struct):
    customers: _Customers | None = None
    nodes: list[Raw] | None = None
    shown_at: str | None = None  # what time it is at the source; said by the head of its answer


class _Extensions(Struct):
    code: str = ""


class _Error(Struct):
    message: str = ""
    extensions: _Extensions | None = None


class _Throttle(Struct, rename="camel"):
    currently_available: float = 0.0
    restore_rate: float = 50.0


class _Cost(Struct, rename="camel"):
    requested_query_cost: float = 0.0
    throttle_status: _Throttle | None = None


class _AboutCost(Struct):
    cost: _Cost | None = None


class _Answer(Struct):
    data: _Data | None = None
    errors: list[_Error] | None = None
    extensions: _AboutCost | None = None


class _Named(Struct, rename="camel"):
    id: str
    updated_at: str


class _Shown(Struct, rename="camel"):
    first_name: Any = None
    last_name: Any = None
    default_email_address: Any = None
    default_phone_number: Any = None


class _Token(Struct):
    access_token: str


class Shopify:
    """One shop's customers."""

    def __init__(self, given: Given, http: Http) -> None:
        version = quote(given.options.get("version", _VERSION), safe="")
        self._path = f"/admin/api/{version}/graphql.json"
        self._http = http.at(given.url or "", {"x-shopify-access-token": _token(given.secret)})

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """A little before the end of the last walk, or at everybody."""
        since = None if full or bookmark is None else _earlier(bookmark["at"])
        return {"since": since, "after": None, "at": since, "began": None, "pages": 0, "first": _PAGE_SIZE}

    def page(self, state: State) -> Page:
        """A hundred customers, the longest unchanged first."""
        query = None if state["since"] is None else f"updated_at:>='{state['since']}'"
        try:
            answer = self._asked(_LIST, {"first": state["first"], "after": state["after"], "query": query})
        except _TooDear:
            if state["first"] <= 1:
                raise errors.Fatal("Shopify takes one customer for too many to ask for") from None
            return Page((), {**state, "first": state["first"] // 2})
        found, began = answer.customers, state["began"] or answer.shown_at
        if found is None:
            raise errors.Retriable("Shopify answered no customers")
        items = [_item(each, f"{FORMAT}:customers") for each in found.nodes]
        times = [one.updated_at for each in found.nodes if (one := _named(each)) is not None]
        at = max([*times, *([state["at"]] if state["at"] else [])], default=None)
        if not found.page_info.has_next_page or found.page_info.end_cursor is None:
            # By its own clock, where it shows one: else quiet times would bring the latest changes again and again.
            return Page(items, None, {"at": max(at or "", began or "") or None})
        state = {**state, "at": at, "began": began, "pages": state["pages"] + 1}
        if state["pages"] >= _CURSOR_PAGES and times and times[-1] != state["since"] and _earlier(times[-1]):
            # Those of the same second come again. As many as this of one second are left to the cursor.
            return Page(items, {**state, "since": times[-1], "after": None, "pages": 0})
        return Page(items, {**state, "after": found.page_info.end_cursor})

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        """All of them in one request; who is not shown is gone."""
        nodes = self._asked(_SOME, {"ids": [_GID + ref for ref in refs]}).nodes or []
        shown = {one.id.removeprefix(_GID): each for each in nodes if (one := _named(each)) is not None}
        return [_item(shown[ref], f"{FORMAT}:customer") if ref in shown else Gone(ref) for ref in refs]

    def check(self) -> None:
        """The first few customers; raises Fatal too when none of them has a name or a contact."""
        found = self._asked(_LIST, {"first": _LOOKED_AT, "after": None, "query": None}).customers
        if found is not None and len(found.nodes) == _LOOKED_AT and not any(map(_is_shown, found.nodes)):
            raise errors.Fatal("Shopify shows customers without names and contacts", hint=_APPROVAL)

    def honours_filters(self) -> bool:
        """Nobody was changed in the year 2100."""
        query = f"updated_at:>='{_IMPOSSIBLE}'"
        found = self._asked(_LIST, {"first": 1, "after": None, "query": query}).customers
        return found is not None and not found.nodes

    def close(self) -> None:
        """Nothing is open."""

    def _asked(self, query: str, variables: Mapping[str, Any]) -> _Data:
        body = msgspec.json.encode({"query": query, "variables": variables})
        try:
            answer = self._http.ask(
                "POST", self._path, headers={"content-type": "application/json"}, body=body
            )
        except (errors.NotFound, errors.Invalid):
            raise errors.Fatal("Shopify does not know the shop or the version of its API") from None
        said = shaped(answer, _Answer)
        if said.errors:
            raise _refused(said, has_cursor=variables.get("after") is not None)
        if said.data is None:
            raise errors.Retriable("Shopify answered no data")
        now = shown_time(answer)
        said.data.shown_at = None if now is None else instant.text(round(now) * 1_000_000)
        return said.data


def hook(sent: Hook) -> Heard:
    """`X-Shopify-Hmac-Sha256`: HMAC-SHA256 of the body, in base64."""
    expected = base64.b64encode(hmac.digest(sent.secret.encode(), sent.body, "sha256"))
    if not hmac.compare_digest(sent.headers.get("x-shopify-hmac-sha256", "").encode(), expected):
        raise errors.Unauthorised("The webhook is not signed as it must be", reason="unknown")
    try:
        said = msgspec.json.decode(sent.body, type=_Webhook)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise errors.Invalid("The webhook holds no object", rule="not_json") from None
    id = sent.headers.get("x-shopify-webhook-id") or sent.headers.get("x-shopify-event-id", "")
    topic = sent.headers.get("x-shopify-topic", "")
    if topic == "customers/redact":
        return Heard(id, (), erased=() if said.customer is None else (str(said.customer.id),))
    if not topic.startswith("customers/"):
        return Heard(id, ())
    named = [said.kept_id, said.deleted_id, None if said.id is None else str(said.id)]
    return Heard(id, tuple(ref.removeprefix(_GID) for ref in named if ref is not None))


def refreshed(given: Given, http: Http) -> Refreshed:
    """A new token for the client's credentials; Shopify's last a day."""
    client = credentials.client(given.secret)
    if client is None:
        raise errors.Unauthorised("Shopify refuses the token", reason="unknown")
    asked = {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
    }
    body = urlencode(asked).encode()
    form = {"content-type": "application/x-www-form-urlencoded"}
    try:
        answer = http.at(given.url or "").ask("POST", "/admin/oauth/access_token", headers=form, body=body)
    except (errors.Invalid, errors.NotFound):
        raise errors.Unauthorised("Shopify refuses the client's credentials", reason="unknown") from None
    token = shaped(answer, _Token).access_token
    return Refreshed(msgspec.json.encode(structs.replace(client, access_token=token)).decode())


def _token(secret: str | None) -> str:
    """The token; raises Unauthorised where the client has yet to ask for one."""
    client = credentials.client(secret)
    if client is not None and not client.access_token:
        raise errors.Unauthorised("There is no access token yet", reason="missing")
    return credentials.bearer(secret)


class _TooDear(errors.Retriable):
    """The query costs more than one may; ask for fewer."""


class _Redacted(Struct):
    id: int


class _Webhook(Struct):
    id: int | None = None
    kept_id: str | None = msgspec.field(default=None, name="admin_graphql_api_customer_kept_id")
    deleted_id: str | None = msgspec.field(default=None, name="admin_graphql_api_customer_deleted_id")
    customer: _Redacted | None = None


def _refused(said: _Answer, *, has_cursor: bool) -> errors.RegularsError:
    """What to do after errors in an answer of 200."""
    codes = {each.extensions.code for each in said.errors or [] if each.extensions is not None}
    if "THROTTLED" in codes:
        cost = (said.extensions.cost if said.extensions else None) or _Cost()
        throttle = cost.throttle_status or _Throttle()
        missing = max(0.0, cost.requested_query_cost - throttle.currently_available)
        wait = math.ceil(missing / max(throttle.restore_rate, 1.0))
        return errors.Retriable("Shopify asks for a pause", retry_after=min(max(wait, 1), 60))
    # A field that is not approved is null, and told in words.
    if "ACCESS_DENIED" in codes or any("not approved" in each.message.lower() for each in said.errors or []):
        return errors.Fatal(
            "Shopify does not let this token read customers",
            hint=_APPROVAL,
        )
    if codes & _UNKNOWN:
        return errors.Fatal(
            "Shopify does not know what it was asked for",
            hint=f"Give a version from 2025-04 on: {_VERSION}, say.",
        )
    if "MAX_COST_EXCEEDED" in codes:
        return _TooDear("Shopify takes the query for too dear")
    if has_cursor:
        return errors.StartOver("Shopify no longer knows where the walk was")
    return errors.Retriable("Shopify could not answer the query")


def _earlier(text: str | None) -> str | None:
    micros = instant.parse(text) if text else None
    return None if micros is None else instant.text(micros - _OVERLAP_SECONDS * 1_000_000)


def _is_shown(raw: Raw) -> bool:
    try:
        shown = msgspec.json.decode(raw, type=_Shown)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    return any(getattr(shown, name) is not None for name in shown.__struct_fields__)


def _item(raw: Raw, place: str) -> Item:
    if _named(raw) is None:
        return Unreadable(bytes(raw), place, "The customer has no id or no time of its change", FORMAT)
    return Record(FORMAT, bytes(raw), place)


def _named(raw: Raw) -> _Named | None:
    named = seen(raw, _Named)
    return named if named is not None and named.id.startswith(_GID) else None


KIND = Kind(
    name="shopify",
    summary="Shopify's customers in the order of their changes, and its webhooks",
    proof="simulated",
    open=Shopify,
    is_incremental=True,
    timestamps=("updatedAt",),
    deletes="difference",
    erasure=None,
    needs_url=True,
    secret="an access token with read_customers, or JSON with client_id and client_secret",  # noqa: S106  # what it is, not one
    options=(Option("version", "the version of its API", default=_VERSION),),
    hook=hook,
    refresh=refreshed,
)
