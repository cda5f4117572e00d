"""Cases of what clients ask around customers that no declaration tells of: locations, tokens, cards."""

from __future__ import annotations

from typing import Any

from tests.square_errors.case import Case

NOT_FOUND = "NOT_FOUND"
NONCE: dict[str, Any] = {"card_nonce": "cnon:card-nonce-ok"}
CARD = {"card_id": "ccof:nobodys"}


def _location(operation: str, json: Any = None) -> tuple[Case, ...]:
    return (
        Case(operation=operation, parameter="location_id", when="is nobody's", code=NOT_FOUND,
             path={"location_id": "999"}, json=json),
        Case(operation=operation, parameter="location_id", when="is not the token's", code=NOT_FOUND,
             path={"location_id": "7"}, token="here", json=json),
    )  # fmt: skip


def _customer(operation: str, json: Any = None) -> tuple[Case, ...]:
    return (
        Case(operation=operation, parameter="customer_id", when="is nobody's", code=NOT_FOUND,
             path={"customer_id": "{nobody}"} | CARD, json=json),
        Case(operation=operation, parameter="customer_id", when="is at a location that is not the token's",
             code=NOT_FOUND, path={"customer_id": "{elsewhere}"} | CARD, token="here", json=json),
        Case(operation=operation, parameter="customer_id", when="is longer than any id", code=NOT_FOUND,
             path={"customer_id": "x" * 513} | CARD, json=json),
    )  # fmt: skip


def _body(operation: str, field: str, when: str, code: str, said: dict[str, Any]) -> Case:
    return Case(
        operation=operation,
        parameter=field,
        when=when,
        code=code,
        field=field,
        json={"location": {"name": "Shop"} | said},
    )


CASES = (
    *_location("RetrieveLocation"),
    *_location("UpdateLocation", {"location": {}}),
    Case(operation="CreateLocation", parameter="", when="comes with a token for some locations",
         code="INSUFFICIENT_SCOPES", json={"location": {"name": "Shop"}}, token="here"),
    _body("CreateLocation", "location.country", "is no country", "INVALID_VALUE", {"country": "Atlantis"}),
    *(
        case
        for operation in ("CreateLocation", "UpdateLocation")
        for case in (
            _body(operation, "location.timezone", "is no name of a time zone", "VALUE_REGEX_MISMATCH",
                  {"timezone": "half past nine"}),
            _body(operation, "location.language_code", "is no language tag", "VALUE_REGEX_MISMATCH",
                  {"language_code": "en_US"}),
            _body(operation, "location.name", "holds what cannot be printed", "INVALID_VALUE",
                  {"name": "Sh\u0000op"}),
        )
    ),
    Case(operation="RetrieveMerchant", parameter="merchant_id", when="is not the token's", code=NOT_FOUND,
         path={"merchant_id": "M0000000000000"}),
    Case(operation="ObtainToken", parameter="", when="is not for a sandbox", code="BAD_REQUEST",
         json={"client_id": "x", "grant_type": "refresh_token", "refresh_token": "x"}),
    Case(operation="RevokeToken", parameter="", when="is not for a sandbox", code="BAD_REQUEST",
         json={"access_token": "x"}),
    *_customer("CreateCustomerCard", NONCE),
    *_customer("DeleteCustomerCard"),
    Case(operation="CreateCustomerCard", parameter="card_nonce", when="is not that of a sandbox",
         code="INVALID_CARD_DATA", field="card_nonce", json=NONCE),
    Case(operation="DeleteCustomerCard", parameter="card_id", when="is none of the customer's", code=NOT_FOUND,
         path=CARD),
)  # fmt: skip
