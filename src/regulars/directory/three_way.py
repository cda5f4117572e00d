"""Three-way: a source's newer record changes only what changed at the source, so that an edit here outlives a pull.

Three customers, all clean: what the source said before (`old`), what it says now (`new`), and how the customer looks
here (`here`). Pure. Contacts are compared kind by kind: who changes an e-mail at the source has changed its e-mails.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, TypeVar

from msgspec import structs

from regulars.model.customer import Customer, Problem

Item = TypeVar("Item")

# Who it is and what others hold of it is nobody's edit; times and counts are the source's own.
_NOT_MERGED: Final = {
    "pos_ref",
    "id",
    "location_id",
    "updated_at",
    "version",
    "problems",
    "group_ids",
    "segment_ids",
    "cards",
}
MERGED: Final = tuple(name for name in Customer.__struct_fields__ if name not in _NOT_MERGED)
_FIELD_OF: Final = {"email": "emails", "phone": "phones", "address": "addresses"}


def merge(*, old: Customer, new: Customer, here: Customer, pinned: Collection[str] = ()) -> Customer:
    """How the customer looks now; its problems are the record's, as far as they speak of what it took from it.

    `pinned`: fields that stay as they are here.
    """
    changed = {
        name: getattr(new, name)
        for name in MERGED
        if getattr(old, name) != getattr(new, name) and name not in pinned
    }
    merged = structs.replace(here, updated_at=new.updated_at, version=new.version, **changed)
    return structs.replace(merged, problems=still_true(new.problems, of=new, now=merged))


def still_true(problems: Sequence[Problem], *, of: Customer, now: Customer) -> tuple[Problem, ...]:
    """The problems of a customer that speak of fields which look the same now."""
    return tuple(each for each in problems if _speaks(each, of, now))


def is_edited(here: Customer, record: Customer) -> bool:
    """Whether the customer looks otherwise than its record says."""
    return any(getattr(here, name) != getattr(record, name) for name in MERGED)


def merge_items(*, old: Sequence[Item], new: Sequence[Item], here: Sequence[Item]) -> list[Item]:
    """The same for a set of things: those here, without what the source has dropped, with what it has added."""
    dropped = [each for each in old if each not in new]
    kept = [each for each in here if each not in dropped]
    return kept + [each for each in new if each not in old and each not in kept]


def _speaks(problem: Problem, of: Customer, now: Customer) -> bool:
    root = problem.field.partition(".")[0]
    name = _FIELD_OF.get(root, root)
    return bool(getattr(of, name, None) == getattr(now, name, None))
