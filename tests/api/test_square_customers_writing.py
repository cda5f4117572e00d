"""Customers are created, updated and deleted as Square does it, one or many at a time."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from regulars.limits import BULK_CUSTOMERS_MAX
from regulars.model.record import Record
from tests.api.shop import HERE, THERE, Answered, Shop
from tests.directory.world import record

CUSTOMERS = "/v2/customers"
ADDRESS = {
    "address_line_1": "500 Electric Ave",
    "address_line_2": "Suite 600",
    "administrative_district_level_1": "NY",
    "country": "US",
    "locality": "New York",
    "postal_code": "10003",
}
AMELIA: dict[str, Any] = {
    "given_name": "Amelia",
    "family_name": "Earhart",
    "email_address": "Amelia.Earhart@example.com",
    "phone_number": "1-917-500-1000",
    "note": "a customer",
    "reference_id": "YOUR_REFERENCE_ID",
    "address": ADDRESS,
}


class Writer:
    """The shop, asked with a token that may write."""

    def __init__(self, shop: Shop, *location_ids: int) -> None:
        self.shop = shop
        self.token = shop.token(*location_ids, scopes=("customers:read", "customers:write"))

    def ask(self, method: str, target: str = "", **said: Any) -> Answered:
        """Asks below /v2/customers."""
        return self.shop.ask(method, CUSTOMERS + target, token=self.token, **said)

    def created(self, **fields: Any) -> dict[str, Any]:
        """A new customer."""
        return customer(self.ask("POST", json=fields))

    def updated(self, customer_id: str, **fields: Any) -> dict[str, Any]:
        """The customer after an update."""
        return customer(self.ask("PUT", f"/{customer_id}", json=fields))

    def read(self, customer_id: str) -> Answered:
        """What is there."""
        return self.ask("GET", f"/{customer_id}")

    def bulk(self, verb: str, **said: Any) -> dict[str, Any]:
        """The responses to a bulk call."""
        answer = self.ask("POST", f"/bulk-{verb}", json=said)
        assert answer.status == 200, answer.body
        [(name, responses)] = answer.json.items()
        assert name == "responses"
        found: dict[str, Any] = responses
        return found


def customer(answer: Answered) -> dict[str, Any]:
    assert answer.status == 200, answer.body
    assert b"null" not in answer.body
    assert set(answer.json) == {"customer"}
    found: dict[str, Any] = answer.json["customer"]
    return found


@pytest.fixture
def writer(own_shop: Shop) -> Writer:
    return Writer(own_shop)


def listed(writer: Writer) -> list[str]:
    return [one["id"] for one in writer.ask("GET").json.get("customers", [])]


def test_a_new_customer(writer: Writer) -> None:
    """It has what was given, verbatim, what Square adds, and nothing else; reading shows the same."""
    made = writer.created(**AMELIA)

    assert {name: made[name] for name in AMELIA} == AMELIA
    assert set(made) - set(AMELIA) == {
        "id", "created_at", "updated_at", "creation_source", "preferences", "version", "segment_ids",
    }  # fmt: skip
    assert (made["creation_source"], made["version"]) == ("THIRD_PARTY", 0)
    assert made["preferences"] == {"email_unsubscribed": False}
    assert customer(writer.read(made["id"])) == made
    assert listed(writer) == [made["id"]]


def test_what_may_not_be_written_is_ignored(writer: Writer) -> None:
    """Ids, sources, groups, versions and unknown fields are the directory's own; names in an address are dropped."""
    made = writer.created(
        given_name="Ada", id="MINE", creation_source="LOYALTY", group_ids=["G"], segment_ids=["S"], version=7,
        preferences={"email_unsubscribed": True}, created_at="2001-01-01T00:00:00Z", cards=[], unknown=[{}],
        address=ADDRESS | {"first_name": "Other", "last_name": "Name"},
    )  # fmt: skip

    assert made["id"] != "MINE"
    assert (made["creation_source"], made["version"], made["address"]) == ("THIRD_PARTY", 0, ADDRESS)
    assert made["preferences"] == {"email_unsubscribed": False}
    assert not {"group_ids", "segment_ids", "cards"} & set(made)


@pytest.mark.parametrize(
    "fields",
    [
        {"given_name": "Ada"},
        {"family_name": "Ada"},
        {"company_name": "Ada"},
        {"email_address": "ada@example.com"},
        {"phone_number": "+12125554240"},
    ],
)
def test_one_of_five_is_enough(writer: Writer, fields: dict[str, str]) -> None:
    """Any of them makes a customer, and duplicates are allowed."""
    first, second = writer.created(**fields), writer.created(**fields)

    assert first["id"] != second["id"]
    assert set(listed(writer)) == {first["id"], second["id"]}


