"""Pages that grow: who reads few has paid for few, and who reads all asks seldom."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from regulars.store.store import Store

Page = list[int]  # rids


def pages(
    store: Store,
    query: str,
    values: Mapping[str, object],
    place: Mapping[str, object],
    *,
    rid: int,
    size: int,
) -> Generator[Page, None, int]:
    """The rids that a query finds, the first `size` of them first; returns how large the next page would be.

    `place`: the query's parameters that say behind what it goes on. Its first columns are those of the next page;
    `rid` is the column of the rids.
    """
    while True:
        found = store.rows(query, {**values, **place, "limit": size})
        yield [row[rid] for row in found]
        if len(found) < size:
            return size
        place = dict(zip(place, found[-1], strict=False))
        size *= 3  # four times as many in all
