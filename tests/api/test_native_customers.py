"""`/v1/customers`: whole customers, lists, searches and writes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from regulars import limits
from regulars.model.place import Scope
from tests.api.shop import HERE, THERE, Answered, Shop
from tests.directory.world import person, record

WRITE: tuple[Scope, ...] = ("customers:read", "customers:write")


class Client:
    """The shop, asked with a token that may write."""

    def __init__(self, shop: Shop, *location_ids: int) -> None:
        self.shop = shop
        self.token = shop.token(*location_ids, scopes=WRITE)

    def ask(self, method: str, target: str, **said: Any) -> Answered:
        return self.shop.ask(method, target, token=self.token, **said)

    def create(self, *, key: str | None = None, **fields: Any) -> Answered:
        headers = {"Idempotency-Key": key} if key else None
        return self.ask("POST", "/v1/customers", json=fields, headers=headers)

    def put(self, id: str, **fields: Any) -> Answered:
        return self.ask("PUT", f"/v1/customers/{id}", json=fields)

    def read(self, id: str) -> Answered:
        return self.ask("GET", f"/v1/customers/{id}")

    def listed(self, **parameters: Any) -> list[dict[str, Any]]:
        """The whole list, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.ask("GET", f"/v1/customers?{urlencode(parameters)}")
            assert page.status == 200, page.json
            found += page.json["customers"]
            if "cursor" not in page.json:
                return found
            parameters["cursor"] = page.json["cursor"]

    def searched(self, *texts: dict[str, str], limit: int = 100) -> list[str]:
        """The first names that a search finds, page by page."""
        found: list[str] = []
        asked: dict[str, Any] = {"any": texts, "limit": limit}
        while True:
            page = self.ask("POST", "/v1/customers/search", json=asked)
            assert page.status == 200, page.json
            found += [one["first_name"] for one in page.json["customers"]]
            if "cursor" not in page.json:
                return found
            asked["cursor"] = page.json["cursor"]


@pytest.fixture
def client(own_shop: Shop) -> Client:
    return Client(own_shop)


def names(found: list[dict[str, Any]]) -> list[str]:
    return [one["first_name"] for one in found]


# --- one customer -------------------------------------------------------------------------------------------


def test_a_customer_with_its_provenance(client: Client) -> None:
    """All of an imported customer is told: source, record, what came and what was understood, and what is wrong."""
    client.shop.add(
        record(
            "C-7",
            firstName="Zoë",
            createdAt="2020-02-03T04:05:06Z",
            updatedAt="2021-02-03T04:05:06Z",
            customerEmails=[{"email": "zoe@example.com"}, {"email": "no e-mail"}],
            customerPhones=[{"phone": "(212) 555-4240"}],
            customerAddresses=[{"street": "1 Example St", "state": "New York", "country": "USA"}],
        )
    )
    [listed] = client.listed()
    shown = client.read(listed["id"]).json

    assert shown == listed
    assert (shown["pos_ref"], shown["ref"], shown["source"]) == ("C-7", "C-7", "files")
    assert (shown["location_id"], shown["version"], shown["edited_fields"]) == (HERE, 0, [])
    assert shown["record"]["format"] == "shift4"
    assert shown["record"]["created_at"] == "2020-02-03T04:05:06Z"
    assert shown["record"]["updated_at"] == "2021-02-03T04:05:06Z"
    assert [one["text"] for one in shown["emails"]] == ["zoe@example.com", "no e-mail"]
    assert [one["address"] for one in shown["emails"]] == ["zoe@example.com", None]
    assert shown["phones"][0]["text"] == "(212) 555-4240"
    assert shown["phones"][0]["e164"] == "+12125554240"
    assert (shown["addresses"][0]["state_code"], shown["addresses"][0]["country_code"]) == ("NY", "US")
    assert {"field": "email", "rule": "not_an_email", "at": 1} in shown["problems"]
    assert "change_no" not in shown


def test_an_edit_is_told_apart_from_the_record(client: Client) -> None:
    """`edited_fields` names what was changed here, and nothing when it is as the record says again."""
    client.shop.add(person("C-1", "Ada", "Example"))
    [before] = client.listed()

    edited = client.put(before["id"], note="by hand", first_name="Augusta").json
    assert edited["edited_fields"] == ["first_name", "note"]
    assert (edited["version"], edited["first_name"], edited["source"]) == (1, "Augusta", "files")
    assert edited["updated_at"] > before["updated_at"]

    again = client.put(before["id"], note=None, first_name="Ada").json
    assert (again["edited_fields"], again["note"]) == ([], None)


