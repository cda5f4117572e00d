"""Countries and states get their codes, under every name they commonly go by."""

import phonenumbers
import pytest

from regulars.model.customer import Address, Problem
from regulars.normalise import address
from regulars.normalise.countries import _TABLE, country_code, key


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("US USA usa U.S.A. us", "US"),
        ("United States|united states of america|The United States|America|EE.UU.|Estados Unidos", "US"),
        ("Deutschland|Germany|GERMANY|DEU|de|Federal Republic of Germany|Allemagne", "DE"),
        ("España|Espana|SPAIN|ESP", "ES"),
        ("Brasil|Brazil|brésil", "BR"),
        ("Österreich|Oesterreich|Osterreich|Austria", "AT"),
        ("Schweiz|Suisse|Svizzera|Switzerland|CHE", "CH"),
        ("Nederland|Holland|The Netherlands|Netherlands|Pays-Bas", "NL"),
        ("Polska|Poland", "PL"),
        ("UK|U.K.|United Kingdom|Great Britain|England|Scotland|Wales|Northern Ireland|GBR|GB", "GB"),
        ("Éire|Ireland|Republic of Ireland", "IE"),
        ("Czech Republic|Czechia|Česká republika|Česko", "CZ"),
        ("Türkiye|Turkey|TURKIYE", "TR"),
        ("Côte d’Ivoire|Cote d'Ivoire|Ivory Coast", "CI"),
        ("日本|Japan", "JP"),
        ("Россия|Russian Federation", "RU"),
        ("Ελλάδα|ΕΛΛΑΔΑ|Greece", "GR"),
        ("Bosnia & Herzegovina|Bosnia and Herzegovina", "BA"),
        ("Korea (Republic of)|South Korea|대한민국", "KR"),
        ("Kosovo|XK|XKX", "XK"),
        ("Atlantis|ZZ|Q|12|", None),
    ],
)
def test_countries_are_understood(names: str, code: str | None) -> None:
    """In English, in the country's own words, as codes; without regard to case, accents and punctuation."""
    found = {name: country_code(name) for name in names.split("|" if "|" in names else " ")}

    assert set(found.values()) == {code}, found


def test_the_table_of_countries_is_whole() -> None:
    """249 codes of ISO 3166-1 and Kosovo; no name stands for two; every country that has phones is there."""
    lines = [line.split(maxsplit=2) for line in _TABLE.strip().splitlines()]
    names = {(key(name), code) for code, alpha3, all_ in lines for name in (code, alpha3, *all_.split(","))}

    assert len(lines) == len({code for code, _, _ in lines}) == len({alpha3 for _, alpha3, _ in lines}) == 250
    assert all(len(code) == 2 and len(alpha3) == 3 for code, alpha3, _ in lines)
    assert len({name for name, _ in names}) == len(names)
    assert all(name for name, _ in names)
    # Ascension and Tristan da Cunha have phone codes, but share their ISO code with Saint Helena.
    assert phonenumbers.SUPPORTED_REGIONS - {code for code, _, _ in lines} == {"AC", "TA"}


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("NY", "US", "NY"),
        ("ny", "US", "NY"),
        ("New York", "US", "NY"),
        ("N.Y.", "US", "NY"),
        ("washington", "US", "WA"),
        ("Washington, D.C.", "US", "DC"),
        ("Puerto Rico", "US", "PR"),
        ("AE", "US", "AE"),
        ("Québec", "CA", "QC"),
        ("Quebec", "CA", "QC"),
        ("ON", "CA", "ON"),
        ("ON", "US", None),
        ("Bayern", "DE", None),
        ("SP", "BR", None),
        ("Nowhere", "US", None),
    ],
)
def test_states_are_understood(text: str, country: str, code: str | None) -> None:
    """Names and codes of the US and Canada, each only in its own country."""
    assert address.state_code(text, country=country) == code


def test_every_state_is_there() -> None:
    """50 states, the District, 9 territories, 3 military; 13 provinces and territories."""
    assert len(set(address._states("US").values())) == 50 + 1 + 9 + 3
    assert len(set(address._states("CA").values())) == 13


@pytest.mark.parametrize(
    ("came", "region", "country", "state", "problems"),
    [
        (Address(country="USA", state="Nevada"), "DE", "US", "NV", []),
        (Address(state="Nevada"), "US", None, "NV", []),
        (Address(state="Nevada"), "DE", None, None, []),
        (Address(state="Nevada", country="Spain"), "US", "ES", None, []),
        (
            Address(state="NV", country="Atlantis"),
            "US",
            None,
            "NV",
            [Problem("address.country", "unknown_country", 3)],
        ),
        (Address(country="ZZ"), "US", None, None, []),
        (Address(country=" "), "US", None, None, []),
        (Address(), "US", None, None, []),
    ],
)
def test_codes_stand_beside_what_came(
    came: Address, region: str, country: str | None, state: str | None, problems: list[Problem]
) -> None:
    """The texts stay; an unknown country is a problem, Square's word for unknown is none."""
    found: list[Problem] = []

    made = address.understand(came, region=region, at=3, problems=found)

    assert (made.country_code, made.state_code) == (country, state)
    assert (made.country, made.state) == (came.country, came.state)
    assert found == problems