@pytest.mark.parametrize("nothing", [{}, {"given_name": "", "family_name": "  ", "email_address": None},
                                     {"given_name": "\u0000"}, {"nickname": "Ada", "note": "Ada"}])  # fmt: skip
def test_nobody(writer: Writer, nothing: dict[str, Any]) -> None:
    """Blanks, nulls and control characters are nobody."""
    answer = writer.ask("POST", json=nothing)

    assert (answer.status, answer.code) == (400, "BAD_REQUEST")
    assert listed(writer) == []


def test_texts_of_every_kind(writer: Writer) -> None:
    """Letters of all scripts stay; control characters go, but for the lines of a note."""
    made = writer.created(
        given_name="Z\u0000o\u0308e\u001b \U0001f600", note="two\nlines\tand \u0007 a bell", nickname="a\tb"
    )

    assert made["given_name"] == "Z\u00f6e \U0001f600"
    assert made["note"] == "two\nlines\tand  a bell"
    assert made["nickname"] == "a b"


def test_birthday_without_a_year(writer: Writer) -> None:
    """It goes out with the year 0000, and may be written back so."""
    made = writer.created(given_name="Ada", birthday="02-29")

    assert made["birthday"] == "0000-02-29"
    assert writer.updated(made["id"], birthday=made["birthday"]) == made


def test_the_same_key_and_body(writer: Writer) -> None:
    """One customer, and the first answer again, even when it has changed since; order and spelling do not matter."""
    first = writer.ask("POST", json={"given_name": "Ada", "note": "x", "idempotency_key": "k1"})
    writer.updated(first.json["customer"]["id"], note="changed")

    again = writer.ask("POST", json={"idempotency_key": "k1", "note": "x", "given_name": "Ada", "unknown": 1})

    assert again.body == first.body
    assert len(listed(writer)) == 1


def test_keys_are_of_a_token(writer: Writer, own_shop: Shop) -> None:
    """Another token's same key is another; an empty key is none."""
    other = Writer(own_shop)
    ids = {one.created(given_name="Ada", idempotency_key="k")["id"] for one in (writer, other)}
    ids |= {writer.created(given_name="Ada", idempotency_key="")["id"] for _ in range(2)}

    assert len(ids) == 4


def test_a_key_of_somebody_who_was_deleted(writer: Writer) -> None:
    """Its answer is forgotten with the customer, so the same request makes a new one."""
    first = writer.created(given_name="Ada", idempotency_key="k")
    writer.ask("DELETE", f"/{first['id']}")

    assert writer.created(given_name="Ada", idempotency_key="k")["id"] != first["id"]


def test_a_sparse_update(writer: Writer) -> None:
    """What is named changes, null removes, the rest stays; the version counts."""
    made = writer.created(**AMELIA)

    after = writer.updated(
        made["id"],
        email_address="New.Amelia@example.com",
        phone_number=None,
        address={"postal_code": "10004"},
        version=0,
    )

    expected = made | {
        "email_address": "New.Amelia@example.com",
        "address": ADDRESS | {"postal_code": "10004"},
    }
    del expected["phone_number"]
    assert after == expected | {"version": 1, "updated_at": after["updated_at"]}
    assert after["updated_at"] > made["updated_at"]
    assert customer(writer.read(made["id"])) == after


def test_the_header_of_old_clients(writer: Writer) -> None:
    """`X-Clear-Null: true` asks for what null does anyway."""
    made = writer.created(**AMELIA)

    answer = writer.ask("PUT", f"/{made['id']}", json={"note": None}, headers={"X-Clear-Null": "true"})

    assert "note" not in customer(answer)


def test_an_empty_object_by_version(writer: Writer) -> None:
    """It changes nothing, but for clients of before null could remove a field."""
    made = writer.created(**AMELIA)

    assert writer.updated(made["id"], address={}) == made
    old = writer.ask("PUT", f"/{made['id']}", json={"address": {}}, headers={"Square-Version": "2022-08-17"})
    assert "address" not in customer(old)


def test_an_update_that_changes_nothing(writer: Writer) -> None:
    """It is no change: the version stays, and so does the time; also when all that was read is written back."""
    made = writer.created(**AMELIA)

    assert writer.updated(made["id"], **made) == made
    assert writer.updated(made["id"]) == made


def test_a_version_that_is_another(writer: Writer) -> None:
    """409, and nothing is changed; the current one goes through, and none at all as well."""
    made = writer.created(given_name="Ada")
    writer.updated(made["id"], note="one")

    late = writer.ask("PUT", f"/{made['id']}", json={"note": "late", "version": 0})

    assert (late.status, late.code) == (409, "CONFLICT")
    assert writer.updated(made["id"], note="two", version=1)["version"] == 2
    assert writer.updated(made["id"], note="three")["version"] == 3


