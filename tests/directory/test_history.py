"""The directory against a plain dictionary: any history of writes, then every question, always the same answer."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from regulars import normalise
from regulars.directory import deletion, ingest, listing, lookup, square_list
from regulars.model import instant
from regulars.model.record import Record, Unreadable
from regulars.store import counters
from tests.conftest import TORTURE
from tests.directory import common, world
from tests.engines import Engine

LOCATIONS = (11, 12)
SOURCES = ("files", "till")
REFS = ("1", "2", "3", "4", "5", "6", "7", "till:1", "files:2")
FIRST = ("John", "Jon", "Ámélie", "Łukasz", "O'Neil", "")
LAST = ("Smith", "Smithers", "Van der Berg", "Müller-Straße", "")
PHONES = ("+1 212 555 4240", "(415) 555-2671", "020 7946 0018", "12", "")
MAILS = ("john@mail.example", "j.smith@example.com", "smith", "")
SEARCHES = (
    "smith",
    "smith j",
    "john",
    "555",
    "4240",
    "@mail",
    "amel",
    "212-555 4240",
    "o'neil",
    "berg van",
    "till",
    "zz",
)

people = st.builds(
    lambda first, last, phone, mail: {
        "firstName": first,
        "lastName": last,
        "customerPhones": [{"phone": phone}] if phone else [],
        "customerEmails": [{"email": mail}] if mail else [],
    },
    st.sampled_from(FIRST),
    st.sampled_from(LAST),
    st.sampled_from(PHONES),
    st.sampled_from(MAILS),
)
batches = st.lists(st.tuples(st.sampled_from(REFS), people), max_size=12)


@pytest.fixture(autouse=True)
def small_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buckets of 4, 8 and 16 places instead of 256 to 65,536, so that a few customers fill many.

    And a word is common that two customers have.
    """
    shrink(monkeypatch)


def shrink(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "BITS", (2, 3, 4))
    common.shrink(monkeypatch)


