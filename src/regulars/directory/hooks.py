"""Webhooks that come in: a point of sale says whom to look at, and the engine fetches them soon.

What a webhook brings is never believed, only that it is genuine: its customers are fetched like any others, so it does
not matter in which order webhooks come, whether one comes twice, or never (docs/concepts/pulling.md).
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from msgspec import Struct

from regulars import errors, limits
from regulars.directory import deletion, sealing, suppression
from regulars.directory.directory import Directory
from regulars.model.pulling import Pull
from regulars.sources import registry
from regulars.sources.contract import Heard, Hook, Kind
from regulars.store import hooks as stored
from regulars.store import merging, places, pulls
from regulars.store.hooks import Opened

PATH = "/hooks/"  # and the id behind it

_START = "hk_"
_RANDOM_BYTES = 32
_FORM = re.compile(r"hk_[A-Za-z0-9_-]{43}", re.ASCII)
_MICROSECONDS = 1_000_000
_STEP = 500  # webhooks forgotten in one transaction
_RETRY_SECONDS = 60  # where only a person can mend it

_log = logging.getLogger("regulars.hooks")


class Sent(Struct, frozen=True):
    """A webhook as it came. `urls`: the addresses that it may have been sent to, as its sender spells them."""

    urls: Sequence[str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes


def open(directory: Directory, account_id: int, source_id: int) -> str:
    """The id of a new hook of a connected source, told this once; the one before no longer holds."""
    id = _START + secrets.token_urlsafe(_RANDOM_BYTES)
    with directory.store.write():
        stored.open(directory.store, account_id, source_id, _digest_of(id))
    return id


def opened(directory: Directory, id: str) -> Opened:
    """Whose hook this is; raises NotFound. Looked up by its hash: how long that takes tells nothing of an id."""
    found = None
    if _FORM.fullmatch(id):
        with directory.store.read():
            found = stored.maybe(directory.store, _digest_of(id))
    if found is None:
        raise errors.NotFound("There is no such path")
    return found


def hear(directory: Directory, id: str, sent: Sent) -> bool:
    """Takes in a webhook; False when it came before. Durable when it returns.

    Raises NotFound for an unknown hook, Unauthorised when the webhook is not genuine or too old, Invalid when nothing
    can be read in it.
    """
    account_id, source_id = opened(directory, id)
    store = directory.store
    with store.read():
        pull = pulls.maybe(store, account_id, source_id)
    if pull is None:
        raise errors.NotFound("There is no such path")
    judge, secret = _judge(directory, pull)
    heard = _judged(judge, sent, secret=secret, now=directory.clock() / _MICROSECONDS)
    digest = _digest_of_event(directory, source_id, heard.event_id)
    with store.read():
        if heard.event_id and stored.has_heard(store, account_id, source_id, digest):
            return False
    with store.write():
        now = directory.clock()
        if heard.event_id and not stored.hear(store, account_id, source_id, digest, now=now):
            return False
        if heard.erased:
            _erase(directory, pull, heard.erased)
        if heard.refs:
            _want(directory, account_id, source_id, heard.refs, now=now)
    return True


def step(directory: Directory, account_id: int) -> bool:
    """Forgets some webhooks that no sender repeats any more; whether there may be more."""
    store = directory.store
    before = directory.clock() - limits.HEARD_SECONDS * _MICROSECONDS
    with store.read():
        if not stored.is_any_old(store, account_id, before=before):
            return False
    with store.write():
        return stored.forget(store, account_id, before=before, limit=_STEP) == _STEP


def _judge(directory: Directory, pull: Pull) -> tuple[Callable[[Hook], Heard], str]:
    """Who judges the webhooks of a source, and what they are signed with.

    Raises NotFound when it hears none; Retriable when its package or its key file is gone, which a person may mend
    before the sender gives up.
    """
    try:
        judge = _kind(pull.kind).hook
        secret = None
        if judge is not None and pull.hook_secret is not None:
            secret = sealing.unseal(directory, pull.account_id, pull.name, pull.hook_secret)
    except (errors.NotFound, errors.Fatal) as error:
        _log.error("hook.failed source=%d: %s", pull.source_id, error.message)
        raise errors.Retriable("The webhook cannot be judged now", retry_after=_RETRY_SECONDS) from None
    if judge is None or not secret:  # with an empty secret anybody could sign
        raise errors.NotFound("There is no such path")
    return judge, secret


def _judged(judge: Callable[[Hook], Heard], sent: Sent, *, secret: str, now: float) -> Heard:
    """What it says, if it is genuine under one of the addresses; what no id can be is left out."""
    for url in sent.urls:
        try:
            heard = judge(Hook(url, sent.headers, sent.body, secret, now))
            return Heard(str(heard.event_id), _possible(heard.refs), _possible(heard.erased))
        except errors.Unauthorised:
            continue
        except errors.RegularsError:
            raise errors.Invalid("The webhook cannot be read", rule="bad_request") from None
        except Exception as error:  # a kind of another package; its words may hold what was sent
            _log.error("hook.failed error=%s", type(error).__name__)
            raise errors.Invalid("The webhook cannot be read", rule="bad_request") from None
    raise errors.Unauthorised("The webhook is not genuine, or too old", reason="signature")


def _possible(refs: Iterable[str]) -> tuple[str, ...]:
    found = [ref for ref in dict.fromkeys(refs) if _is_possible(ref)]
    return tuple(found[: limits.HOOK_REFS_MAX])


def _is_possible(ref: object) -> bool:
    if not isinstance(ref, str) or not 0 < len(ref) <= limits.REF_LENGTH_MAX:
        return False
    try:
        ref.encode()
    except UnicodeEncodeError:  # half a character, as JSON can spell it
        return False
    return True


def _want(directory: Directory, account_id: int, source_id: int, refs: Sequence[str], *, now: int) -> None:
    """They are fetched soon. Those beyond the bound are found by the next walk."""
    store, most = directory.store, limits.WANTED_MAX
    room = most - stored.count_wanted(store, account_id, source_id, limit=most)
    stored.want(store, account_id, source_id, refs[:room], now=now)
    pulls.hurry(store, account_id, source_id, now=now)


def _erase(directory: Directory, pull: Pull, refs: Sequence[str]) -> None:
    """Nothing is left of them, and the source may not bring them back, whether or not they are here yet."""
    store, account_id, source_id = directory.store, pull.account_id, pull.source_id
    loc_no = places.location_numbers(store, account_id)[pull.location_id]
    suppression.note(directory, account_id, source_id, refs)
    there = pulls.ids_by_ref(store, account_id, loc_no, source_id, refs)
    deletion.within(directory, account_id, list(there.values()))
    for one in merging.by_ref(store, account_id, loc_no, source_id, refs).values():
        merging.forget(store, account_id, one.id, [one])


@cache
def _kind(name: str) -> Kind:
    """Looked for once: other packages' kinds are found by reading what is installed."""
    return registry.kind(name)


def _digest_of(id: str) -> bytes:
    return hashlib.sha256(id.encode()).digest()


def _digest_of_event(directory: Directory, source_id: int, event_id: str) -> bytes:
    """Keyed: some points of sale make their event ids of a customer's."""
    said = f"{source_id}:{event_id}".encode(errors="surrogatepass")
    return hmac.new(directory.key("webhook heard"), said, hashlib.sha256).digest()