def test_what_is_not_there_and_what_is_elsewhere(client: Client) -> None:
    """Both are 404, for every verb."""
    client.shop.add(person("T-1", "Tove", "There"), location_id=THERE)
    [there] = client.listed()
    narrow = Client(client.shop, HERE)
    for id in (there["id"], "nobody", "x" * 600):
        assert narrow.read(id).status == 404
        assert narrow.put(id, note="x").status == 404
        assert narrow.ask("DELETE", f"/v1/customers/{id}").status == 404
    assert narrow.ask("GET", f"/v1/customers?location={THERE}").status == 404
    assert narrow.listed() == []


def test_a_customer_merged_away_answers_with_the_survivor(client: Client) -> None:
    """As in Square's dialect."""
    a, b = (client.create(first_name=name).json["id"] for name in ("Ada", "Grace"))
    assert client.ask("POST", f"/v1/customers/{a}/merge", json={"from": [b]}).status == 200
    assert client.read(b).json == client.read(a).json
    assert len(client.listed()) == 1


# --- writing ------------------------------------------------------------------------------------------------


def test_create_and_read_all_contacts(client: Client) -> None:
    """Several e-mails, phones and addresses are written and read, with one primary of each."""
    made = client.create(
        location_id=THERE,
        first_name="Ada",
        birthday="0000-12-10",
        email_unsubscribed=True,
        emails=[{"text": "ada@example.com"}, {"text": "ADA@Example.org", "is_primary": True}],
        phones=[{"text": "212 555 4240", "type": "WORK", "extension": "12"}, {"text": "212-555-4241"}],
        addresses=[
            {"city": "Exampleville", "type": "HOME", "country": "USA"},
            {"city": "Sampleton", "country": "de"},
        ],
    )
    assert made.status == 200, made.json
    shown = made.json
    assert shown == client.read(shown["id"]).json
    assert (shown["source"], shown["location_id"], shown["version"]) == ("api", THERE, 0)
    assert [(one["text"], one["is_primary"]) for one in shown["emails"]] == [
        ("ada@example.com", False),
        ("ADA@Example.org", True),
    ]
    assert shown["phones"][0]["e164"] == "+12125554240"
    assert (shown["phones"][0]["type"], shown["phones"][0]["extension"]) == ("WORK", "12")
    assert shown["addresses"][1]["country_code"] == "DE"
    assert (shown["birthday"], shown["email_unsubscribed"]) == ("0000-12-10", True)


def test_an_update_is_sparse(client: Client) -> None:
    """What is absent stays, null clears, a list replaces; what is written back as it was read changes nothing."""
    made = client.create(
        first_name="Ada",
        nickname="A",
        note="n",
        emails=[{"text": "ada@example.com", "is_verified": True}, {"text": "two@example.com"}],
    ).json
    same = client.put(
        made["id"], **{name: made[name] for name in ("first_name", "emails", "phones", "addresses")}
    )
    assert same.json == made

    changed = client.put(made["id"], nickname=None, emails=[{"text": "ada@example.com"}]).json
    assert (changed["first_name"], changed["note"], changed["nickname"]) == ("Ada", "n", None)
    [email] = changed["emails"]
    assert (email["text"], email["is_verified"], email["is_primary"]) == ("ada@example.com", True, True)
    assert client.put(made["id"], emails=None).json["emails"] == []


def test_versions(client: Client) -> None:
    """A change or a deletion under an old version is a conflict, and does nothing."""
    made = client.create(first_name="Ada").json
    assert client.put(made["id"], note="one", version=0).json["version"] == 1
    assert client.put(made["id"], note="two", version=0).status == 409
    assert client.ask("DELETE", f"/v1/customers/{made['id']}?version=0").status == 409
    assert client.read(made["id"]).json["note"] == "one"
    assert client.ask("DELETE", f"/v1/customers/{made['id']}?version=1").json == {}
    assert client.read(made["id"]).status == 404


