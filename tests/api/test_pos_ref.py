"""One customer by posRef, which may hold any character."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars import limits
from tests.api.shop import HERE, THERE, Shop
from tests.directory.world import person

LIST = f"/pos/v2/{HERE}/customers"

STRANGE = [
    "a/b", "/a", "a/", "//", "/", "..", "../x", ".", "a b", " ", "a+b", "%", "%2F", "a%20b", "?", "#", "a?b=c&d",
    "é", "日本", "\U0001f600", "\ufffd", "a;b", "x" * limits.REF_LENGTH_MAX, "é" * limits.REF_LENGTH_MAX, '"', "'",
    "<b>", "\\", "|", "\x7f", "\n", "\r\nX: y", "\u202e", "{}", "*",
]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/api"])
@pytest.mark.parametrize("ref", STRANGE)
def test_any_character(own_shop: Shop, ref: str, prefix: str) -> None:
    """The customer that the list shows under it, the same bytes."""
    own_shop.add(person(ref), person("other"))

    answer = own_shop.get(f"{prefix}{LIST}/{quote(ref, safe='')}")

    assert answer.status == 200
    assert answer.json["posRef"] == ref
    assert answer.body in own_shop.get(LIST).body


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    ref=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60)
)
def test_every_pos_ref_can_be_asked_for(shop: Shop, ref: str) -> None:
    """Encoded whole, or with its slashes left as they are; one that nobody has is 404."""
    spellings = [quote(ref, safe=""), quote(ref, safe="/")]

    answers = [shop.get(f"{LIST}/{spelling}") for spelling in spellings]

    assert {answer.status for answer in answers} == {404}


@pytest.mark.parametrize(
    "spelling",
    [
        "%FF",
        "%C3",
        "C-1%FF",
        "%ED%A0%80",
        "",
        "%00",
        "C-1%00",
        "x" * 2_000,
        "C-1/",
        "C-1%20",
        "c-1",
        "%2FC-1",
    ],
)
def test_a_pos_ref_that_nobody_has(shop: Shop, spelling: str) -> None:
    """404 in Shift4's shape, not the nearest customer, and never an error of ours."""
    answer = shop.get(f"{LIST}/{spelling}")

    assert answer.status == answer.json["status"] == 404


def test_bytes_that_are_no_utf8_are_not_their_replacement(own_shop: Shop) -> None:
    """A customer called U+FFFD is not found by broken bytes."""
    own_shop.add(person("\ufffd"))

    assert own_shop.get(f"{LIST}/%EF%BF%BD").status == 200
    assert own_shop.get(f"{LIST}/%FF").status == 404


def test_only_at_its_location(shop: Shop) -> None:
    """A posRef of another location is not there; nor is one at a location that is not the token's."""
    assert shop.get(f"/pos/v2/{THERE}/customers/T-1").status == 200
    assert shop.get(f"{LIST}/T-1").status == 404
    assert shop.get(f"/pos/v2/{THERE}/customers/T-1", token=shop.token(HERE)).status == 404