class History(RuleBasedStateMachine):
    """Writers, readers and a poller on one directory, and the dictionary beside it."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="regulars-test-"))
        self.clock = world.Clock()
        self.opened = world.opened(self.folder / "data", clock=self.clock, engine=self.engine)
        self.directory = self.opened.__enter__()
        self.other = world.opened(
            self.folder / "data", clock=self.clock, engine=self.engine
        )  # as another process reads it
        self.elsewhere = self.other.__enter__()
        self.account = world.settle_in(self.directory, *LOCATIONS)
        self.grant = world.grant_of(self.account)
        self.shelves = {location_id: world.Shelf() for location_id in LOCATIONS}
        self.seen: dict[str, int] = {}  # the poller's copy of location 11: posRef and updatedAt
        self.bookmark = 0

    def teardown(self) -> None:
        self.other.__exit__(None, None, None)
        self.opened.__exit__(None, None, None)
        shutil.rmtree(self.folder)

    @initialize(time=st.integers(0, 5))
    def begin(self, time: int) -> None:
        self.clock.now += time

    # --- writers --------------------------------------------------------------------------------------------

    @rule(location=st.sampled_from(LOCATIONS), source=st.sampled_from(SOURCES), batch=batches)
    def take_in(self, location: int, source: str, batch: list[tuple[str, dict[str, Any]]]) -> None:
        """Records come in; the dictionary learns what is new and what changed."""
        shelf = self.shelves[location]
        records = [world.record(ref, **fields) for ref, fields in batch]
        created = updated = unchanged = 0
        for (ref, _), each in zip(batch, records, strict=True):
            before = shelf.customers.get((source, ref))
            if before is None:
                created += 1
                shelf.customers[source, ref] = world.Kept(source, ref, each.raw, shelf.places_given)
                shelf.places_given += 1
            elif self._content(before.raw) == self._content(each.raw):
                unchanged += 1
            else:
                updated += 1
                before.raw = each.raw
        done = ingest.batch(self.directory, self.account.account_id, location, source, records)
        assert (done.created, done.updated, done.unchanged) == (created, updated, unchanged)
        self._learn_times(location)

    @rule(location=st.sampled_from(LOCATIONS), junk=st.binary(min_size=1, max_size=20))
    def take_in_junk(self, location: int, junk: bytes) -> None:
        """What cannot be read harms nobody."""
        records: list[Record | Unreadable] = [
            Record("shift4", b"\xff" + junk, "test:1"),
            Unreadable(junk, "test:2", "cut"),
        ]
        done = ingest.batch(self.directory, self.account.account_id, location, "files", records)
        assert (done.read, done.quarantined) == (2, 2)

    @precondition(lambda self: any(shelf.customers for shelf in self.shelves.values()))
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Somebody is deleted."""
        location = data.draw(st.sampled_from([id for id in LOCATIONS if self.shelves[id].customers]))
        shelf = self.shelves[location]
        kept = data.draw(st.sampled_from(shelf.listed()))
        pos_ref = self._pos_ref(location, kept)
        shown = lookup.show(self.directory, self.account.account_id, pos_ref, location_id=location)[0]
        assert deletion.delete(self.directory, self.account.account_id, [shown.id]) == 1
        del shelf.customers[kept.source, kept.ref]
        gone = self._changes(location, after=self._newest(), limit=100, deleted=True)["results"]
        assert [one["posRef"] for one in gone] == [pos_ref]
        shelf.tombstones[f"{pos_ref}@{gone[0]['deletedAt']}"] = parse(gone[0]["deletedAt"])

    @rule(step=st.integers(-3, 3))
    def time_passes(self, step: int) -> None:
        """Or stands still, or goes back."""
        self.clock.now += step

    # --- readers --------------------------------------------------------------------------------------------

    @rule(location=st.sampled_from(LOCATIONS), skip=st.integers(0, 40), limit=st.integers(1, 10))
    def list_page(self, location: int, skip: int, limit: int) -> None:
        """Any page at any depth, with the exact total."""
        expected = self.shelves[location].listed()
        page = listing.page(self.directory, self.grant, location, skip=skip, limit=limit)
        assert page.total == len(expected)
        assert refs(page.documents) == [self._pos_ref(location, one) for one in expected[skip : skip + limit]]

    @rule(
        location=st.sampled_from(LOCATIONS),
        back=st.integers(0, 30),
        skip=st.integers(0, 30),
        limit=st.integers(1, 10),
        deleted=st.booleans(),
    )
    def changes_page(self, location: int, back: int, skip: int, limit: int, deleted: bool) -> None:
        """Any page of what changed after any instant, with the exact total, tombstones among it when asked for."""
        shelf = self.shelves[location]
        after = self._newest() - back
        expected = [(one.updated_at, self._pos_ref(location, one)) for one in shelf.changed(after)]
        if deleted:
            expected += [(at, key.split("@")[0]) for key, at in shelf.tombstones.items() if at > after]
        expected.sort()
        answer = self._changes(location, after=after, skip=skip, limit=limit, deleted=deleted)
        assert answer["total"] == len(expected)
        assert [one["posRef"] for one in answer["results"]] == [
            ref for _, ref in expected[skip : skip + limit]
        ]

    @rule(
        location=st.sampled_from(LOCATIONS),
        text=st.sampled_from(SEARCHES),
        skip=st.integers(0, 4),
        back=st.none() | st.integers(0, 30),
        here=st.booleans(),
    )
    def search(self, location: int, text: str, skip: int, back: int | None, here: bool) -> None:
        """The index finds what plain Python finds, in the process that writes and in another."""
        found = self._expected_hits(location, text)
        directory = self.directory if here else self.elsewhere
        if back is None:
            page = listing.search(directory, self.grant, location, text=text, skip=skip, limit=3)
        else:
            after = self._newest() - back
            found = sorted((one for one in found if one.updated_at > after), key=lambda one: one.updated_at)
            page = listing.changes(
                directory, self.grant, location, after=after, skip=skip, limit=3, text=text
            )
        assert page.total == len(found)
        assert refs(page.documents) == [self._pos_ref(location, one) for one in found[skip : skip + 3]]

    @rule(
        order=st.sampled_from(["ASC", "DESC"]),
        sort=st.sampled_from(["DEFAULT", "CREATED_AT"]),
        limit=st.integers(1, 5),
    )
    def square_walk(self, order: Any, sort: Any, limit: int) -> None:
        """Square's cursor walk sees everybody with public information once, over one, two or all locations."""
        for location_ids in (None, LOCATIONS, LOCATIONS[:1]):
            grant = world.grant_of(self.account, location_ids)
            documents: list[bytes] = []
            after = None
            while True:
                page = square_list.page(
                    self.directory, grant, sort=sort, order=order, after=after, limit=limit, cards=True
                )
                documents += page.documents
                after = page.next
                if after is None:
                    break
            shown = [json.loads(one) for one in documents]
            ids = [one["id"] for one in shown]
            if sort == "CREATED_AT":
                times = [(one["created_at"], one["id"]) for one in shown]
                assert [at for at, _ in times] == sorted((at for at, _ in times), reverse=order == "DESC")
            assert len(set(ids)) == len(ids) == square_list.count(self.directory, grant)
            assert len(ids) == sum(map(self._count_public, location_ids or LOCATIONS))

    @rule(limit=st.integers(1, 4))
    def poll(self, limit: int) -> None:
        """One step of a poller that follows `rel="next"`: page 1 after the last instant it saw."""
        answer = self._changes(11, after=self.bookmark, limit=limit, deleted=True)
        for one in answer["results"]:
            self.bookmark = parse(one["updatedAt"])
            if one.get("deletedAt"):
                self.seen.pop(one["posRef"], None)
            else:
                self.seen[one["posRef"]] = self.bookmark

    @invariant()
    def poller_misses_nothing(self) -> None:
        """What the poller has not seen yet lies ahead of its bookmark."""
        shelf = self.shelves[11]
        behind = {
            self._pos_ref(11, one): one.updated_at
            for one in shelf.customers.values()
            if one.updated_at <= self.bookmark
        }
        assert behind.items() <= self.seen.items()
        ahead = {self._pos_ref(11, one) for one in shelf.changed(self.bookmark)}
        ahead |= {key.split("@")[0] for key, at in shelf.tombstones.items() if at > self.bookmark}
        assert self.seen.keys() - behind.keys() <= ahead

    # --- the dictionary's side ------------------------------------------------------------------------------

    def _content(self, raw: bytes) -> Any:
        return ingest.preview(Record("shift4", raw), "US")

    def _newest(self) -> int:
        times = [one.updated_at for shelf in self.shelves.values() for one in shelf.customers.values()]
        return max(
            [*times, *(at for shelf in self.shelves.values() for at in shelf.tombstones.values())], default=0
        )

    def _pos_ref(self, location: int, kept: world.Kept) -> str:
        """As it was decided at first insert; the model asks for it once and holds the directory to it."""
        name = (location, kept.source, kept.ref, kept.place)
        known = self.__dict__.setdefault("_pos_refs", {})
        if name not in known:
            documents = listing.page(self.directory, self.grant, location, skip=0, limit=100).documents
            for one, document in zip(self.shelves[location].listed(), documents, strict=True):
                pos_ref = json.loads(document)["posRef"]
                assert pos_ref == one.ref or pos_ref.endswith(f"{one.source}:{one.ref}")
                assert known.setdefault((location, one.source, one.ref, one.place), pos_ref) == pos_ref
        pos_ref_known: str = known[name]
        return pos_ref_known

    def _learn_times(self, location: int) -> None:
        """Every changed customer has a new updatedAt, later than all before; the others keep theirs."""
        newest = self._newest()
        shelf = self.shelves[location]
        documents = listing.page(self.directory, self.grant, location, skip=0, limit=100).documents
        assert len(documents) == len(shelf.customers)
        for kept, document in zip(shelf.listed(), documents, strict=True):
            at = parse(json.loads(document)["updatedAt"])
            assert at == kept.updated_at or at > newest
            kept.updated_at = at

    def _changes(
        self, location: int, *, after: int, limit: int, skip: int = 0, deleted: bool = False
    ) -> dict[str, Any]:
        page = listing.changes(
            self.directory, self.grant, location, after=after, skip=skip, limit=limit, deleted=deleted
        )
        results = [json.loads(document) for document in page.documents]
        assert (page.last_updated_at is None) == (not results)
        return {"total": page.total, "results": results}

    def _expected_hits(self, location: int, text: str) -> list[world.Kept]:
        query = normalise.query(text)
        for terms in query.readings if query else ():
            hits = [one for one in self.shelves[location].listed() if self._matches(location, one, terms)]
            if hits:
                return hits
        return []

    def _matches(self, location: int, kept: world.Kept, terms: Any) -> bool:
        import msgspec

        customer = msgspec.structs.replace(self._content(kept.raw), pos_ref=self._pos_ref(location, kept))
        return normalise.matches(terms, normalise.index_words(customer))

    def _count_public(self, location: int) -> int:
        return sum(self._content(one.raw).is_listed for one in self.shelves[location].customers.values())


def refs(documents: list[bytes]) -> list[str]:
    return [json.loads(document)["posRef"] for document in documents]


def parse(text: str) -> int:
    micros = instant.parse(text)
    assert micros is not None
    return micros


def test_any_history_agrees_with_a_dictionary(engine: Engine) -> None:
    """Counts, pages, searches, changes, deletes, Square's walks and a poller, under any history."""
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        type("History", (History,), {"engine": engine}),
        settings=settings(
            max_examples=engine.examples(2_000 if TORTURE else 60), stateful_step_count=40, deadline=None
        ),
    )