def test_idempotency_keys(client: Client) -> None:
    """The same request under a key gives the same bytes and one customer; another request is refused."""
    first = client.create(key="k", first_name="Ada")
    assert client.create(key="k", first_name="Ada").body == first.body
    assert client.create(key="k", first_name="Grace").status == 400
    assert len(client.listed()) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"note": "nobody"},
        {"first_name": " "},
        {"first_name": "x" * 301},
        {"first_name": 1},
        {"first_name": "Ada", "emails": [{"text": "no e-mail"}]},
        {"first_name": "Ada", "emails": [{}]},
        {"first_name": "Ada", "emails": [{"text": "ada@example.com"}] * 101},
        {"first_name": "Ada", "phones": [{"text": "12"}]},
        {"first_name": "Ada", "phones": [{"text": "212 555 4240", "type": "CAR"}]},
        {"first_name": "Ada", "addresses": [{"is_primary": True}]},
        {"first_name": "Ada", "birthday": "1999-02-29"},
        {"first_name": "Ada", "birthday": "yesterday"},
        {"first_name": "Ada", "eu_vat": "no vat"},
        {"first_name": "Ada", "location_id": 999},
    ],
)
def test_what_breaks_a_rule_writes_nothing(client: Client, fields: dict[str, Any]) -> None:
    """It is a problem of status 400 that does not repeat the input."""
    refused = client.create(**fields)
    assert refused.status == 400
    assert refused.headers["content-type"] == "application/problem+json"
    assert client.listed() == []


def test_nobody_is_made_nobody(client: Client) -> None:
    """An update cannot take the last name from somebody."""
    made = client.create(first_name="Ada").json
    assert client.put(made["id"], first_name=None).status == 400
    assert client.read(made["id"]).json == made


# --- lists and searches -------------------------------------------------------------------------------------


def test_the_list_holds_everybody_once(client: Client) -> None:
    """Location by location, first seen first, whatever the page's size."""
    for number in range(7):
        client.shop.add(person(f"C-{number}", f"H{number}", "Here"))
        client.shop.add(person(f"T-{number}", f"T{number}", "There"), location_id=THERE)
    every = [f"H{number}" for number in range(7)] + [f"T{number}" for number in range(7)]
    for limit in (1, 2, 7, 100):
        assert names(client.listed(limit=limit)) == every
    assert names(client.listed(location=THERE, limit=3)) == every[7:]
    assert names(Client(client.shop, HERE).listed()) == every[:7]


def test_the_list_in_the_order_of_changes(client: Client) -> None:
    """With a time, customers come in the order they changed, over all locations; the bounds are exclusive."""
    client.shop.add(*(person(f"C-{number}", f"H{number}", "Here") for number in range(3)))
    client.shop.add(*(person(f"T-{number}", f"T{number}", "There") for number in range(3)), location_id=THERE)
    every = client.listed()
    client.put(every[1]["id"], note="later")
    for limit in (1, 4, 100):
        found = client.listed(updated_after="2000-01-01", limit=limit)
        assert names(found) == ["H0", "H2", "T0", "T1", "T2", "H1"]
    times = [one["updated_at"] for one in found]
    assert names(client.listed(updated_after=times[1], updated_before=times[4])) == ["T0", "T1"]
    assert names(client.listed(updated_before=times[1])) == ["H0"]
    assert names(client.listed(updated_after=times[4], search="here")) == ["H1"]


def test_search_finds_whom_shift4s_finds(shop: Shop) -> None:
    """At each location, in an order of its own; nobody is mistyped here."""
    client = Client(shop)
    for text in ("zoe", "o'example", "example", "212 555", "zoe@", "C-1", "nobody", "tove", "!!", "a b c"):
        for location in (HERE, THERE):
            theirs = shop.listed(f"/pos/v2/{location}/customers", search=text, pageSize="100").json["results"]
            total = shop.listed(f"/pos/v2/{location}/customers", search=text).json["meta"]["totalCount"]
            ours = client.listed(search=text, location=location, limit=7)
            assert len(ours) == total
            assert {one["match"] for one in ours} <= {"exact"}
            assert {one["posRef"] for one in theirs} <= {one["pos_ref"] for one in ours}
    both = client.listed(search="tove") + client.listed(search="zoe")
    assert {one["location_id"] for one in both} == {HERE, THERE}