def test_the_last_of_five_stays(writer: Writer) -> None:
    """An update may not make a nobody of somebody."""
    made = writer.created(given_name="Ada", note="x")

    answer = writer.ask("PUT", f"/{made['id']}", json={"given_name": None, "note": "changed"})

    assert (answer.status, answer.code) == (400, "BAD_REQUEST")
    assert customer(writer.read(made["id"])) == made
    assert (
        writer.updated(made["id"], given_name=None, company_name="Example & Co")["company_name"]
        == "Example & Co"
    )


def test_somebody_of_a_source(writer: Writer, own_shop: Shop) -> None:
    """An import's customer is edited like any other; what the source changes later wins, field by field."""
    contacts = [
        {"email": "work@example.com", "isPrimary": False},
        {"email": "ada@example.com", "isPrimary": True},
    ]
    own_shop.add(
        record("C-1", firstName="Ada", lastName="Example", customerEmails=contacts, companyName="Old")
    )
    [made] = writer.ask("GET").json["customers"]

    edited = writer.updated(
        made["id"], email_address="new@example.com", given_name="Adele", company_name="Edited"
    )
    own_shop.add(
        record("C-1", firstName="Ada", lastName="Example", customerEmails=contacts, companyName="Old")
    )
    assert customer(writer.read(made["id"])) == edited

    own_shop.add(
        record("C-1", firstName="Ada", lastName="Example", customerEmails=contacts, companyName="New")
    )
    after = customer(writer.read(made["id"]))

    assert (after["given_name"], after["email_address"]) == ("Adele", "new@example.com")
    assert (after["company_name"], after["version"]) == ("New", edited["version"] + 1)
    shown = own_shop.get(f"/pos/v2/{HERE}/customers/C-1").json
    assert {one["email"] for one in shown["customerEmails"]} == {"work@example.com", "new@example.com"}


def test_a_deletion(writer: Writer, own_shop: Shop) -> None:
    """`{}` and 200; then it is nobody's for every verb, and Shift4's dialect tells of it."""
    made = writer.created(given_name="Ada")

    answer = writer.ask("DELETE", f"/{made['id']}?version=0")

    assert (answer.status, answer.body) == (200, b"{}")
    gone = [
        writer.read(made["id"]),
        writer.ask("PUT", f"/{made['id']}", json={}),
        writer.ask("DELETE", f"/{made['id']}"),
    ]
    assert {(one.status, one.code) for one in gone} == {(404, "NOT_FOUND")}
    assert listed(writer) == []


def test_a_deletion_of_another_version(writer: Writer) -> None:
    """409, and it is still there."""
    made = writer.created(given_name="Ada")

    answer = writer.ask("DELETE", f"/{made['id']}?version=1")

    assert (answer.status, answer.code) == (409, "CONFLICT")
    assert customer(writer.read(made["id"])) == made


def test_where_a_new_customer_goes(own_shop: Shop) -> None:
    """To the only location of the token, else to the main one."""
    everywhere, there = Writer(own_shop), Writer(own_shop, THERE)

    everywhere.created(given_name="Main")
    there.created(given_name="There")

    shown = {place: own_shop.get(f"/pos/v2/{place}/customers").json["results"] for place in (HERE, THERE)}
    assert {place: [one["firstName"] for one in found] for place, found in shown.items()} == {
        HERE: ["Main"],
        THERE: ["There"],
    }


def test_customers_of_other_locations(own_shop: Shop) -> None:
    """To every verb, alone or in bulk, they are like nobody: the same answer, byte for byte, and untouched."""
    made = Writer(own_shop, THERE).created(given_name="Tove", idempotency_key="k")
    here, nobody = Writer(own_shop, HERE), "N" * len(made["id"])

    for method, said in (("GET", {}), ("PUT", {"json": {"note": "x", "version": 9}}), ("DELETE", {})):
        theirs = here.ask(method, f"/{made['id']}", **said)
        assert theirs.status == 404
        assert theirs.body == here.ask(method, f"/{nobody}", **said).body
    for verb in ("retrieve", "delete"):
        responses = here.bulk(verb, customer_ids=[made["id"], nobody])
        assert responses[made["id"]] == responses[nobody]
    responses = here.bulk("update", customers={made["id"]: {"note": "x"}, nobody: {"note": "x"}})
    assert responses[made["id"]] == responses[nobody]
    assert customer(Writer(own_shop).read(made["id"])) == made


def test_a_token_that_may_only_read(shop: Shop) -> None:
    """403 for whatever writes; reading in bulk is reading."""
    some = shop.get(f"{CUSTOMERS}?limit=1").json["customers"][0]

    for method, target in (("POST", ""), ("PUT", f"/{some['id']}"), ("DELETE", f"/{some['id']}"),
                           ("POST", "/bulk-create"), ("POST", "/bulk-update"), ("POST", "/bulk-delete")):  # fmt: skip
        assert shop.ask(method, CUSTOMERS + target, json={}).code == "INSUFFICIENT_SCOPES"
    answer = shop.ask("POST", f"{CUSTOMERS}/bulk-retrieve", json={"customer_ids": [some["id"]]})
    assert answer.json == {"responses": {some["id"]: {"customer": some}}}


