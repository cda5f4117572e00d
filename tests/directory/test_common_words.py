"""Totals and pages of common words come from bitmaps in memory: they say what the index says, at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from pyroaring import BitMap

from regulars import errors, limits, normalise
from regulars.directory import Directory, deletion, editing, ingest, lookup, merging, searching
from regulars.model.search import Term
from regulars.store import bitmaps, find, heavy, listing, places
from tests import engines
from tests.conftest import TORTURE
from tests.directory import common, world
from tests.engines import Engine

SHOP = 11
NAMES = ("Smith", "Smithers", "Jones", "Johns", "Adams")
SEARCHES = (
    "smith",
    "jo-s",
    "smith s 4240",
    "s",
    "jo",
    "jo s",
    "smith jones",
    "a",
    "a s",
    "jones jones",
    "555",
    "555 s",
    "zz",
    "s zz",
)


class Shop:
    """One shop, its only account, and how one process sees it."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.store = directory.store
        self.account = world.settle_in(directory)
        self.account_id = self.account.account_id
        self.grant = world.grant_of(self.account)
        with self.store.read():
            shelf = places.shelf(self.store, self.account_id, SHOP)
        assert shelf is not None
        self.loc_no = shelf.number
        self.first = self.loc_no << 32
        self.merges: list[str] = []

    def put(self, *refs: int, name: str = "Smith") -> None:
        records = [world.person(str(ref), "Ada", name, phone="+1 212 555 4240") for ref in refs]
        ingest.batch(self.directory, self.account_id, SHOP, "till", records)

    def id_of(self, ref: int) -> str:
        return lookup.show(self.directory, self.account_id, str(ref), location_id=SHOP)[0].id

    def delete(self, ref: int) -> None:
        deletion.delete(self.directory, self.account_id, [self.id_of(ref)])

    def edit(self, ref: int, name: str) -> None:
        with editing.edits(self.directory):
            found = editing.find(self.directory, self.grant, self.id_of_within(ref))
            editing.update(self.directory, found, lambda one: structs.replace(one, last_name=name))

    def id_of_within(self, ref: int) -> str:
        rid = listing.rid_of_pos_ref(self.store, self.account_id, self.loc_no, str(ref))
        if rid is None:
            raise errors.NotFound("nobody")
        found: str = self.store.one("shown", {"account_id": self.account_id, "rid": rid})[0]
        return found

    def merge(self, survivor: int, loser: int) -> None:
        done = merging.merge(self.directory, self.grant, self.id_of(survivor), [self.id_of(loser)])
        self.merges.append(done.merge_id)

    def unmerge(self) -> None:
        if self.merges:
            merging.undo(self.directory, self.grant, self.merges.pop())

    def ask_while_failing(self, name: str) -> None:
        """A write that asks in its middle, and is undone."""
        with suppress(ZeroDivisionError), self.store.write():
            rows = listing.walk(self.store, self.account_id, [self.loc_no], after=-1, limit=5)
            for rid in list(rows):
                self.store.run("delete_words", {"account_id": self.account_id, "rid": rid})
            for text in ("s", name):
                searching.hits(self.store, self.account_id, self.loc_no, text)
            raise ZeroDivisionError

    def by_the_index(self, text: str) -> list[int]:
        """The rids of the hits as the index alone has them. Within a transaction."""
        query = normalise.query(text)
        for terms in query.readings if query else ():
            if rids := find.Hits(self.store, self.account_id, self.loc_no, terms).every():
                return rids
        return []

    def agrees(self, text: str, *, skip: int = 0) -> bool:
        with self.store.read():
            expected = self.by_the_index(text)
            hits, total = searching.hits(self.store, self.account_id, self.loc_no, text)
            assert total == len(expected)
            if hits is None:
                return False
            assert hits.every() == expected
            assert hits.first(2) == expected[:2]
            shown = [listing.document(self.store, self.account_id, rid) for rid in expected[skip : skip + 3]]
            assert hits.page(skip=skip, limit=3) == shown
            assert all(hits.holds(rid) for rid in expected)
            assert not hits.holds(self.first + 999)
            return hits.is_counted_ahead

    def rest(self) -> None:
        """As between requests."""
        heavy.go_on(self.store)

    def warm(self, text: str) -> None:
        """Asks until the bitmap is whole."""
        for _ in range(20):
            if self.agrees(text):
                return
        raise AssertionError("it never is")


