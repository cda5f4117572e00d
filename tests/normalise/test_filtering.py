"""Square's search filter on one customer's own fields: its own examples, and what they leave open."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.model.customer_filter import Fields, Own, Sources, Text, Times
from regulars.normalise import filtering


def fields(**values: Any) -> Fields:
    given: dict[str, Any] = {"creation_source": "IMPORT", "created_at": 5, "updated_at": 9}
    return Fields(**given | values)


def found(kind: str, query: str, *, exact: bool = False, **values: Any) -> bool:
    asked: dict[str, Any] = {kind: Text(exact=query) if exact else Text(fuzzy=query)}
    return filtering.matches(Own(**asked), fields(**values))


@pytest.mark.parametrize("email", ["steven.johnson@gmail.com", "mygmail@stevensbakery.com"])
def test_an_email_has_each_word_somewhere(email: str) -> None:
    """Square's example: `Steven gmail`, in any order, whatever stands between."""
    assert found("email_address", "Steven gmail", email_address=email)
    assert found("email_address", "gmail  STEVEN", email_address=email)
    assert not found("email_address", "Steven yahoo", email_address=email)


@pytest.mark.parametrize(
    ("query", "phone", "is_found"),
    [
        ("415", "+1-415-212-1200", True),
        ("415", "+1-212-415-1234", True),
        ("415", "+1 (551) 234-1567", True),
        ("415 123", "+1-212-415-1234", True),
        ("415 123", "+1 (551) 234-1567", True),
        ("415 123", "+1-212-415-1200", False),
        ("(415) 123", "+1-212-415-1234", True),
        ("41", "+1 (551) 234-1541", True),
        ("415x", "+1-212-415-1234", False),
        ("+", "+1-212-415-1234", False),
    ],
)
def test_a_phone_has_each_word_among_its_digits(query: str, phone: str, is_found: bool) -> None:
    """Square's examples, and words of two digits, with punctuation, with letters, and with nothing."""
    assert found("phone_number", query, phone_number=phone) is is_found


@pytest.mark.parametrize(
    ("query", "reference", "is_found"),
    [
        ("NYC M", "NYC_M_35_JOHNSON", True),
        ("NYC M", "NYC_27_MURRAY", True),
        ("nyc_27", "NYC_27_MURRAY", True),
        ("27MURRAY", "NYC_27_MURRAY", False),
        ("RRA", "NYC_27_MURRAY", True),
        ("_", "NYC_27_MURRAY", False),
    ],
)
def test_a_reference_has_each_word_in_one_of_its_runs(query: str, reference: str, is_found: bool) -> None:
    """Square's example, and that signs part words on both sides."""
    assert found("reference_id", query, reference_id=reference) is is_found


@pytest.mark.parametrize("query", ["+12062223333", "+1 (206) 222-3333"])
def test_an_exact_phone_is_compared_in_full(query: str) -> None:
    """However it was typed when it was stored; a number that says no country is none."""
    assert found("phone_number", query, exact=True, phone_number="(206) 222-3333", e164="+12062223333")
    assert found("phone_number", query, exact=True, phone_number="+1 206-222-3333")
    assert not found("phone_number", query, exact=True, phone_number="12062223333")
    assert not found("phone_number", query, exact=True)


def test_exact_texts_differ_in_case_only() -> None:
    """E-mail and reference: case does not matter, accents and punctuation do."""
    assert found("email_address", "Ada@Example.com", exact=True, email_address="ada@example.COM")
    assert not found("email_address", "ada@example.co", exact=True, email_address="ada@example.com")
    assert not found("email_address", "jose@example.com", exact=True, email_address="josé@example.com")
    assert found("reference_id", "nyc_27", exact=True, reference_id="NYC_27")
    assert not found("reference_id", "nyc27", exact=True, reference_id="NYC_27")


def test_times_include_their_start_only() -> None:
    """So that ranges side by side hold everybody once."""
    assert filtering.matches(Own(created_at=Times(5, 6), updated_at=Times(9, None)), fields())
    assert not filtering.matches(Own(created_at=Times(None, 5)), fields())
    assert not filtering.matches(Own(updated_at=Times(10, None)), fields())


def test_creation_sources_are_included_or_excluded() -> None:
    """INCLUDE unless said otherwise."""
    assert filtering.matches(Own(creation_source=Sources(("IMPORT", "LOYALTY"))), fields())
    assert not filtering.matches(Own(creation_source=Sources(("IMPORT",), "EXCLUDE")), fields())
    assert filtering.matches(Own(creation_source=Sources(("LOYALTY",), "EXCLUDE")), fields())
    assert not filtering.matches(Own(creation_source=Sources(("LOYALTY",))), fields())


def test_all_that_is_asked_must_hold() -> None:
    """And nothing asked fits everybody."""
    asked = Own(email_address=Text(fuzzy="ada"), reference_id=Text(exact="A1"))
    assert filtering.matches(asked, fields(email_address="ada@example.com", reference_id="a1"))
    assert not filtering.matches(asked, fields(email_address="ada@example.com"))
    assert filtering.matches(Own(), fields())
