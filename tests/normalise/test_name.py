"""Names are folded so that people find and sort them, whatever keyboard they have."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import limits
from regulars.model.customer import Customer, Email, Phone
from regulars.normalise import fold, sort_key


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Luís Gonçalves", "luis goncalves"),
        ("LUI\u0301S", "luis"),
        ("Stanisław Wójcik", "stanislaw wojcik"),
        ("Bjørn Ærø Þór Đorđe", "bjorn aero thor dorde"),
        ("Straße STRASSE", "strasse strasse"),
        ("İstanbul Istanbul ısı", "istanbul istanbul isi"),
        ("Œuvre ﬁn ™ Ⅻ", "oeuvre fin tm xii"),
        ("Ελλάδα Ёлка", "ελλαδα елка"),
        ("हिन्दी が 김 שָׁלוֹם", "हिन्दी が 김 שָׁלוֹם"),
        ("٠١٢ ３４", "012 34"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    """Case and accents go, letters that only look foreign become plain, other scripts stay."""
    assert fold(text) == fold(folded)
    assert fold(text) == folded or not folded.isascii()


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """fold(fold(x)) == fold(x), for any text."""
    assert fold(fold(text)) == fold(text)


def test_every_character_folds_to_its_final_form() -> None:
    """All of Unicode: one folding is enough, and upper and lower case meet."""
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    folded = fold(" ".join(characters))

    assert fold(folded) == folded
    for character in characters:
        if character.upper() != character.lower():
            assert fold(character) in (fold(character.upper()), fold(character.lower()))


@pytest.mark.parametrize(
    ("customer", "key"),
    [
        (Customer(first_name="Zoë", last_name="Ó Máille", company_name="X"), "zoeo maille"),
        (Customer(last_name="Ångström"), "angstrom"),
        (Customer(company_name="Éclair SA", emails=(Email("a@b.c"),)), "eclair sa"),
        (Customer(emails=(Email("A@b.c"), Email("B@b.c", is_primary=True)), phones=(Phone("1"),)), "b@b.c"),
        (Customer(phones=(Phone("2"), Phone("1"))), "2"),
        (Customer(nickname="N"), ""),
        (Customer(first_name="x" * 200), "x" * limits.SORT_KEY_LENGTH_MAX),
    ],
)
def test_sort_key(customer: Customer, key: str) -> None:
    """Square's order: the names, else the company, else the e-mail, else the phone."""
    assert sort_key(customer) == key
