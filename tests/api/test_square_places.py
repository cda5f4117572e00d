"""`POST` and `PUT /v2/locations`: new shops, and what may change of one."""

from __future__ import annotations

from typing import Any

import pytest

from regulars import limits
from regulars.directory import places
from regulars.model.place import SCOPES, Scope
from tests.api.shop import HERE, THERE, Answered, Shop, shop_in

WRITE: tuple[Scope, ...] = ("locations:read", "locations:write")
LOCATIONS = "/v2/locations"


def create(shop: Shop, token: str = "", **location: object) -> Answered:
    return shop.ask("POST", LOCATIONS, token=token or shop.token(scopes=WRITE), json={"location": location})


def test_a_new_location_is_like_the_main_one(own_shop: Shop) -> None:
    """Its id is the number after the highest; country and time zone are the main one's; it is in the list."""
    answer = create(own_shop, name="Second Street")

    location = answer.json["location"]
    assert answer.status == 200
    assert location["id"] == str(HERE + 1)
    assert (location["name"], location["country"]) == ("Second Street", "US")
    assert (location["timezone"], location["status"]) == ("America/New_York", "ACTIVE")
    assert location in own_shop.get(LOCATIONS).json["locations"]
    assert own_shop.get(f"{LOCATIONS}/main").json["location"]["id"] == str(HERE)


def test_what_a_new_location_says_for_itself(own_shop: Shop) -> None:
    """Name, time zone, language and country are kept; what a directory of customers has no use for is not."""
    answer = create(
        own_shop, name="Berlin", timezone="Europe/Berlin", language_code="de-DE", address={"country": "DE"},
        description="Kuchen", business_hours={"periods": []},
    )  # fmt: skip

    location = answer.json["location"]
    assert (location["country"], location["timezone"]) == ("DE", "Europe/Berlin")
    assert location["language_code"] == "de-DE"
    assert {"description", "business_hours", "currency"}.isdisjoint(location)


def test_the_first_location_needs_a_country(own_shop: Shop) -> None:
    """Phones are understood by it, and there is none to take it from; the first one is the main one."""
    account = places.add_account(own_shop.directory, "empty")
    from regulars.directory import tokens

    token = tokens.create(own_shop.directory, account.account_id, name="t", location_ids=None, scopes=SCOPES)

    refused = create(own_shop, token, name="Shop")
    assert (refused.status, refused.code) == (400, "MISSING_REQUIRED_PARAMETER")
    assert refused.json["errors"][0]["field"] == "location.country"

    made = create(own_shop, token, name="Shop", country="GB").json["location"]
    assert (made["id"], made["timezone"]) == ("1", "UTC")
    assert own_shop.get(f"{LOCATIONS}/main", token=token).json["location"] == made


def test_the_highest_number_is_not_passed(own_shop: Shop) -> None:
    """Behind the last one there can be, the first free one is taken."""
    places.add_location(
        own_shop.directory,
        own_shop.account.account_id,
        limits.LOCATION_ID_MAX,
        name="Last",
        country="US",
        time_zone="UTC",
    )

    assert create(own_shop, name="Another").json["location"]["id"] == "1"
    assert create(own_shop, name="Another").json["location"]["id"] == "2"


def test_a_location_is_changed_sparsely(own_shop: Shop) -> None:
    """What is named is new, null takes the language away, the country stays."""
    token = own_shop.token(scopes=WRITE)
    made = create(own_shop, token, name="Second", language_code="en-US").json["location"]
    at = f"{LOCATIONS}/{made['id']}"

    def put(**location: object) -> dict[str, object]:
        answer = own_shop.ask("PUT", at, token=token, json={"location": location})
        assert answer.status == 200
        found: dict[str, object] = answer.json["location"]
        return found

    assert put() == made
    assert put(name="Third") == made | {"name": "Third"}
    assert put(timezone="Asia/Tokyo", country="JP")["country"] == "US"
    after = put(language_code=None)
    assert "language_code" not in after
    assert own_shop.get(at).json["location"] == after


def test_a_token_sees_to_its_own_locations(own_shop: Shop) -> None:
    """It changes those it is for, and adds none: it would not see what it made."""
    token = own_shop.token(THERE, scopes=WRITE)

    assert create(own_shop, token, name="Mine").status == 403
    named = {"location": {"name": "Mine"}}
    assert own_shop.ask("PUT", f"{LOCATIONS}/{THERE}", token=token, json=named).status == 200
    assert own_shop.ask("PUT", f"{LOCATIONS}/{HERE}", token=token, json=named).status == 404


@pytest.mark.parametrize(
    ("location", "code", "field"),
    [
        ({}, "MISSING_REQUIRED_PARAMETER", "location.name"),
        ({"name": ""}, "VALUE_EMPTY", "location.name"),
        ({"name": "x" * 201}, "VALUE_TOO_LONG", "location.name"),
        ({"name": "A\nB"}, "INVALID_VALUE", "location.name"),
        ({"name": None}, "EXPECTED_STRING", "location.name"),
        ({"name": "A", "timezone": "Eastern Time"}, "VALUE_REGEX_MISMATCH", "location.timezone"),
        ({"name": "A", "country": "XX"}, "INVALID_VALUE", "location.country"),
        ({"name": "A", "language_code": "x" * 36}, "VALUE_TOO_LONG", "location.language_code"),
    ],
)
def test_what_a_location_must_be(shop: Shop, location: dict[str, Any], code: str, field: str) -> None:
    """Each fault by its code, with the field as Square spells it; nothing is made."""
    before = shop.get(LOCATIONS).json

    answer = create(shop, **location)

    assert (answer.status, answer.code, answer.json["errors"][0]["field"]) == (400, code, field)
    assert shop.get(LOCATIONS).json == before


def test_many_at_once_get_numbers_of_their_own(
    own_shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No number is given twice, whoever asks."""
    with shop_in(tmp_path_factory.mktemp("other")) as other:
        ids = [create(own_shop, name=f"S{number}").json["location"]["id"] for number in range(5)]
        assert create(other, name="S").json["location"]["id"] == str(HERE + 1)

    assert ids == [str(HERE + number) for number in range(1, 6)]
