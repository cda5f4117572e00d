"""Cards on file: a list of safe display data beside a customer, in its extra; nothing that could pay."""

from __future__ import annotations

import secrets
from typing import Any

from regulars import errors, limits
from regulars.directory import editing, keeping
from regulars.directory.directory import Directory
from regulars.model.place import Grant

_START = "ccof:"  # as Square's card ids begin
_RANDOM_BYTES = 18


def add(directory: Directory, grant: Grant, customer_id: str, card: dict[str, Any]) -> dict[str, Any]:
    """The card with its new id, put on file; raises NotFound for the customer, Conflict when there are too many."""
    made = {"id": _START + secrets.token_urlsafe(_RANDOM_BYTES), **card}
    with editing.edits(directory):
        found = editing.find(directory, grant, customer_id)
        cards = _of(found)
        if len(cards) >= limits.CARDS_MAX:
            raise errors.Conflict(f"The customer has {limits.CARDS_MAX} cards: remove one first")
        _put(directory, found, [*cards, made])
    return made


def remove(directory: Directory, grant: Grant, customer_id: str, card_id: str) -> None:
    """Takes a card off file; raises NotFound for the customer, and for the card."""
    with editing.edits(directory):
        found = editing.find(directory, grant, customer_id)
        cards = _of(found)
        kept = [one for one in cards if one.get("id") != card_id]
        if len(kept) == len(cards):
            raise errors.NotFound("There is no such card")
        _put(directory, found, kept)


def _of(found: editing.Found) -> list[Any]:
    return keeping.listed(found.kept.extra.cards) if found.kept.extra else []


def _put(directory: Directory, found: editing.Found, cards: list[Any]) -> None:
    before = found.kept.extra
    group_ids = keeping.listed(before.group_ids) if before else ()
    segment_ids = keeping.listed(before.segment_ids) if before else ()
    editing.touch(directory, found, keeping.made_extra(group_ids, segment_ids, cards))
