"""Square's search by custom attributes finds who a look at every value finds, at a cost of what is most selective."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.directory import Directory, attributes, candidates, definitions, deletion, ingest, square_search
from regulars.directory.attributes import Asked
from regulars.directory.definitions import Asked as Defined
from regulars.directory.square_search import Search
from regulars.model.attribute import Kind, Schema
from regulars.model.customer_filter import Attribute, CustomerFilter, Dates, Numbers, Place, Sets, Text, Times
from regulars.model.page import SquarePosition
from regulars.model.place import Grant
from regulars.normalise import attributes as values
from regulars.store import attributes as stored
from regulars.store.store import Store
from tests import engines
from tests.directory.world import Clock, grant_of, opened, person, settle_in
from tests.engines import Engine

HERE, THERE = 1, 2
T0 = 1_700_000_000_000_000
SIZES = Schema(kind="Selection", names=("S", "M", "L"), ids=("1", "2", "3"), items_max=3)
WORDS = ("tea", "Earl Grey", "grey", "TEA", "green tea", "té", "te-a", "x" * 70, "x" * 70 + "y", "")
MAILS = ("ada@example.com", "Ada.B@example.com", "steven.jones@gmail.com", "mygmail@stevensbakery.com")
PHONES = ("+15512341567", "+12125550142", "+4971112345678")
DAYS = ("1999-12-31", "2000-01-01", "2024-02-29")
NUMBERS = ("-10.5", "-1", "0", "0.00001", "9", "10", "92233720368547")
CODES = ("10003", "1000", "AB1 2CD")
# For each key: its kind, what customers have, what may be asked.
KINDS: dict[str, tuple[Schema, tuple[Any, ...]]] = {
    "text": (Schema(kind="String"), WORDS),
    "email": (Schema(kind="Email"), MAILS),
    "phone": (Schema(kind="PhoneNumber"), PHONES),
    "date": (Schema(kind="Date"), DAYS),
    "number": (Schema(kind="Number"), NUMBERS),
    "boolean": (Schema(kind="Boolean"), (True, False)),
    "selection": (SIZES, ([], ["1"], ["2", "1"], ["3", "2", "1"])),
    "address": (
        Schema(kind="Address"),
        ({"country": "US", "postal_code": "10003"}, {"country": "CA"}, {"postal_code": "1000"}, {}),
    ),
}


class World:
    """Customers of two locations with values, and a plain list of these that should agree with the store."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self.directory = directory
        self.account = settle_in(directory, HERE, THERE)
        self.grant = grant_of(self.account)
        self.ids: dict[str, int] = {}
        self.kept: dict[tuple[str, str], tuple[Any, int]] = {}
        rnd = random.Random(7)
        for location_id in (HERE, THERE):
            people = [person(f"{location_id}-{number}", "Ada", f"E{number}") for number in range(60)]
            ingest.batch(directory, self.account.account_id, location_id, "pos", people)
        for location_id in (HERE, THERE):
            grant = grant_of(self.account, (location_id,))
            search = Search(CustomerFilter(), "DEFAULT", "ASC", None, 1_000)
            page, _ = square_search.page(directory, grant, search, cards=False, count=False)
            self.ids |= {json.loads(one)["id"]: location_id for one in page.documents}
        for key, (schema, _) in KINDS.items():
            definitions.create(
                directory, self.grant, key, Defined(schema, None, None), idempotency_key=None, said=b""
            )
        for id in self.ids:
            for key, (_, choices) in KINDS.items():
                clock.now += 250_000
                for value in rnd.choices(choices, k=rnd.randrange(3)):
                    self.set(id, key, value, clock)
        self._leave_some(rnd)

    def set(self, id: str, key: str, value: Any, clock: Clock) -> None:
        attributes.upsert(self.directory, self.grant, id, Asked(key, value, None, None, b""))
        self.kept[id, key] = value, clock.now

    def _leave_some(self, rnd: random.Random) -> None:
        """Takes values from some, and erases others."""
        for id, key in rnd.sample(sorted(self.kept), 40):
            attributes.delete(self.directory, self.grant, id, key)
            del self.kept[id, key]
        gone = rnd.sample(sorted(self.ids), 8)
        deletion.delete(self.directory, self.account.account_id, gone)
        self.ids = {id: location_id for id, location_id in self.ids.items() if id not in gone}

    def fits(self, id: str, asked: Attribute) -> bool:
        """Whether it does, by the list."""
        value, at = self.kept.get((id, asked.key), (None, 0))
        if value is None or asked.key not in KINDS:
            return False
        times = asked.updated_at or Times()
        since, until = times.start_at or 0, times.end_at or 1 << 62
        return since <= at < until and values.matches(asked, value, KINDS[asked.key][0])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Iterator[World]:
    clock = Clock(T0)
    with opened(tmp_path_factory.mktemp("attributes") / "data", clock=clock, engine=engine) as directory:
        yield World(directory, clock)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps so small that every search takes several of them."""
    monkeypatch.setattr(candidates, "FIRST", 4)
    monkeypatch.setattr(square_search, "FIRST", 4)
    monkeypatch.setattr(square_search, "_CHUNK", 7)


def texts(choices: tuple[str, ...]) -> st.SearchStrategy[Text]:
    words = st.sampled_from([*choices, *(one[2:7] for one in choices), *(one.swapcase() for one in choices)])
    return words.map(lambda word: Text(exact=word)) | words.map(lambda word: Text(fuzzy=word))


def ranges(kind: type[Any], ends: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, st.none() | ends, st.none() | ends).filter(lambda asked: asked != kind())


NAMES = st.lists(st.sampled_from(("S", "M", "L", "s")), max_size=3, unique=True).map(tuple)
ASKED: dict[str, st.SearchStrategy[Any]] = {
    "text": texts(WORDS),
    "email": texts(MAILS),
    "phone": texts(PHONES),
    "date": ranges(Dates, st.sampled_from((*DAYS, "2000-01-02"))),
    "number": ranges(Numbers, st.sampled_from((-1_050_000, 0, 1, 900_000, 900_001, 2**63 - 1))),
    "boolean": st.booleans(),
    "selection": st.builds(Sets, NAMES, NAMES).filter(lambda asked: asked != Sets()),
    "address": st.builds(Place, st.none() | st.sampled_from(CODES), st.none() | st.sampled_from(("US", "CA", "ZZ")))
    .filter(lambda asked: asked != Place()),
}  # fmt: skip
SPAN = 120 * len(KINDS) * 250_000
MOMENTS = ranges(Times, st.integers(T0 - 1, T0 + SPAN + 1))


def filters(name: str) -> st.SearchStrategy[Attribute]:
    """By value, by when it was set, by both; now and then of a key that is of another type, or of nobody's."""
    by_value = st.fixed_dictionaries({name: ASKED[name]}, optional={"updated_at": MOMENTS})
    said = by_value | st.fixed_dictionaries({"updated_at": MOMENTS})
    keys = st.sampled_from((*[name] * 8, "nobodys", *KINDS))
    return st.builds(lambda key, asked: Attribute(key=key, **asked), keys, said)


