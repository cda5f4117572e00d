"""How a text stands in a PostgreSQL database: nothing is lost, and texts keep their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from regulars.store import postgres_text

texts = st.text(st.sampled_from("\x00\x01\x02a\\"), max_size=8)


@given(texts)
def test_what_is_kept_is_what_was_meant(text: str) -> None:
    kept = postgres_text.kept(text)
    assert "\x00" not in kept
    assert postgres_text.meant(kept) == text


@given(texts, texts)
def test_order_and_beginnings_stay(one: str, other: str) -> None:
    kept, kept_other = postgres_text.kept(one), postgres_text.kept(other)
    assert (kept < kept_other) == (one < other)
    assert kept_other.startswith(kept) or not other.startswith(one)


@given(st.lists(texts))
def test_a_list_is_kept_as_its_texts_are(some: list[str]) -> None:
    kept = postgres_text.kept_list(json.encode(some).decode())
    assert kept is not None
    assert json.decode(kept) == [postgres_text.kept(one) for one in some]


def test_no_list_stays_none() -> None:
    assert postgres_text.kept_list(None) is None
