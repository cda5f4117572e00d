"""Cursors are sealed: what was not made here opens nothing, what was made here always does."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regulars import errors, limits
from regulars.api.seal import Seal
from regulars.api.square.cursor import Cursor
from regulars.model.page import SquarePosition
from tests.api.shop import READ, Shop
from tests.directory.world import person

LIST = "/v2/customers"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SEAL = Seal(bytes(range(32)))

texts = st.text(st.characters(exclude_categories=["Cs"]))
positions = st.builds(
    SquarePosition,
    key=texts.map(lambda text: text[: limits.SORT_KEY_LENGTH_MAX]),
    created_at=st.integers(-(2**62), 2**62),
    id=texts.map(lambda text: text[: limits.REF_LENGTH_MAX]),
)
cursors = st.builds(
    Cursor,
    sort=st.sampled_from(["DEFAULT", "CREATED_AT"]),
    order=st.sampled_from(["ASC", "DESC"]),
    count=st.booleans(),
    after=positions,
)
accounts = st.integers(1, 2**62)


@given(cursor=cursors, account_id=accounts)
def test_what_is_sealed_opens(cursor: Cursor, account_id: int) -> None:
    """With Square's alphabet, and the same again for the same."""
    text = SEAL.seal(cursor, account_id)

    assert re.fullmatch("[A-Za-z0-9_-]+", text)
    assert SEAL.open(text, account_id, Cursor) == cursor
    assert SEAL.seal(cursor, account_id) == text


def test_the_longest_opens() -> None:
    """A key and an id at their limits, in characters of four bytes."""
    wide = "\U0001f600"
    after = SquarePosition(wide * limits.SORT_KEY_LENGTH_MAX, -(2**62), wide * limits.REF_LENGTH_MAX)
    cursor = Cursor("CREATED_AT", "DESC", True, after)

    text = SEAL.seal(cursor, 2**62)

    assert len(text) <= limits.CURSOR_LENGTH_MAX
    assert SEAL.open(text, 2**62, Cursor) == cursor


@given(cursor=cursors, at=st.integers(0), character=st.sampled_from(ALPHABET))
def test_any_changed_character_is_noticed(cursor: Cursor, at: int, character: str) -> None:
    """Each single one, the last too, whose spare bits decoding drops."""
    text = SEAL.seal(cursor, 1)
    at %= len(text)
    for place in (at, len(text) - 1):
        assume(text[place] != character)
        with pytest.raises(errors.Invalid):
            SEAL.open(text[:place] + character + text[place + 1 :], 1, Cursor)


@given(
    text=st.one_of(
        st.text(), st.text(ALPHABET), st.binary().map(lambda data: base64.urlsafe_b64encode(data).decode())
    )
)
def test_anything_else_is_invalid(text: str) -> None:
    """And nothing but that."""
    with pytest.raises(errors.Invalid) as caught:
        SEAL.open(text, 1, Cursor)

    assert (caught.value.field, caught.value.rule) == ("cursor", "not_a_cursor")


@given(cursor=cursors, account_id=accounts, other=accounts)
def test_a_cursor_belongs_to_an_account_and_a_key(cursor: Cursor, account_id: int, other: int) -> None:
    """Another account's opens nothing, nor does one of another store."""
    assume(account_id != other)
    text = SEAL.seal(cursor, account_id)

    with pytest.raises(errors.Invalid):
        SEAL.open(text, other, Cursor)
    with pytest.raises(errors.Invalid):
        Seal(bytes(32)).open(text, account_id, Cursor)


def test_a_cursor_tells_nothing() -> None:
    """Not the name, nor its length."""
    texts = [
        SEAL.seal(
            Cursor(
                "DEFAULT",
                "ASC",
                False,
                SquarePosition(key, 1_700_000_000_000_000, "JDKYHBWT1D4F8MFH63DBMEN8Y4"),
            ),
            1,
        )
        for key in ("al", "alexandria example" * 5)
    ]

    assert b"alexandria" not in base64.urlsafe_b64decode(texts[1] + "==")
    assert len(texts[0]) == len(texts[1])


def cursor_of(shop: Shop, query: str = "limit=2", token: str = "") -> str:
    cursor: str = shop.get(f"{LIST}?{query}", token=token).json["cursor"]
    return cursor


@pytest.mark.parametrize(
    "change", ["sort_field=CREATED_AT", "sort_order=DESC", "sort_field=CREATED_AT&sort_order=ASC"]
)
def test_another_sort_is_refused(shop: Shop, change: str) -> None:
    """400 INVALID_CURSOR, field cursor."""
    answer = shop.get(f"{LIST}?cursor={cursor_of(shop)}&{change}")

    assert answer.status == 400
    assert answer.json["errors"][0] | {"detail": ""} == {
        "category": "INVALID_REQUEST_ERROR", "code": "INVALID_CURSOR", "detail": "", "field": "cursor",
    }  # fmt: skip


def test_the_same_sort_and_another_limit_are_fine(shop: Shop) -> None:
    """The limit is each request's own."""
    cursor = cursor_of(shop)

    answer = shop.get(f"{LIST}?cursor={cursor}&sort_field=DEFAULT&sort_order=ASC&limit=5")

    assert len(answer.json["customers"]) == 5


def test_a_cursor_holds_for_any_token_of_the_account(shop: Shop) -> None:
    """What is seen is judged by the token that comes."""
    cursor = cursor_of(shop)
    other = shop.token(scopes=READ)

    assert shop.get(f"{LIST}?cursor={cursor}", token=other).body == shop.get(f"{LIST}?cursor={cursor}").body


def test_a_cursor_survives_writes(own_shop: Shop) -> None:
    """Whoever was there throughout is seen once, though the one it stands behind is gone."""
    own_shop.add(*(person(f"C-{letter}", letter) for letter in "BDFH"))
    first = own_shop.get(f"{LIST}?limit=2").json

    own_shop.add(person("C-D", "Z"), person("C-A", "A"), person("C-E", "E"))
    rest = own_shop.get(f"{LIST}?cursor={first['cursor']}").json

    assert [one["given_name"] for one in first["customers"]] == ["B", "D"]
    assert [one["given_name"] for one in rest["customers"]] == ["E", "F", "H", "Z"]