QUESTIONS = st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.builds(
        Search,
        st.builds(CustomerFilter, attributes=st.tuples(*map(filters, names))),
        st.sampled_from(("DEFAULT", "CREATED_AT")),
        st.sampled_from(("ASC", "DESC")),
        st.none(),
        st.integers(1, 40),
    )
)


@given(asked=QUESTIONS, location_id=st.sampled_from((None, HERE, THERE)), is_counted=st.booleans())
def test_a_search_finds_whom_a_look_at_every_value_finds(
    world: World, asked: Search, location_id: int | None, is_counted: bool
) -> None:
    """Page after page, each once; the count is that of all pages, and of nobody at another location."""
    grant = grant_of(world.account, None if location_id is None else (location_id,))
    fitting = {
        id
        for id, at in world.ids.items()
        if location_id in (None, at) and all(world.fits(id, one) for one in asked.filter.attributes)
    }

    found, counts = pages(world, grant, asked, is_counted=is_counted)

    assert sorted(found) == sorted(fitting)
    assert counts == ({len(fitting)} if is_counted else {None})


def pages(
    world: World, grant: Grant, asked: Search, *, is_counted: bool
) -> tuple[list[str], set[int | None]]:
    ids: list[str] = []
    counts: set[int | None] = set()
    after: SquarePosition | None = None
    while True:
        search = msgspec.structs.replace(asked, after=after)
        page, total = square_search.page(world.directory, grant, search, cards=False, count=is_counted)
        ids += [json.loads(one)["id"] for one in page.documents]
        counts.add(total)
        if page.next is None:
            return ids, counts
        assert page.documents, "an empty page with a cursor"
        after = page.next


