"""Locations and merchants: who and where the token's account is, and new shops of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from msgspec import UNSET, UnsetType

from regulars import errors
from regulars.api.parameters import PathText
from regulars.api.route import Answer, Call
from regulars.api.square import places_shapes, shapes
from regulars.directory import places
from regulars.model import instant
from regulars.model.place import Location

LOCATION = PathText(name="location_id", description="The location's id, or `main`.")
MERCHANT = PathText(name="merchant_id", description="The merchant's id, or `me`.")

_NO_COUNTRY = "ZZ"  # Square's word for an unknown one; a merchant must have some


def locations(call: Call) -> Answer:
    """Every location that the token sees."""
    shown = _shown(call, _seen(call))
    return Answer(msgspec.json.encode(shapes.ListLocationsResponse(shown or UNSET)))


def location(call: Call) -> Answer:
    """One location, or the main one; raises NotFound, also when it is not the token's."""
    found = _asked_for(call)
    return Answer(msgspec.json.encode(shapes.RetrieveLocationResponse(_shown(call, [found])[0])))


def create(call: Call) -> Answer:
    """A new location; what it does not say is as at the main one. Raises Forbidden for a token of some locations."""
    asked = call.read(places_shapes.CreateLocationRequest).location
    if call.grant.location_ids is not None:
        raise errors.Forbidden("The token is for some locations only", scope="locations:write")
    main = places.main_location(call.directory, call.grant.account_id)
    country = asked.country or (asked.address and asked.address.country) or (main and main.country)
    if not country:
        raise errors.Invalid(
            "location.country is required for the first location", field="location.country", rule="missing"
        )
    with _named():
        made = places.add_location(
            call.directory,
            call.grant.account_id,
            None,
            name=asked.name,
            country=country,
            time_zone=asked.timezone or (main.time_zone if main else "UTC"),
            currency=main.currency if main and main.country == country else None,
            language=asked.language_code or (main.language if main else None),
        )
    return Answer(msgspec.json.encode(places_shapes.CreateLocationResponse(_shown(call, [made])[0])))


def update(call: Call) -> Answer:
    """The location with what is new of it; raises NotFound, also when it is not the token's."""
    asked = call.read(places_shapes.UpdateLocationRequest).location
    before = _asked_for(call)
    language = asked.language_code
    with _named():
        after = places.update_location(
            call.directory,
            before,
            name=before.name if isinstance(asked.name, UnsetType) else asked.name,
            time_zone=before.time_zone if isinstance(asked.timezone, UnsetType) else asked.timezone,
            language=before.language if isinstance(language, UnsetType) else language or None,
        )
    return Answer(msgspec.json.encode(places_shapes.UpdateLocationResponse(_shown(call, [after])[0])))


def merchants(call: Call) -> Answer:
    """The token's own merchant, in a list."""
    return Answer(msgspec.json.encode(shapes.ListMerchantsResponse([_merchant(call)])))


def merchant(call: Call) -> Answer:
    """The token's own merchant; raises NotFound for any other."""
    if call.path[MERCHANT.name] not in {"me", call.grant.merchant_id}:
        raise errors.NotFound("There is no such merchant")
    return Answer(msgspec.json.encode(shapes.RetrieveMerchantResponse(_merchant(call))))


def _seen(call: Call) -> list[Location]:
    return places.locations(call.directory, call.grant.account_id, call.grant.location_ids)


def _asked_for(call: Call) -> Location:
    asked = call.path[LOCATION.name]
    found = next((one for one in _seen(call) if _is_called(one, asked)), None)
    if found is None:
        raise errors.NotFound("There is no such location")
    return found


_FIELDS = {"time_zone": "timezone"}


@contextmanager
def _named() -> Iterator[None]:
    """Errors name the field as Square spells it."""
    try:
        yield
    except errors.Invalid as error:
        field = f"location.{_FIELDS.get(error.field or '', error.field)}"
        raise errors.Invalid(error.message, field=field, rule=error.rule) from None


def _is_called(location: Location, asked: str) -> bool:
    return location.is_main if asked == "main" else str(location.location_id) == asked


def _shown(call: Call, found: list[Location]) -> list[shapes.Location]:
    business = places.account_of(call.directory, call.grant.account_id).name
    return [
        shapes.Location(
            id=str(one.location_id),
            name=one.name,
            timezone=one.time_zone,
            status="ACTIVE",
            created_at=instant.text_milliseconds(one.created_at),
            merchant_id=call.grant.merchant_id,
            country=one.country,
            language_code=one.language or UNSET,
            currency=one.currency or UNSET,
            business_name=business,
            type="PHYSICAL",
        )
        for one in found
    ]


def _merchant(call: Call) -> shapes.Merchant:
    """The account; of its locations it tells only what the token sees anyway."""
    account = places.account_of(call.directory, call.grant.account_id)
    main = places.main_location(call.directory, call.grant.account_id)
    if main is not None and not call.grant.sees(main.location_id):
        main = None
    return shapes.Merchant(
        id=call.grant.merchant_id,
        business_name=account.name,
        country=main.country if main else _NO_COUNTRY,
        language_code=(main and main.language) or UNSET,
        currency=(main and main.currency) or UNSET,
        status="ACTIVE",
        main_location_id=str(main.location_id) if main else UNSET,
        created_at=instant.text_milliseconds(account.created_at),
    )
