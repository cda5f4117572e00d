"""Square's search finds who a look at every customer finds, in pages, in both orders, with an exact count."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars import errors, limits
from regulars.directory import Directory, candidates, ingest, square_list, square_search
from regulars.directory.square_search import Search
from regulars.model import instant
from regulars.model.customer_filter import (
    CREATION_SOURCES,
    CustomerFilter,
    Fields,
    Own,
    Sets,
    Sources,
    Text,
    Times,
)
from regulars.model.page import SortField, SortOrder, SquarePosition
from regulars.model.place import Grant
from regulars.model.record import Record
from regulars.normalise import filtering
from tests import engines
from tests.conftest import TORTURE
from tests.directory.world import Clock, grant_of, opened, record, settle_in
from tests.engines import Engine

HERE, THERE = 1, 2
# Few pieces, so that some customers share them: plain and odd, short and long.
LOCAL = ("ada", "steven", "ab", "x", "émile", "o'neill", "ADA.B", "山田", "a_b-c", "12", "s" * 70)
DOMAIN = ("gmail.com", "example.com", "stevensbakery.com", "bücher.example", "x.test")
PHONES = (
    "+1 (551) 234-1567",
    "212-555-0142",
    "(415) 212-1200",
    "+49 (0)711 123456",
    "12",
    "+7",
    "555",
    "+15550001",
)
REFERENCES = ("NYC_27_MURRAY", "NYC_M_35", "a", "A1", "Ref-7", "günter 9", "1004", "100", "x" * 80, "__")
NO_SETS = Sets()
GROUPS, SEGMENTS = ("G1", "G2", "G3"), ("S1", "S2")
T0 = 1_600_000_000_000_000


def _maybe(rnd: random.Random, values: tuple[str, ...], chance: float = 0.6) -> str | None:
    return rnd.choice(values) if rnd.random() < chance else None


def _square(rnd: random.Random, number: int) -> Record:
    email = f"{rnd.choice(LOCAL)}{rnd.choice(('', '.', '+1'))}@{rnd.choice(DOMAIN)}"
    fields: dict[str, Any] = {
        "id": f"SQ{number}",
        "given_name": _maybe(rnd, ("Ada", "Bo", "Cy", "")),
        "email_address": rnd.choice((email, email, email, "not an email", "@", None)),
        "phone_number": _maybe(rnd, PHONES),
        "reference_id": _maybe(rnd, REFERENCES),
        "group_ids": [one for one in GROUPS if rnd.random() < 0.3],
        "segment_ids": [one for one in SEGMENTS if rnd.random() < 0.3],
        "creation_source": rnd.choice(("IMPORT", "LOYALTY", "THIRD_PARTY", None)),
        "created_at": instant.text(T0 + rnd.randrange(20) * 1_000_000),
    }
    return Record("square", json.dumps({name: one for name, one in fields.items() if one}).encode(), "test")


def _shift4(rnd: random.Random, number: int) -> Record:
    phones = [{"phone": rnd.choice(PHONES), "isPrimary": one == 1} for one in range(rnd.randrange(3))]
    emails = [{"email": f"{rnd.choice(LOCAL)}@{rnd.choice(DOMAIN)}"} for _ in range(rnd.randrange(3))]
    ref = rnd.choice((f"{number}", f"ref-{number}", f"NYC {number}", f"Mc{number}"))
    return record(ref, firstName=rnd.choice(("Di", "Ed")), customerPhones=phones, customerEmails=emails)


class Known(NamedTuple):
    """What a customer is known by."""

    fields: Fields
    groups: frozenset[str]
    segments: frozenset[str]

    def fits(self, asked: CustomerFilter) -> bool:
        held = ((asked.groups, self.groups), (asked.segments, self.segments))
        return filtering.matches(asked.own, self.fields) and all(_is_in(*each) for each in held)


def _is_in(asked: Sets, ids: frozenset[str]) -> bool:
    return (not asked.any or bool(ids & {*asked.any})) and ids >= {*asked.all} and not ids & {*asked.none}


class World:
    """A directory full of customers, and what each of them is known by."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.account = settle_in(directory, HERE, THERE)
        rnd = random.Random(4)
        for location_id in (HERE, THERE):
            ingest.batch(directory, self.account.account_id, location_id, "square",
                         [_square(rnd, location_id * 1000 + n) for n in range(90)])  # fmt: skip
            ingest.batch(
                directory, self.account.account_id, location_id, "pos", [_shift4(rnd, n) for n in range(60)]
            )
        ingest.batch(directory, self.account.account_id, HERE, "pos", [record("Mc7", firstName="Mac")])
        seen: tuple[tuple[int, ...] | None, ...] = (None, (HERE,), (THERE,))
        self.everybody = {one: self._known(one) for one in seen}

    def _known(self, location_ids: tuple[int, ...] | None) -> dict[str, Known]:
        """By id, in the list's order; found by another way than the search's."""
        found = {}
        for document in listed(self.directory, self.grant(location_ids), "DEFAULT", "ASC"):
            shown = json.loads(document)
            [row] = engines.ask(
                self.directory.store,
                "SELECT c.created_at, c.updated_at, d.shift4 FROM customer c JOIN doc d USING (rid) WHERE id = ?",
                shown["id"],
            )
            primary = [one["phone"] for one in json.loads(row[2])["customerPhones"] if one["isPrimary"]]
            fields = Fields(
                email_address=shown.get("email_address"),
                phone_number=shown.get("phone_number"),
                e164=next((one for one in primary if one[0] == "+" and one[1:].isdigit()), None),
                reference_id=shown.get("reference_id"),
                creation_source=shown["creation_source"],
                created_at=row[0],
                updated_at=row[1],
            )
            groups, segments = (frozenset(shown.get(name, ())) for name in ("group_ids", "segment_ids"))
            found[shown["id"]] = Known(fields, groups, segments)
        return found

    def grant(self, location_ids: tuple[int, ...] | None = None) -> Grant:
        return grant_of(self.account, location_ids)


