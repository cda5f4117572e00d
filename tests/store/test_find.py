"""The search index finds what plain Python finds, whatever the words hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import normalise
from regulars.model.search import Words
from regulars.store import Store, find, listing
from tests.engines import Engine

ACCOUNT, LOCATION = 1, 1
FIRST, _ = listing.rids(LOCATION)

# Few letters, so that words share beginnings; every sign that means something to FTS5 or to our own tokens.
letters = st.sampled_from("abé15=#\\\"'*^:()+-._%@{}|~&!`山")
texts = st.text(letters, min_size=1, max_size=24)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Iterator[Store]:
    store = engine.open(tmp_path_factory.mktemp("find") / "data", now=1)
    yield store
    store.close()


@contextmanager
def holding(store: Store, *words: Words) -> Iterator[None]:
    """The index holds these words, each of its own customer, numbered from 0, as long as this lasts."""
    with suppress(_Undone), store.write():
        held = [
            {"account_id": ACCOUNT, "rid": FIRST + number, "words": store.index.tokens(one)}
            for number, one in enumerate(words)
        ]
        store.run_many("put_words", held)
        yield
        raise _Undone


class _Undone(Exception):
    pass


def hits(store: Store, text: str, reading: int) -> set[int] | None:
    query = normalise.query(text)
    if query is None or reading >= len(query.readings):
        return None
    return {rid - FIRST for rid in find.Hits(store, ACCOUNT, LOCATION, query.readings[reading]).every()}


@given(
    words=st.lists(texts, min_size=1, max_size=6),
    searches=st.lists(texts, min_size=1, max_size=6),
    is_indexed=st.booleans(),
)
def test_the_index_means_what_the_words_mean(
    store: Store, words: list[str], searches: list[str], *, is_indexed: bool
) -> None:
    """Every reading of every search finds exactly the customers that `normalise.matches` says."""
    found_by = [Words((folded, folded + "rest"), ("5551234", "234")) for folded in map(normalise.fold, words)]
    with holding(store, *found_by):
        if is_indexed and store.engine == "postgres":
            read_by_trigrams(store)
        for text in [*searches, *words, *(word[:7] for word in words)]:
            query = normalise.query(text)
            for reading, terms in enumerate(query.readings if query else ()):
                expected = {number for number, one in enumerate(found_by) if normalise.matches(terms, one)}
                assert hits(store, text, reading) == expected


def read_by_trigrams(store: Store) -> None:
    """For the rest of this transaction; so few rows are else read through, as many are where there is no pg_trgm."""
    store.connection.execute("ALTER TABLE find DROP CONSTRAINT find_pkey")
    store.connection.execute("SET LOCAL enable_seqscan = off")
    plan = store.connection.execute("EXPLAIN SELECT rid FROM find WHERE t LIKE '% smi%'").fetchall()
    assert "Bitmap Index Scan" in str(plan)


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
def test_a_search_is_data_never_syntax(store: Store, text: str) -> None:
    """No text is an error of the index."""
    with holding(store, Words(("a", "b"), ())):
        assert hits(store, text, 0) in (None, set(), {0})


def test_neighbouring_locations_are_one_range() -> None:
    """So that an account with many shops is asked for once, not once for each."""
    assert listing.ranges([7, 3, 5, 4]) == [(3 << 32, 6 << 32), (7 << 32, 8 << 32)]
    assert listing.ranges([]) == []