def test_any_of_several_texts(client: Client) -> None:
    """Each customer that one of the texts finds, once; a name is looked for in names only, and so on."""
    client.create(first_name="Ada", emails=[{"text": "ada@example.com"}], phones=[{"text": "212 555 4240"}])
    client.create(first_name="Grace", emails=[{"text": "grace.ada@example.com"}])
    client.create(first_name="Ida", company_name="Ada's", phones=[{"text": "+1 (212) 555-4241"}])
    client.create(first_name="Tove", location_id=THERE, emails=[{"text": "ADA@example.com"}])

    assert client.searched({"name": "ada"}) == ["Ada", "Ida"]
    assert client.searched({"search": "ada"}) == ["Ada", "Grace", "Ida", "Tove"]
    assert client.searched({"email": "Ada@Example.com"}) == ["Ada", "Tove"]
    assert client.searched({"phone": "(212) 555-4241"}) == ["Ida"]
    assert client.searched({"phone": "555-4241"}) == []
    for limit in (1, 2, 100):
        found = client.searched(
            {"name": "ada"}, {"email": "ada@example.com"}, {"phone": "+12125554240"}, limit=limit
        )
        assert found == ["Ada", "Ida", "Tove"]
    narrow = Client(client.shop, HERE)
    assert narrow.searched({"email": "ada@example.com"}) == ["Ada"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"any": []},
        {"any": [{}]},
        {"any": [{"name": "a", "email": "b"}]},
        {"any": [{"name": "a"}] * (limits.NATIVE_SEARCHES_MAX + 1)},
        {"any": [{"name": "a" * 201}]},
        {"any": [{"name": "a"}], "limit": 0},
        {"any": [{"name": "a"}], "cursor": "AAAA"},
    ],
)
def test_a_search_that_cannot_be_understood(client: Client, asked: dict[str, Any]) -> None:
    """It is a problem of status 400."""
    assert client.ask("POST", "/v1/customers/search", json=asked).status == 400


def test_a_search_that_looks_at_many_goes_on(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page ends when it has looked at so many in vain; the next ones find the rest."""
    monkeypatch.setattr(limits, "NATIVE_SEARCH_LOOKS_MAX", 2)
    for number in range(5):
        client.create(first_name=f"N{number}", emails=[{"text": f"ada.{number}@example.com"}])
    client.create(first_name="Ada")
    first = client.ask("POST", "/v1/customers/search", json={"any": [{"name": "ada"}]}).json
    assert first["customers"] == []
    assert "cursor" in first
    assert client.searched({"name": "ada"}) == ["Ada"]


def test_a_cursor_belongs_to_its_question(client: Client) -> None:
    """With other parameters it is not valid, nor in another account's hands."""
    client.shop.add(*(person(f"C-{number}", f"H{number}", "Here") for number in range(3)))
    cursor = client.ask("GET", "/v1/customers?limit=1").json["cursor"]
    assert client.ask("GET", f"/v1/customers?limit=2&cursor={cursor}").status == 200
    assert client.ask("GET", f"/v1/customers?location={HERE}&cursor={cursor}").status == 400
    assert client.ask("GET", f"/v1/changes?after={cursor}").status == 400
    assert client.ask("GET", "/v1/customers?cursor=x").status == 400


def test_pins_are_set_whole(own_shop: Shop) -> None:
    """PUT …/pins says all of them; a source's next record does not get past them."""
    client = Client(own_shop)
    own_shop.add(person("C-1", "Ada", "Example"))
    [one] = client.listed()
    assert one["pinned_fields"] == []

    answer = client.ask(
        "PUT", f"/v1/customers/{one['id']}/pins", json={"fields": ["note", "last_name", "note"]}
    )

    assert answer.status == 200
    assert answer.json == one | {"pinned_fields": ["last_name", "note"]} == client.read(one["id"]).json
    own_shop.add(person("C-1", "Eve", "Other"))
    [after] = client.listed()
    assert (after["first_name"], after["last_name"], after["edited_fields"]) == (
        "Eve",
        "Example",
        ["last_name"],
    )
    assert (
        client.ask("PUT", f"/v1/customers/{one['id']}/pins", json={"fields": []}).json["pinned_fields"] == []
    )


def test_a_wrong_pin_pins_nothing(own_shop: Shop) -> None:
    """A field that no pin holds, too many, none said, and somebody who is not there."""
    client = Client(own_shop)
    own_shop.add(person("C-1"))
    [one] = client.listed()
    pins = f"/v1/customers/{one['id']}/pins"

    wrong: list[Any] = [{"fields": ["id"]}, {"fields": ["note"] * 13}, {}, {"fields": None}, []]
    for body in wrong:
        assert client.ask("PUT", pins, json=body).status == 400
    assert client.ask("PUT", "/v1/customers/NOBODY/pins", json={"fields": []}).status == 404
    assert own_shop.ask("PUT", pins, json={"fields": []}).status == 403
    assert client.read(one["id"]).json["pinned_fields"] == []