@pytest.fixture
def shop(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    common.shrink(monkeypatch)
    with world.opened(tmp_path / "data", engine=engine) as directory:
        world.settle_in(directory, SHOP)
        yield Shop(directory)


@pytest.fixture
def other(shop: Shop, tmp_path: Path, engine: Engine) -> Iterator[Shop]:
    """The same as another process sees it."""
    with world.opened(tmp_path / "data", engine=engine) as directory:
        yield Shop(directory)


refs = st.integers(0, 15)
asks = st.tuples(st.just("ask"), st.booleans(), st.sampled_from(SEARCHES), st.integers(0, 4))
ops = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.lists(refs, min_size=1, max_size=6), st.sampled_from(NAMES)),
        st.tuples(st.just("delete"), refs),
        st.tuples(st.just("edit"), refs, st.sampled_from(NAMES)),
        st.tuples(st.just("merge"), refs, refs),
        st.tuples(st.just("unmerge")),
        st.tuples(st.just("fail"), st.sampled_from(SEARCHES)),
        st.tuples(st.just("rest"), st.booleans()),
        asks,
        asks,
        asks,
    ),
    min_size=10,
    max_size=60,
)


def test_any_history_is_counted_as_the_index_counts_it(engine: Engine) -> None:
    """Whoever is put, changed, deleted, merged and brought back, in this process or another."""

    @settings(max_examples=engine.examples(1_500 if TORTURE else 60))
    @given(history=ops)
    def law(history: list[Any]) -> None:
        agrees_after(engine, history)

    law()


def agrees_after(engine: Engine, history: list[Any]) -> None:
    with (
        pytest.MonkeyPatch.context() as patch,
        TemporaryDirectory(prefix="regulars-test-") as folder,
        world.opened(Path(folder) / "data", engine=engine) as one,
        world.opened(Path(folder) / "data", engine=engine) as two,
    ):
        common.shrink(patch)
        world.settle_in(one, SHOP)
        writer, reader = Shop(one), Shop(two)
        for op, *given_ in history:
            play(writer, reader, op, given_)
        for text in SEARCHES:
            writer.agrees(text)
            reader.agrees(text)


def play(writer: Shop, reader: Shop, op: str, given_: list[Any]) -> None:
    with suppress(errors.NotFound, errors.Conflict, errors.Invalid):
        match op:
            case "put":
                writer.put(*given_[0], name=given_[1])
            case "ask":
                (writer if given_[0] else reader).agrees(given_[1], skip=given_[2])
            case "rest":
                (writer if given_[0] else reader).rest()
            case "fail":
                writer.ask_while_failing(given_[0])
            case _:
                getattr(writer, op)(*given_)


def test_a_common_word_is_counted_ahead(shop: Shop, other: Shop) -> None:
    """After a few searches nothing is walked any more, and what others do meanwhile is counted all the same."""
    shop.put(*range(12))
    other.warm("smith")

    shop.put(3, name="Jones")
    shop.delete(5)
    shop.put(20)

    assert other.agrees("smith")
    with other.store.read():
        found = other.by_the_index("smith")
    assert found == [shop.first + seq for seq in (0, 1, 2, 4, 6, 7, 8, 9, 10, 11, 12)]


@pytest.mark.parametrize(
    ("people", "searches"),
    [(4, 2), (11, 4), (12, 4), (40, 9)],
    ids=["a step", "the last is a small one", "whole steps", "quarters"],
)
def test_a_word_alone_grows_by_what_was_counted(shop: Shop, people: int, searches: int) -> None:
    """By four of those whom the index counts, or a quarter, not by two; the search after the last finds it whole."""
    shop.put(*range(people))
    assert [shop.agrees("smith") for _ in range(searches + 1)] == [False] * searches + [True]


def test_between_requests_it_goes_on_by_itself(shop: Shop, other: Shop) -> None:
    """With what a search has begun, whatever others write meanwhile; then there is nothing left to do."""
    shop.put(*range(20))
    other.rest()
    assert other.store.bitmaps.unfinished() is None  # nobody has asked for anything

    assert not other.agrees("smith")
    rests = 0
    while other.store.bitmaps.unfinished() is not None:
        other.rest()
        shop.put(20 + rests)
        shop.delete(rests)
        rests += 1
    assert rests >= 5
    assert other.agrees("smith")


