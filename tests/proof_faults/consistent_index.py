"""What the search indexes of a store hold, as each engine keeps it: by which terms whom they find."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Literal

from regulars.store import Store, listing
from tests import engines

Table = Literal["find", "part"]


def rids(store: Store, table: Table) -> set[int]:
    """Whom an index knows."""
    query = "SELECT id FROM {}_docsize" if store.engine == "sqlite" else "SELECT rid FROM {}"
    return {rid for (rid,) in engines.rows(store, query.format(table))}


def words(store: Store, loc_no: int) -> dict[int, set[str]]:
    """The words and numbers of each customer of a location."""
    return _terms(store, "find", loc_no, lambda text: set(text.split()))


def pieces(store: Store, loc_no: int) -> dict[int, set[str]]:
    """The runs of three signs of each customer's e-mail and reference."""
    return _terms(store, "part", loc_no, lambda text: {text[at : at + 3] for at in range(len(text) - 2)})


def _terms(
    store: Store, table: Table, loc_no: int, cut: Callable[[str], Iterable[str]]
) -> dict[int, set[str]]:
    """SQLite keeps terms and no text, PostgreSQL the text that they are cut from."""
    low, high = listing.rids(loc_no)
    found: dict[int, set[str]] = defaultdict(set)
    if store.engine == "postgres":
        for rid, text in engines.rows(store, f"SELECT rid, t FROM {table}"):  # noqa: S608  # ours
            if low <= rid < high:
                found[rid] |= {*cut(text)}
        return found
    store.connection.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{table}_terms USING fts5vocab(main, {table}, instance)"
    )
    every: list[Any] = engines.rows(store, f"SELECT term, doc FROM temp.{table}_terms")  # noqa: S608  # ours
    for term, rid in every:
        if low <= rid < high:
            found[rid].add(term)
    return found