def listed(directory: Directory, grant: Grant, sort: SortField, order: SortOrder) -> list[bytes]:
    page = square_list.page(directory, grant, sort=sort, order=order, after=None, limit=10_000, cards=False)
    return page.documents


def searched(world: World, grant: Grant, asked: Search, *, count: bool) -> tuple[list[str], list[int | None]]:
    """The ids of all pages, and the count of each."""
    ids: list[str] = []
    counts: list[int | None] = []
    after: SquarePosition | None = asked.after
    while True:
        search = msgspec.structs.replace(asked, after=after)
        page, total = square_search.page(world.directory, grant, search, cards=False, count=count)
        counts.append(total)
        ids += [json.loads(one)["id"] for one in page.documents]
        assert page.documents or page.next is None, "an empty page with a cursor"
        if page.next is None:
            return ids, counts
        assert len(page.documents) == asked.limit
        after = page.next


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Iterator[World]:
    with opened(tmp_path_factory.mktemp("search") / "data", clock=Clock(), engine=engine) as directory:
        yield World(directory)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps so small that every search takes several of them."""
    monkeypatch.setattr(candidates, "FIRST", 4)
    monkeypatch.setattr(square_search, "FIRST", 4)
    monkeypatch.setattr(square_search, "_CHUNK", 7)
    monkeypatch.setattr(limits, "TWO_CHARACTERS_WALK_MAX", 4)
    monkeypatch.setattr(limits, "ONE_CHARACTER_WALK_MAX", 16)


EMAILS = [f"{local}{sign}@{domain}" for local in LOCAL for sign in ("", ".", "+1") for domain in DOMAIN]
EMAILS += ["not an email", "@"]


def cut(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Pieces of texts, in any case."""

    def piece(text: str, start: int, length: int, is_loud: bool) -> str:
        found = text[start : start + length]
        return found.upper() if is_loud else found

    return st.builds(piece, texts, st.integers(0, 8), st.integers(1, 9), st.booleans())


def text_filters(values: tuple[str, ...] | list[str]) -> st.SearchStrategy[Text]:
    whole = st.sampled_from(values)
    pieces = st.lists(cut(whole), min_size=1, max_size=3).map(" ".join)
    return st.one_of(
        whole.map(lambda text: Text(exact=text)),
        whole.map(lambda text: Text(exact=text.swapcase())),
        pieces.map(lambda text: Text(fuzzy=text or "-")),
    )


def times(values: range) -> st.SearchStrategy[Times]:
    at = st.none() | st.sampled_from(values).map(lambda second: second * 1_000_000)
    return st.builds(Times, at, at)


def sets(ids: tuple[str, ...]) -> st.SearchStrategy[Sets]:
    some = st.just(()) | st.lists(st.sampled_from(ids), max_size=2, unique=True).map(tuple)
    return st.builds(Sets, any=some, all=some, none=some)


NUMBERS = ("+15512341567", "+1 (212) 555-0142", "+49711123456", "+7", "+15550001", "+12")
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "email_address": text_filters(EMAILS),
    "phone_number": st.sampled_from(NUMBERS).map(lambda text: Text(exact=text))
    | st.lists(cut(st.sampled_from(PHONES)), min_size=1, max_size=3).map(
        lambda words: Text(fuzzy=" ".join(words) or "-")
    ),
    "reference_id": text_filters([*REFERENCES, "12", "ref-12", "REF-12", "mc7", "NYC 5", "SQ1003"]),
    "creation_source": st.builds(
        Sources,
        st.lists(st.sampled_from(CREATION_SOURCES), min_size=1).map(tuple),
        st.sampled_from(("INCLUDE", "EXCLUDE")),
    ),
    "created_at": times(range(T0 // 1_000_000 - 1, T0 // 1_000_000 + 21)),
    "updated_at": times(range(1_699_999_999, 1_700_000_002)),
}
FILTERS = st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.builds(Own, **{name: FIELDS[name] for name in names})
)


