"""Square's SDKs, of both ages and languages, write and read customers."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.square_clients.client import Client, refused
from tests.square_clients.people import AMELIA, shown

pytestmark = pytest.mark.xdist_group("square clients: customers")

NOBODY = "JDKYHBWT1D4F8MFH63DBMEN8Y4"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")


def test_a_customer_lives(sdk: Client) -> None:
    """Created, read, changed, cleared and deleted, with a version at every step."""
    made = sdk.ask("create_customer", **AMELIA, idempotency_key=str(uuid4()))["customer"]
    assert shown(made) == AMELIA
    assert (made["version"], made["creation_source"]) == (0, "THIRD_PARTY")
    assert made["preferences"] == {"email_unsubscribed": False}
    assert TIME.fullmatch(made["created_at"])
    assert TIME.fullmatch(made["updated_at"])

    read = sdk.ask("retrieve_customer", customer_id=made["id"])["customer"]
    assert shown(read) == AMELIA
    assert (read["id"], read["version"], read["created_at"]) == (made["id"], 0, made["created_at"])

    changes = {"note": "likes windows", "birthday": "07-24", "address": {"postal_code": "10004"}}
    changed = sdk.ask("update_customer", customer_id=made["id"], **changes, version=0)["customer"]
    assert shown(changed) == AMELIA | {
        "note": "likes windows",
        "birthday": "0000-07-24",
        "address": AMELIA["address"] | {"postal_code": "10004"},  # type: ignore[operator]
    }
    assert (changed["version"], changed["created_at"]) == (1, made["created_at"])

    stale = {"customer_id": made["id"], "note": "lost", "version": 0}
    assert refused(sdk, "update_customer", **stale) == (409, ["CONFLICT"])

    cleared = dict.fromkeys(("phone_number", "note", "birthday", "nickname", "company_name"))
    left = sdk.ask("update_customer", customer_id=made["id"], **cleared, address={"address_line_2": None})
    address = {key: text for key, text in AMELIA["address"].items() if key != "address_line_2"}  # type: ignore[attr-defined]
    names = ("given_name", "family_name", "email_address", "reference_id", "tax_ids")
    assert shown(left["customer"]) == {name: AMELIA[name] for name in names} | {
        "address": address | {"postal_code": "10004"}
    }
    assert left["customer"]["version"] == 2
    assert shown(sdk.ask("retrieve_customer", customer_id=made["id"])["customer"]) == shown(left["customer"])

    assert refused(sdk, "delete_customer", customer_id=made["id"], version=1) == (409, ["CONFLICT"])
    assert sdk.ask("delete_customer", customer_id=made["id"], version=2) == {}
    for operation in ("retrieve_customer", "update_customer", "delete_customer"):
        assert refused(sdk, operation, customer_id=made["id"]) == (404, ["NOT_FOUND"])


def test_the_same_key_makes_one_customer(sdk: Client) -> None:
    """A create that is sent again answers as it did; its key with another customer is an error."""
    key = str(uuid4())
    first = sdk.ask("create_customer", given_name="Once", idempotency_key=key)
    again = sdk.ask("create_customer", given_name="Once", idempotency_key=key)

    assert again == first
    other = {"given_name": "Twice", "idempotency_key": key}
    assert refused(sdk, "create_customer", **other) == (400, ["IDEMPOTENCY_KEY_REUSED"])
    assert sdk.ask("delete_customer", customer_id=first["customer"]["id"]) == {}


REFUSED = [
    ("nobody at all", {"note": "no name, no company, no e-mail, no phone"}, None),
    ("no e-mail", {"email_address": "amelia at example"}, "INVALID_EMAIL_ADDRESS"),
    ("no phone", {"phone_number": "12345678"}, "INVALID_PHONE_NUMBER"),
    ("too many digits", {"phone_number": "+12345678901234567"}, "INVALID_PHONE_NUMBER"),
    ("no birthday", {"given_name": "A", "birthday": "1897-13-01"}, None),
    ("a long name", {"given_name": "x" * 301}, "VALUE_TOO_LONG"),
    ("a long surname", {"family_name": "x" * 301}, "VALUE_TOO_LONG"),
    ("a long company", {"company_name": "x" * 501}, "VALUE_TOO_LONG"),
    ("a long nickname", {"given_name": "A", "nickname": "x" * 101}, "VALUE_TOO_LONG"),
    ("a long reference", {"given_name": "A", "reference_id": "x" * 101}, "VALUE_TOO_LONG"),
]


@pytest.mark.parametrize(("customer", "code"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_square_refuses_is_refused(sdk: Client, customer: dict[str, str], code: str | None) -> None:
    """A customer that Square would not take is an error that the SDK understands, and nobody is made."""
    before = sdk.ask("list_customers", count=True).get("count", 0)

    status, codes = refused(sdk, "create_customer", **customer)

    assert status == 400
    assert code is None or codes == [code]
    assert sdk.ask("list_customers", count=True).get("count", 0) == before


def test_everybody_is_listed(sdk: Client) -> None:
    """The pager turns every page, in both sorts and both orders, with the count on each."""
    names = ["Cleo", "Abel", "Dora", "Bert", "Edda"]
    made = {
        name: sdk.ask("create_customer", given_name=name, family_name="Listed")["customer"]["id"]
        for name in names
    }
    sdk.ask("create_customer", company_name="Listed Companies")

    ways = {
        ("DEFAULT", "ASC"): sorted(names),
        ("DEFAULT", "DESC"): sorted(names, reverse=True),
        ("CREATED_AT", "ASC"): names,
        ("CREATED_AT", "DESC"): names[::-1],
    }
    for (field, order), expected in ways.items():
        pages = sdk.walk("list_customers", limit=2, sort_field=field, sort_order=order, count=True)
        assert [len(page["customers"]) for page in pages] == [2, 2, 2]
        assert ["cursor" in page for page in pages] == [True, True, False]
        assert [page["count"] for page in pages] == [6, 6, 6]
        listed = [one for page in pages for one in page["customers"]]
        assert [one["given_name"] for one in listed if "given_name" in one] == expected
        assert {one["given_name"]: one["id"] for one in listed if "given_name" in one} == made

    assert refused(sdk, "list_customers", limit=101) == (400, ["VALUE_TOO_HIGH"])
    assert refused(sdk, "list_customers", limit=0) == (400, ["VALUE_TOO_LOW"])
    assert refused(sdk, "list_customers", cursor="nobodys") == (400, ["INVALID_CURSOR"])

    every = [one["id"] for page in sdk.walk("list_customers", limit=100) for one in page["customers"]]
    assert sdk.ask("bulk_delete_customers", customer_ids=every) == {"responses": {one: {} for one in every}}
    assert sdk.ask("list_customers", count=True) in ({"count": 0}, {})


def test_many_at_once(sdk: Client) -> None:
    """Bulk operations answer for each customer by itself, good and bad beside each other."""
    keys = {name: f"{name}-{uuid4()}" for name in ("amelia", "ada", "bad")}
    given = {
        keys["amelia"]: AMELIA,
        keys["ada"]: {"given_name": "Ada", "phone_number": "+12125550141"},
        keys["bad"]: {"given_name": "Bad", "email_address": "none"},
    }
    made = sdk.ask("bulk_create_customers", customers=given)["responses"]
    assert set(made) == set(given)
    assert shown(made[keys["amelia"]]["customer"]) == AMELIA
    [error] = made[keys["bad"]]["errors"]
    assert (error["category"], error["code"]) == ("INVALID_REQUEST_ERROR", "INVALID_EMAIL_ADDRESS")
    again = sdk.ask("bulk_create_customers", customers={keys["ada"]: given[keys["ada"]]})["responses"]
    assert again == {keys["ada"]: made[keys["ada"]]}

    amelia, ada = (made[keys[name]]["customer"]["id"] for name in ("amelia", "ada"))
    read = sdk.ask("bulk_retrieve_customers", customer_ids=[amelia, ada, NOBODY])["responses"]
    assert set(read) == {amelia, ada, NOBODY}
    assert shown(read[amelia]["customer"]) == AMELIA
    assert shown(read[ada]["customer"]) == given[keys["ada"]]
    assert [one["code"] for one in read[NOBODY]["errors"]] == ["NOT_FOUND"]

    changes = {
        amelia: {"note": "in bulk", "phone_number": None, "version": 0},
        ada: {"note": "too late", "version": 7},
        NOBODY: {"note": "nobody"},
    }
    changed = sdk.ask("bulk_update_customers", customers=changes)["responses"]
    assert (changed[amelia]["customer"]["note"], changed[amelia]["customer"]["version"]) == ("in bulk", 1)
    assert "phone_number" not in changed[amelia]["customer"]
    assert [one["code"] for one in changed[ada]["errors"]] == ["CONFLICT"]
    assert [one["code"] for one in changed[NOBODY]["errors"]] == ["NOT_FOUND"]

    gone = sdk.ask("bulk_delete_customers", customer_ids=[amelia, ada, NOBODY])["responses"]
    assert (gone[amelia], gone[ada]) == ({}, {})
    assert [one["code"] for one in gone[NOBODY]["errors"]] == ["NOT_FOUND"]
    assert refused(sdk, "retrieve_customer", customer_id=ada) == (404, ["NOT_FOUND"])