# --- what it costs -----------------------------------------------------------------------------------------------

MANY = 1_500


class Crowd(NamedTuple):
    """A directory, a grant to all of it and one to a few."""

    directory: Directory
    everywhere: Grant
    there: Grant


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Iterator[Crowd]:
    """Very many here and five there, all with a flag and a score, set one after the other."""
    with opened(tmp_path_factory.mktemp("crowd") / "data", clock=Clock(T0), engine=engine) as directory:
        account = settle_in(directory, HERE, THERE)
        account_id, store = account.account_id, directory.store
        for location_id, count in ((HERE, MANY), (THERE, 5)):
            people = [person(f"{location_id}-{one}", "Ada", f"E{one}") for one in range(count)]
            ingest.batch(directory, account_id, location_id, "pos", people)
        found: list[Any] = engines.ask(store, "SELECT rid FROM customer ORDER BY rid")
        rids: list[int] = [row[0] for row in found]
        kinds: dict[str, tuple[Kind, Any]] = {"flag": ("Boolean", True), "score": ("Number", "5")}
        everywhere = grant_of(account)
        for key, (kind, value) in kinds.items():
            schema = Schema(kind=kind)
            definitions.create(
                directory, everywhere, key, Defined(schema, None, None), idempotency_key=None, said=b""
            )
            made = stored.definition(store, account_id, key)
            assert made is not None
            with store.write():
                for number, rid in enumerate(rids):
                    kept = stored.Value(json.dumps(value).encode(), 1, T0, T0 + number)
                    terms = values.terms(value, schema)
                    stored.put(store, account_id, rid, made.number, kept, terms=terms)
        yield Crowd(directory, everywhere, grant_of(account, (THERE,)))


@pytest.mark.xdist_group("a crowd")  # which takes seconds to make
@pytest.mark.parametrize(
    ("asked", "is_there", "found"),
    [
        (Attribute(key="flag", boolean=True, updated_at=Times(start_at=T0 + MANY)), False, 5),
        (Attribute(key="score", number=Numbers(start_at=0)), True, 5),
        (Attribute(key="score", updated_at=Times(start_at=T0)), True, 5),
        (Attribute(key="score", number=Numbers(start_at=600_000)), False, 0),
    ],
    ids=["value and time", "range elsewhere", "times elsewhere", "nobody"],
)
def test_a_search_looks_at_few(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch, asked: Attribute, is_there: bool, found: int
) -> None:
    """What very many have is not read when something else finds few, or the token sees few; nor for a count."""
    monkeypatch.undo()  # steps of the size that is served
    grant = crowd.there if is_there else crowd.everywhere
    search = Search(CustomerFilter(attributes=(asked,)), "DEFAULT", "ASC", None, 100)

    for is_counted in (False, True):
        with read_rows(crowd.directory.store, monkeypatch) as sizes:
            page, total = square_search.page(crowd.directory, grant, search, cards=False, count=is_counted)

        assert (len(page.documents), total) == (found, found if is_counted else None)
        assert sizes
        assert sum(sizes) < MANY / 2


@contextmanager
def read_rows(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many rows each query gave."""
    sizes: list[int] = []
    read = type(store).rows

    def counting(store: Store, name: str, values: Any) -> list[Any]:
        found = read(store, name, values)
        sizes.append(len(found))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(type(store), "rows", counting)
        yield sizes
