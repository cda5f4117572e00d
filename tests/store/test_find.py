"""The search index finds what plain Python finds, whatever the words hold."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import normalise
from regulars.model.search import Words
from regulars.store import fts5, listing, schema

# Few letters, so that words share beginnings; every sign that means something to FTS5 or to our own tokens.
letters = st.sampled_from("abé15=#\\\"'*^:()+-._%@{}|~&!`山")
texts = st.text(letters, min_size=1, max_size=24)


def index() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    for migration in schema.migrations():
        connection.execute(migration.text)
    return connection


def hits(connection: apsw.Connection, text: str, reading: int) -> set[int] | None:
    query = normalise.query(text)
    if query is None or reading >= len(query.readings):
        return None
    match = fts5.all_of(query.readings[reading])
    return {row[0] for row in connection.execute("SELECT rowid FROM find WHERE find MATCH ?", (match,))}


@given(words=st.lists(texts, min_size=1, max_size=6), searches=st.lists(texts, min_size=1, max_size=6))
def test_the_index_means_what_the_words_mean(words: list[str], searches: list[str]) -> None:
    """Every reading of every search finds exactly the customers that `normalise.matches` says."""
    connection = index()
    found_by = {}
    for rid, word in enumerate(words, 1):
        folded = normalise.fold(word)
        found_by[rid] = Words((folded, folded + "rest"), ("5551234", "234"))
        connection.execute("INSERT INTO find (rowid, t) VALUES (?, ?)", (rid, fts5.tokens(found_by[rid])))
    for text in [*searches, *words, *(word[:7] for word in words)]:
        query = normalise.query(text)
        for reading, terms in enumerate(query.readings if query else ()):
            expected = {rid for rid, words in found_by.items() if normalise.matches(terms, words)}
            assert hits(connection, text, reading) == expected


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "'",
        "a* OR b",
        "NEAR(a b)",
        "col:a",
        "-a",
        "^a",
        "(",
        "a\x00b",
        "\ud800",
        "*",
        "a AND",
        "{}",
        "%_",
        "a" * 200,
    ],
)
def test_a_search_is_data_never_syntax(text: str, tmp_path: Path) -> None:
    """No text is an error of the index."""
    connection = index()
    connection.execute("INSERT INTO find (rowid, t) VALUES (1, 'a b')")
    assert hits(connection, text, 0) in (None, set(), {1})


def test_neighbouring_locations_are_one_range() -> None:
    """So that an account with many shops is asked for once, not once for each."""
    assert listing.ranges([7, 3, 5, 4]) == [(3 << 32, 6 << 32), (7 << 32, 8 << 32)]
    assert listing.ranges([]) == []
