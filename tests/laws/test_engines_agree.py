"""Whatever happened, no answer tells which engine keeps the store."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import engines
from tests.api.shop import HERE, THERE
from tests.conftest import TORTURE
from tests.engines import Engine
from tests.laws.answers import Heard, Op, after

FIRST = ("John", "Jon", "William", "Bill", "Elizabeth", "Ámélie", "Łukasz", "O'Neil", "")
LAST = ("Smith", "Smithers", "Smyth", "Van der Berg", "Müller-Straße", "")
PHONES = ("+1 212 555 4240", "(415) 555-2671", "12", "")
MAILS = ("john@mail.example", "j.smith@example.com", "no mail", "")

refs = st.sampled_from(("1", "2", "3", "4", "till:1", "files:1"))
numbers = st.integers(0, 5)
people = st.fixed_dictionaries(
    {
        "first": st.sampled_from(FIRST),
        "last": st.sampled_from(LAST),
        "phone": st.sampled_from(PHONES),
        "email": st.sampled_from(MAILS),
    }
)
fields = st.fixed_dictionaries(
    {"given_name": st.sampled_from(FIRST)},
    optional={
        "family_name": st.sampled_from(LAST),
        "email_address": st.sampled_from(MAILS),
        "phone_number": st.sampled_from(PHONES),
        "note": st.sampled_from(("tea", "", "☕ \u00a0")),
    },
)
# So that there is somebody from the start whom searches find and writes concern.
OPENING: tuple[Op, ...] = (
    (
        "take_in",
        HERE,
        "files",
        [
            ("1", {"first": "John", "last": "Smith", "phone": PHONES[0], "email": MAILS[0]}),
            ("2", {"first": "William", "last": "Smithers", "phone": PHONES[1]}),
            ("3", {"first": "Elizabeth", "last": "Van der Berg", "email": MAILS[1]}),
            ("5", {"first": "Łukasz", "last": "Smith", "phone": PHONES[0]}),
        ],
    ),
    ("take_in", THERE, "till", [("1", {"first": "Bill", "last": "Smith", "email": MAILS[0]})]),
    ("group", "Regulars"),
    ("join", 0, 0),
    ("merge", 1, 3),
)

writes: st.SearchStrategy[Op] = st.one_of(
    st.tuples(
        st.just("take_in"),
        st.sampled_from((HERE, THERE)),
        st.sampled_from(("files", "till")),
        st.lists(st.tuples(refs, people), min_size=1, max_size=6),
    ),
    st.tuples(st.just("create"), fields),
    st.tuples(st.just("update"), numbers, fields),
    st.tuples(st.just("delete"), numbers),
    st.tuples(st.just("merge"), numbers, numbers),
    st.tuples(st.just("undo"), numbers),
    st.tuples(st.just("pin"), numbers, st.lists(st.sampled_from(("first_name", "note")), unique=True)),
    st.tuples(st.just("group"), st.sampled_from(("Regulars", "VIP"))),
    st.tuples(st.just("join"), numbers, numbers),
    st.tuples(st.just("leave"), numbers, numbers),
)


@pytest.mark.engines(
    "SQLite, encrypted", "PostgreSQL", "PostgreSQL, partitioned", why="each is compared with plain SQLite"
)
def test_no_answer_tells_the_engine(engine: Engine) -> None:
    """Shift4's dialect, Square's and our own: status, headers and body of every answer are the same."""

    @settings(max_examples=500 if TORTURE else 8)
    @given(history=st.lists(writes, min_size=4, max_size=16))
    def law(history: list[Op]) -> None:
        whole = (*OPENING, *history)
        assert differing(after(engines.SQLITE, whole), after(engine, whole)) == []

    law()


def differing(here: list[Heard], there: list[Heard]) -> list[tuple[Heard, Heard]]:
    assert here
    return [(one, other) for one, other in zip(here, there, strict=True) if one != other]