ODD = [
    {"email_address": Text(exact="NOT an email")},
    {"email_address": Text(exact="@")},
    {"email_address": Text(exact="山田@bücher.example")},
    {"email_address": Text(fuzzy="山")},
    {"email_address": Text(fuzzy="st")},
    {"phone_number": Text(fuzzy="12")},
    {"phone_number": Text(fuzzy="7")},
    {"phone_number": Text(exact="+7")},
    {"reference_id": Text(exact="__")},
    {"reference_id": Text(exact="X" * 80)},
    {"reference_id": Text(exact="mc7")},
    {"reference_id": Text(fuzzy="rr")},
]


@pytest.mark.parametrize("own", ODD, ids=str)
def test_the_odd_are_found_by_an_index(world: World, own: dict[str, Any]) -> None:
    """Short ones, strange ones and those that are written otherwise: a count goes through an index, never by a walk."""
    asked = Search(CustomerFilter(own=Own(**own)), "DEFAULT", "ASC", None, 100)

    page, total = square_search.page(world.directory, world.grant(), asked, cards=False, count=True)

    fitting = [id for id, known in world.everybody[None].items() if known.fits(asked.filter)]
    assert len(fitting) == total
    assert [json.loads(one)["id"] for one in page.documents] == fitting[:100]
    assert fitting


QUESTIONS = st.builds(
    Search,
    st.builds(CustomerFilter, own=FILTERS)
    | st.builds(CustomerFilter, own=st.just(Own()) | FILTERS, groups=sets(GROUPS), segments=sets(SEGMENTS)),
    st.sampled_from(("DEFAULT", "CREATED_AT")),
    st.sampled_from(("ASC", "DESC")),
    st.none(),
    st.integers(1, 40),
)


def test_a_search_finds_whom_a_look_at_everybody_finds(world: World, engine: Engine) -> None:
    """In the list's order, each once, page after page; the count is that of all pages."""

    @settings(max_examples=engine.examples(2_000 if TORTURE else 100))
    @given(asked=QUESTIONS, location_ids=st.sampled_from((None, (HERE,), (THERE,))), count=st.booleans())
    def law(asked: Search, location_ids: tuple[int, ...] | None, count: bool) -> None:
        finds_everybody(world, asked, location_ids, count=count)

    law()


def finds_everybody(
    world: World, asked: Search, location_ids: tuple[int, ...] | None, *, count: bool
) -> None:
    grant = world.grant(location_ids)
    known = world.everybody[location_ids]

    ids, counts = searched(world, grant, asked, count=count)

    in_order = [json.loads(one)["id"] for one in listed(world.directory, grant, asked.sort, asked.order)]
    assert ids == [id for id in in_order if known[id].fits(asked.filter)]
    assert set(counts) == ({len(ids)} if count else {None})


def held(world: World, *, groups: Sets = NO_SETS, segments: Sets = NO_SETS) -> tuple[list[str], int | None]:
    asked = Search(CustomerFilter(groups=groups, segments=segments), "DEFAULT", "ASC", None, 1_000)
    page, total = square_search.page(world.directory, world.grant(), asked, cards=False, count=True)
    return [json.loads(one)["id"] for one in page.documents], total


def test_a_group_that_is_not_there_fits_nobody(world: World) -> None:
    """Also where it is only to be kept out (contracts/square.md 2.6)."""
    for groups in (Sets(any=("G1", "nobody's")), Sets(all=("nobody's",)), Sets(none=("nobody's",))):
        assert held(world, groups=groups) == ([], 0)


def test_a_segment_that_is_not_there_is_named(world: World) -> None:
    """If it can be an id at all: anything else is not repeated."""
    for id, is_named in (("gv2:NOBODYS.1", True), ("<b>", False), ("x" * 65, False), ("a b", False)):
        with pytest.raises(errors.Invalid) as caught:
            held(world, segments=Sets(none=(id,)))
        assert (caught.value.rule, caught.value.field) == ("unknown_segment", "query.filter.segment_ids")
        assert (id in caught.value.message) is is_named


def test_whoever_can_be_reached_is_in_a_segment(world: World) -> None:
    """The merchant's own segment of everybody with an e-mail or a phone, by its id."""
    reachable = world.account.merchant_id + ".REACHABLE"
    ids, total = held(world, segments=Sets(any=(reachable,)))

    fields = {id: known.fields for id, known in world.everybody[None].items()}
    assert ids == [id for id, one in fields.items() if one.email_address or one.phone_number]
    assert total == len(ids)
    assert set(held(world, segments=Sets(none=(reachable,)))[0]) == set(fields) - set(ids)
