"""Who vanished from a source without a word: a full walk has met everybody else (contracts/pos-systems.md 2)."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.directory import deletion, ingest
from regulars.directory.directory import Directory
from regulars.model.pulling import Pull
from regulars.store import places
from regulars.store import pulls as stored

_DELETED_TOGETHER = 20  # in one transaction: each costs about a millisecond
_LOOKED_AT_TOGETHER = 1_000
_FEW = 10  # customers may vanish however small the share that they are of a source


def count(directory: Directory, pull: Pull, *, run_no: int, began_at: int) -> tuple[int, int]:
    """How many of the source's customers a full walk has not met, and how many there are."""
    unmet = every_one = 0
    for page in _looked_at(directory, pull, run_no=run_no, began_at=began_at):
        every_one += len(page)
        unmet += sum(each.is_unmet for each in page)
    return unmet, every_one


def is_too_many(pull: Pull, unmet: int, every_one: int) -> bool:
    """Whether so many vanish at once that a person must look."""
    return unmet > _FEW and unmet * 100 > pull.vanish_percent * every_one


def delete(directory: Directory, pull: Pull, *, run_no: int, began_at: int) -> int:
    """Deletes whom a full walk has not met; how many."""
    deleted = 0
    for page in _looked_at(directory, pull, run_no=run_no, began_at=began_at):
        gone = [each.id for each in page if each.is_unmet]
        for at in range(0, len(gone), _DELETED_TOGETHER):
            with directory.store.write():
                deletion.within(directory, pull.account_id, gone[at : at + _DELETED_TOGETHER], suppress=False)
            deleted += len(gone[at : at + _DELETED_TOGETHER])
            ingest.merge_now_and_then(directory, steps=1)
    return deleted


def next_refs(
    directory: Directory, pull: Pull, *, run_no: int, began_at: int, after: str, limit: int
) -> list[str]:
    """The next refs of whom a full walk has not met."""
    refs: list[str] = []
    for page in _looked_at(directory, pull, run_no=run_no, began_at=began_at, after=after):
        refs += [each.ref for each in page if each.is_unmet]
        if len(refs) >= limit:
            break
    return refs[:limit]


def _looked_at(
    directory: Directory, pull: Pull, *, run_no: int, began_at: int, after: str = ""
) -> Iterator[list[stored.Unmet]]:
    with directory.store.read():
        number = places.location_numbers(directory.store, pull.account_id)[pull.location_id]
    while True:
        with directory.store.read():
            page = stored.unmet(
                directory.store,
                pull.account_id,
                number,
                pull.source_id,
                run_no=run_no,
                began_at=began_at,
                after=after,
                limit=_LOOKED_AT_TOGETHER,
            )
        if not page:
            return
        yield page
        after = page[-1].ref