def test_who_cannot_read_just_now_goes_on_later(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done between requests fails nobody."""
    shop.put(*range(20))
    assert not shop.agrees("smith")

    def busy(*_: object) -> None:
        raise errors.Retriable("The store is busy", retry_after=1)

    with monkeypatch.context() as patch:
        patch.setattr(heavy, "go_on", busy)
        searching.go_on(shop.directory)
    key = shop.store.bitmaps.unfinished()
    searching.go_on(shop.directory)
    assert key is not None


def test_two_words_are_counted_ahead_too(shop: Shop) -> None:
    """A common one and a rare one, and two that nobody has both."""
    shop.put(*range(8))
    shop.put(*range(10, 18), name="Jones")
    shop.put(30, name="Rare")
    shop.warm("smith")
    shop.warm("jones")
    assert not shop.agrees("smith jones")
    shop.warm("555")
    assert shop.agrees("smith 555")
    shop.warm("ada")
    assert shop.agrees("ada 30")


def test_after_many_changes_a_bitmap_is_begun_anew(shop: Shop, other: Shop) -> None:
    """It is not brought up to date at any price."""
    shop.put(*range(8))
    other.warm("smith")
    shop.put(*range(20, 20 + limits.BITMAP_CHANGES_MAX))

    assert not other.agrees("smith")
    other.warm("smith")


def test_a_tombstone_without_its_place_is_not_passed(shop: Shop) -> None:
    """Of one that an older program left it is not known whom to take out."""
    shop.put(*range(8))
    shop.warm("smith")
    shop.delete(2)
    engines.change(shop.store, "UPDATE tombstone SET seq = NULL")

    assert not shop.agrees("smith")


def test_a_read_of_an_earlier_moment_is_not_told_of_a_later_one(shop: Shop, other: Shop) -> None:
    """As when reads come from a server that lags."""
    shop.put(*range(8))
    other.warm("smith")
    with shop.store.read():
        assert len(shop.by_the_index("smith")) == 8
        other.put(40, 41)
        other.warm("smith")
        shop.store.bitmaps = other.store.bitmaps
        hits, total = searching.hits(shop.store, shop.account_id, shop.loc_no, "smith")
        assert hits is not None
        assert (total, len(hits.every())) == (8, 8)
    assert other.agrees("smith")


def test_what_a_write_sees_is_not_remembered(shop: Shop) -> None:
    """It may be undone."""
    shop.put(*range(8))
    shop.warm("s")
    shop.ask_while_failing("smith")

    assert shop.agrees("s")


def test_an_error_loses_the_bitmap_and_nothing_else(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half brought up to date it would be wrong."""
    shop.put(*range(8))
    shop.warm("smith")
    shop.put(30)
    with monkeypatch.context() as patch:
        patch.setattr(find.Hits, "seqs", _fails)
        with pytest.raises(errors.Retriable):
            shop.agrees("smith")

    shop.warm("smith")


def _fails(*_: object) -> None:
    raise errors.Retriable("The store is busy")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The word that was asked least lately goes first."""
    monkeypatch.setattr(limits, "BITMAPS_BYTES_MAX", 300_000)
    monkeypatch.setattr(limits, "RARE_WORDS_MAX", 3)
    kept = bitmaps.Bitmaps()
    keys = [bitmaps.Key(1, 1, Term(literal=word)) for word in "abcdef"]
    for key in keys:
        kept.put(key, bitmaps.Kept(BitMap(range(0, 1_000_000, 2)), at=1))
        assert kept.bytes <= 300_000
        kept.note_rare(key, at=1)

    assert [kept.take(key) is not None for key in keys] == [False, False, False, False, True, True]
    assert kept.bytes == 0
    assert [kept.is_rare(key, at=2) for key in keys] == [False, False, False, True, True, True]
    assert not kept.is_rare(keys[-1], at=2 + limits.RARE_WORD_MICROSECONDS)


def test_neighbours_are_asked_together() -> None:
    """A question to the index costs more than a few rows."""
    assert list(heavy._runs([])) == []
    assert list(heavy._runs([3])) == [(3, 4)]
    assert list(heavy._runs([1, 2, 60, 200, 264, 330])) == [(1, 61), (200, 265), (330, 331)]
