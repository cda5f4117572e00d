"""Events, and the subscriptions that hear of them."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from regulars import errors, limits

Format = Literal["square", "conecto"]

CREATED, UPDATED, DELETED = "customer.created", "customer.updated", "customer.deleted"

_DEFINITION = "customer.custom_attribute_definition"
_ATTRIBUTE = "customer.custom_attribute"

# contracts/square.md 2.9. There is no event for an attribute that is created: its first value is an update.
TYPES: tuple[str, ...] = (
    CREATED,
    DELETED,
    UPDATED,
    *(f"{_ATTRIBUTE}.{whose}.{what}" for whose in ("owned", "visible") for what in ("deleted", "updated")),
    *(
        f"{_DEFINITION}.{whose}.{what}"
        for whose in ("owned", "visible")
        for what in ("created", "deleted", "updated")
    ),
)
# Names from before `owned` and `visible`, and what they were: a subscription may still ask for them.
OLDER_NAMES: dict[str, str] = {
    f"{base}{older}.{what}": f"{base}.{whose}.{what}"
    for base, all_of in (
        (_ATTRIBUTE, ("deleted", "updated")),
        (_DEFINITION, ("created", "deleted", "updated")),
    )
    for older, whose in (("", "owned"), (".public", "visible"))
    for what in all_of
}

# The version whose description this dialect follows (contracts/square.md), for subscriptions that name none.
API_VERSION = "2025-08-20"

_TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", re.ASCII)
_LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*\.?|\[[0-9a-f:.]+\]", re.ASCII)
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)
_PORTS = {"http": 80, "https": 443}


class Note(Struct, frozen=True, gc=False):
    """Something that happened, to be written down as an event.

    `object` is `data.object` in Square's dialect, `shift4` the customer in Shift4's, where there is one. `rid`: the
    customer it tells of; None: it tells of none, and everybody of the account may hear it.
    """

    type: str
    object_id: str
    object: bytes
    rid: int | None = None
    shift4: bytes | None = None


class Event(Struct, frozen=True):
    """Something that happened, as it was written down."""

    number: int
    id: str
    type: str
    created_at: int
    rid: int | None
    object_id: str
    object: bytes
    shift4: bytes | None


class Wanted(Struct, frozen=True):
    """Whether an account's events are written down at all, and whether Shift4's dialect is wanted too."""

    at_all: bool
    shift4: bool


class Subscription(Struct, frozen=True):
    """Who wants to hear of which events, and how far they have heard.

    `location_ids`: what its maker saw, None for every location. `heard`: the number of the last event delivered.
    """

    number: int
    id: str
    name: str
    format: Format
    enabled: bool
    event_types: tuple[str, ...]
    notification_url: str
    api_version: str
    location_ids: tuple[int, ...] | None
    created_at: int
    updated_at: int
    heard: int
    attempts: int
    failing_since: int | None
    last_failure: str | None
    next_try_at: int

    def name_of(self, type: str) -> str | None:
        """The name under which it wants a type of event: the type's own, or an older one; None: it does not."""
        if type in self.event_types:
            return type
        return next((older for older in self.event_types if OLDER_NAMES.get(older) == type), None)


class Keys(Struct, frozen=True):
    """What a subscription's deliveries are signed with; `old` signs beside `current` for a day after a change."""

    current: str
    old: str | None = None


class Message(Struct, frozen=True):
    """One delivery, ready to be signed and sent. `attempts`: how often it failed before, since `first_tried_at`."""

    event_id: str
    body: bytes
    attempts: int = 0
    first_tried_at: int | None = None
    last_failure: str | None = None


class Sent(Struct, frozen=True):
    """What came of it: the status that was answered, or in a word why there was none."""

    status: int | None
    failure: str | None = None
    retry_after: int | None = None

    @property
    def is_well(self) -> bool:
        """Whether it was taken."""
        return self.status is not None and 200 <= self.status < 300


class Target(Struct, frozen=True):
    """A notification URL taken apart: `host` as it is looked up, `authority` as the Host header names it."""

    scheme: str
    host: str
    port: int
    authority: str
    path: str


def target(url: str, *, at: str = "") -> Target:
    """The parts of a notification URL; raises Invalid for anything that two programs might read in two ways.

    Visible ASCII only (a host with other letters is written in punycode), no user, no fragment. `at`: where the URL
    stood, for the error.
    """
    if len(url) > limits.NOTIFICATION_URL_LENGTH_MAX:
        raise _invalid(at, "is too long", rule="too_long")
    if not _PRINTABLE.fullmatch(url) or any(sign in url for sign in '\\"<>^`{|}#'):
        raise _invalid(at, "must be a URL of visible ASCII characters, without a fragment")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _invalid(at, "must be a URL such as https://example.com/path") from None
    authority = parts.netloc.lower()
    host, _, _ = authority.rpartition(":") if port is not None else (authority, "", "")
    if parts.scheme not in _PORTS or "@" in authority or authority.endswith(":"):
        raise _invalid(at, "must be an https URL without a user")
    if not _HOST.fullmatch(host) or port == 0:
        raise _invalid(at, "has no host that could be reached")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host.strip("[]"), port or _PORTS[parts.scheme], parts.netloc, path)


def check_types(types: tuple[str, ...], *, at: str = "") -> None:
    """Raises Invalid for what can be no type of event; one that is not about customers just never happens here."""
    for place, type in enumerate(types):
        known = type in TYPES or type in OLDER_NAMES
        if not known and (type.startswith("customer.") or not _TYPE.fullmatch(type)):
            raise errors.Invalid(
                "That is no type of event",
                field=f"{at}event_types[{place}]",
                rule="not_a_choice",
                hint="GET /v2/webhooks/event-types names them.",
            )


def about(type: str) -> str:
    """What an event tells of: its `data.type`."""
    return type.split(".")[1] if type not in {CREATED, UPDATED, DELETED} else "customer"


def tells_of_an_end(type: str) -> bool:
    """Whether it tells that something is no more."""
    return type.endswith(".deleted")


def _invalid(at: str, words: str, *, rule: str = "form") -> errors.Invalid:
    return errors.Invalid(f"notification_url {words}", field=f"{at}notification_url", rule=rule)