def test_bulk_creation(writer: Writer) -> None:
    """Each under its key; one that is wrong holds up no other; again, it is the same again."""
    asked = {
        "k1": AMELIA,
        "k2": {"note": "nobody"},
        "k3": {"given_name": "Marie"},
        "k4": {"email_address": "x"},
    }

    first = writer.bulk("create", customers=asked)
    again = writer.bulk("create", customers=asked)

    assert list(first) == list(asked)
    assert first["k1"]["customer"]["given_name"] == "Amelia"
    assert [one["errors"][0]["code"] for one in (first["k2"], first["k4"])] == [
        "BAD_REQUEST",
        "INVALID_EMAIL_ADDRESS",
    ]
    assert again == first
    assert writer.created(**AMELIA, idempotency_key="k1") == first["k1"]["customer"]
    assert len(listed(writer)) == 2


def test_bulk_of_a_hundred(writer: Writer) -> None:
    """As many as there may be, of every verb."""
    made = writer.bulk(
        "create", customers={f"k{n}": {"given_name": f"N{n}"} for n in range(BULK_CUSTOMERS_MAX)}
    )
    ids = [one["customer"]["id"] for one in made.values()]
    assert len(set(ids)) == BULK_CUSTOMERS_MAX

    updated = writer.bulk("update", customers={one: {"note": "x", "version": 0} for one in ids})
    assert {one["customer"]["version"] for one in updated.values()} == {1}
    read = writer.bulk("retrieve", customer_ids=ids)
    assert read == updated
    assert writer.bulk("delete", customer_ids=[*ids[1:], ids[1]]) == {one: {} for one in ids[1:]}
    assert listed(writer) == ids[:1]


def test_bulk_update(writer: Writer) -> None:
    """Null removes; a version that is another and an id that is nobody's are errors of their own."""
    one, two = writer.created(**AMELIA), writer.created(given_name="Marie")

    said = writer.bulk(
        "update",
        customers={
            one["id"]: {"phone_number": None, "version": 0},
            two["id"]: {"note": "x", "version": 4},
            "NOBODY": {"note": "x"},
            "x" * 600: {"note": "x"},
        },
    )

    assert "phone_number" not in said[one["id"]]["customer"]
    assert [said[key]["errors"][0]["code"] for key in (two["id"], "NOBODY", "x" * 600)] == [
        "CONFLICT", "NOT_FOUND", "NOT_FOUND",
    ]  # fmt: skip
    assert customer(writer.read(two["id"])) == two


def test_bulk_with_hostile_keys(writer: Writer) -> None:
    """Keys are data: they come back as they were sent."""
    keys = ['"', "\\", "é\U0001f600", "a.b:c", "</script>", "\u2028", "0"]

    made = writer.bulk("create", customers={key: {"given_name": "Ada"} for key in keys})

    assert list(made) == keys
    assert all("customer" in one for one in made.values())


@pytest.mark.parametrize("customer_id", ["JGJC.APPOINTMENTS", "ccof:a-b_c", "q?x=1", "é", "a b", "100%"])
def test_ids_of_any_characters(writer: Writer, own_shop: Shop, customer_id: str) -> None:
    """An id that came from elsewhere is read, updated and deleted under its percent-encoded form, and in bulk."""
    own_shop.add(_square({"id": customer_id, "given_name": "Ada"}))
    target = "/" + quote(customer_id, safe="")

    assert customer(writer.ask("PUT", target, json={"note": "x"}))["id"] == customer_id
    assert writer.bulk("retrieve", customer_ids=[customer_id])[customer_id]["customer"]["note"] == "x"
    assert writer.ask("DELETE", target).body == b"{}"
    assert writer.ask("GET", target).code == "NOT_FOUND"


def test_cards_by_version(writer: Writer, own_shop: Shop) -> None:
    """What an update answers shows cards exactly where reading does."""
    page = {"customers": [{"id": "SQ1", "given_name": "Ada", "cards": [{"id": "c1", "last_4": "1111"}]}]}
    [one] = page["customers"]
    own_shop.add(_square(one))

    assert "cards" in writer.updated("SQ1", note="one")
    newer = writer.ask("PUT", "/SQ1", json={"note": "two"}, headers={"Square-Version": "2025-01-23"})
    assert "cards" not in customer(newer)


def _square(one: dict[str, Any]) -> Record:
    return Record("square", msgspec.json.encode(one), "page")
