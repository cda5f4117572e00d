"""Records in: nothing lost, nothing twice, names decided once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from regulars import errors, normalise
from regulars.directory import Directory, ingest, listing, lookup, places, preparing, quarantine, square_list
from regulars.model import instant
from regulars.model.place import Account, Grant
from regulars.model.record import Record, Unreadable
from regulars.wire import shift4
from tests.directory import world

SHOP, OTHER = 11, 12


@pytest.fixture
def account(directory: Directory) -> Account:
    return world.settle_in(directory, SHOP, OTHER)


def take(
    directory: Directory, account: Account, *records: Any, source: str = "files", location: int = SHOP
) -> Any:
    return ingest.batch(directory, account.account_id, location, source, records)


def served(directory: Directory, grant: Grant, location: int = SHOP) -> list[dict[str, Any]]:
    page = listing.page(directory, grant, location, skip=0, limit=100)
    return [json.loads(document) for document in page.documents]


def square(directory: Directory, grant: Grant, **options: Any) -> list[dict[str, Any]]:
    chosen = {"sort": "DEFAULT", "order": "ASC", "after": None, "limit": 100, "cards": True} | options
    page = square_list.page(directory, grant, **chosen)
    return [json.loads(document) for document in page.documents]


def test_the_same_record_twice_is_no_change(directory: Directory, account: Account, grant: Grant) -> None:
    """One customer, one change number, one updatedAt."""
    assert take(directory, account, world.person("1")).created == 1
    before = served(directory, grant)
    done = take(directory, account, world.person("1"))
    assert (done.created, done.updated, done.unchanged) == (0, 0, 1)
    assert served(directory, grant) == before


def test_a_newer_record_that_changes_nothing_is_kept_all_the_same(
    directory: Directory, account: Account, grant: Grant
) -> None:
    """The latest bytes are the record; the customer and its change time stay."""
    take(directory, account, world.record("1", firstName="Ada"))
    before = served(directory, grant)
    later = Record(
        "shift4", b'{"posRef": "1", "firstName": "Ada", "updatedAt": "2024-01-01T00:00:00Z"}', "later:9"
    )
    assert take(directory, account, later).unchanged == 1
    assert served(directory, grant) == before
    (shown,) = lookup.show(directory, account.account_id, "1")
    assert (shown.record.raw, shown.record.place) == (later.raw, "later:9")


def test_two_sources_never_share_a_customer(directory: Directory, account: Account, grant: Grant) -> None:
    """The second source's posRef gets its name in front, for ever, also when the first is gone."""
    take(directory, account, world.person("1", "Ada"), source="till")
    take(directory, account, world.person("1", "Bo"), world.person("files:1", "Cy"), source="files")
    names = {one["posRef"]: one["firstName"] for one in served(directory, grant)}
    assert names.keys() == {"1", "files:1", "files:files:1"}
    assert names["1"] == "Ada"
    take(directory, account, world.person("1", "Bob"), source="files")
    assert {one["firstName"] for one in served(directory, grant)} == {"Ada", "Bob", "Cy"}
    assert {one["posRef"] for one in served(directory, grant)} == set(names)


def test_a_square_id_in_use_gives_way(directory: Directory, account: Account, grant: Grant) -> None:
    """The second customer of the account with the same Square id gets a new one, with a problem noted, and keeps it."""
    same = Record("square", b'{"id": "SQ1", "given_name": "Ada"}')
    take(directory, account, same, location=SHOP)
    take(directory, account, same, location=OTHER)
    ids = [one["id"] for one in square(directory, grant)]
    assert "SQ1" in ids
    assert len(set(ids)) == 2
    (shown,) = lookup.show(directory, account.account_id, "SQ1", location_id=SHOP)
    assert shown.problems == ()
    again = Record("square", b'{"id": "SQ1", "given_name": "Ada", "note": "x"}')
    take(directory, account, again, location=OTHER)
    assert [one["id"] for one in square(directory, grant)] == ids
    other = next(one for one in ids if one != "SQ1")
    (shown,) = lookup.show(directory, account.account_id, other)
    assert [(problem.field, problem.rule) for problem in shown.problems] == [("id", "taken")]


def test_ids_made_here_increase_in_the_order_of_making(
    directory: Directory, account: Account, grant: Grant
) -> None:
    """26 characters of Square's kind, sorted as the customers came."""
    take(directory, account, *(world.person(str(number)) for number in range(50)))
    ids = [one["id"] for one in square(directory, grant, sort="CREATED_AT")]
    assert ids == sorted(ids)
    assert {len(id) for id in ids} == {26}
    assert [one["reference_id"] for one in square(directory, grant, sort="CREATED_AT")] == [
        str(n) for n in range(50)
    ]


def test_square_always_says_what_it_must(directory: Directory, account: Account, grant: Grant) -> None:
    """id, created_at, updated_at, creation_source, preferences, version: present whatever the record holds."""
    take(directory, account, world.record("1", firstName="Ada"))
    (one,) = square(directory, grant)
    assert one.keys() >= {"id", "created_at", "updated_at", "creation_source", "preferences", "version"}
    assert (one["creation_source"], one["version"], one["preferences"]) == (
        "IMPORT",
        0,
        {"email_unsubscribed": False},
    )


def test_only_customers_with_public_information_are_in_squares_list(
    directory: Directory, account: Account, grant: Grant
) -> None:
    """Neither listed nor counted without a name, company, e-mail or phone; in Shift4's list all the same."""
    take(directory, account, world.record("1"), world.record("2", companyName="Example Ltd"))
    assert [one["reference_id"] for one in square(directory, grant)] == ["2"]
    assert square_list.count(directory, grant) == 1
    assert len(served(directory, grant)) == 2
    take(directory, account, world.record("1", firstName="Ada"))
    assert square_list.count(directory, grant) == 2
    take(directory, account, world.record("1"))
    assert square_list.count(directory, grant) == 1


def test_groups_segments_and_cards_are_spliced_in(
    directory: Directory, account: Account, grant: Grant
) -> None:
    """In the seed's places; cards only for those who are to see them; changing them is a change."""
    raw = (
        b'{"id":"SQ1","given_name":"Ada","group_ids":["G"],"segment_ids":["S.REACHABLE"],'
        b'"cards":[{"id":"ccof:x","card_brand":"VISA","last_4":"1111","exp_month":1,"exp_year":2030}]}'
    )
    take(directory, account, Record("square", raw))
    (one,) = square(directory, grant)
    assert list(one) == [
        "created_at", "creation_source", "given_name", "group_ids", "id", "preferences",
        "segment_ids", "updated_at", "version", "cards",
    ]  # fmt: skip
    assert one["cards"][0]["last_4"] == "1111"
    assert "cards" not in square(directory, grant, cards=False)[0]
    assert take(directory, account, Record("square", b'{"id":"SQ1","given_name":"Ada"}')).updated == 1
    assert square(directory, grant)[0].keys().isdisjoint({"cards", "group_ids", "segment_ids"})


def test_a_record_without_a_ref_is_known_again_by_what_it_holds(
    directory: Directory, account: Account, grant: Grant
) -> None:
    """By its e-mail, else its phone, else the whole row; the posRef tells none of them."""
    first = [
        world.person(None, email="Ada@Example.com", phone="+12125554240"),
        world.person(None, "Bo", phone="+12125554241"),
        world.person(None, "Cy"),
    ]
    assert take(directory, account, *first).created == 3
    later = [
        world.person(None, "Ada Maria", email="ada@example.com"),
        world.person(None, "Bob", phone="(212) 555-4241"),
        world.person(None, "Cy"),
    ]
    done = take(directory, account, *later)
    assert (done.created, done.updated, done.unchanged) == (0, 2, 1)
    assert all(
        "example" not in one["posRef"] and "4241" not in one["posRef"] for one in served(directory, grant)
    )


def test_created_at_is_the_first_stamp_when_the_pos_says_none(
    directory: Directory, account: Account, grant: Grant
) -> None:
    """Distinct, in the order of the file, and kept when the customer changes."""
    take(directory, account, *(world.person(str(number)) for number in range(3)))
    before = [one["createdAt"] for one in served(directory, grant)]
    times = [instant.parse(text) for text in before]
    assert times == sorted(set(times), key=lambda time: time or 0)
    take(directory, account, world.person("0", "Changed"))
    assert [one["createdAt"] for one in served(directory, grant)] == before


def test_what_cannot_be_read_is_kept_once_and_can_be_replayed(
    directory: Directory, account: Account, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quarantined with bytes and reason, once however often it comes; replay takes in what can be read now."""
    broken = Record("shift4", b'{"posRef": "1", ', "page.json:3")
    lines = Unreadable(b"\xff\xfe,", "people.csv:7", "The row is not UTF-8")
    for _ in range(2):
        done = take(directory, account, broken, world.person("2"), lines)
        assert (done.read, done.quarantined) == (3, 2)
    held = quarantine.every(directory, account.account_id)
    assert [(one.place, one.raw, one.source) for one in held] == [
        ("page.json:3", broken.raw, "files"),
        ("people.csv:7", lines.raw, "files"),
    ]
    assert quarantine.replay(directory, account.account_id, None).quarantined == 2
    from regulars.directory import preparing
    from regulars.model.customer import Customer

    monkeypatch.setattr(preparing, "read", lambda record: Customer(pos_ref="1", first_name="Mended"))
    assert quarantine.replay(directory, account.account_id, [held[0].number]).created == 1
    assert [one.number for one in quarantine.every(directory, account.account_id)] == [held[1].number]
    assert "Mended" in {one["firstName"] for one in served(directory, grant)}
    assert quarantine.drop(directory, account.account_id, None) == 1
    with pytest.raises(errors.NotFound):
        quarantine.one(directory, account.account_id, held[1].number)


def test_a_record_too_large_is_quarantined(directory: Directory, account: Account) -> None:
    """Over a megabyte: kept, cut, explained."""
    huge = Record("shift4", b'{"posRef": "1", "firstName": "' + b"x" * 1_048_576 + b'"}')
    assert take(directory, account, huge).quarantined == 1


def test_unknown_places_are_refused(directory: Directory, account: Account) -> None:
    """An unknown location or an unusable source name stops the call before anything is written."""
    with pytest.raises(errors.NotFound):
        take(directory, account, world.person("1"), location=99)
    with pytest.raises(errors.Invalid):
        take(directory, account, world.person("1"), source=" ")


def test_a_batch_is_cut_by_time(
    directory: Directory, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pace follows what transactions take: slow ones get small, fast ones at most double."""
    pace = directory.pace
    pace.learn(pace.rows, 1.0)
    assert pace.rows == pace.rows_min
    for _ in range(20):
        pace.learn(pace.rows, 0.001)
    assert pace.rows == 1_000
    assert take(directory, account, *(world.person(str(number)) for number in range(2_500))).created == 2_500


@pytest.mark.parametrize("name", ["Ada", "Ada\tMaria", "Ada\x7f", "Ad\u00e1\x85", "Ada\\", "\x01"])
@pytest.mark.parametrize("is_escaped", [False, True])
def test_records_without_control_characters_are_known_by_their_bytes(name: str, *, is_escaped: bool) -> None:
    """A record is looked through field by field unless its bytes say that it need not be; both say the same."""
    text = json.dumps({"posRef": "1", "lastName": name}, ensure_ascii=is_escaped)

    made = ingest.preview(Record("shift4", text.encode()), "US")

    assert made == normalise.customer(shift4.read(text.encode()), region="US")


def test_transactions_are_large_while_nobody_serves(directory: Directory, account: Account) -> None:
    """No request waits then. Whoever begins to serve does not wait for a transaction as large as before."""
    is_alone = True
    directory.is_alone = lambda: is_alone
    sizes: list[int] = []

    def noted(_done: Any) -> None:
        sizes.append(directory.pace.rows)

    def work() -> preparing.Work:
        location = places.location(directory, account.account_id, SHOP)
        return preparing.Work(
            location=location,
            source_id=1,
            source="files",
            creation_source="IMPORT",
            key=directory.key("posRef"),
            merchant_id=account.merchant_id,
            index=directory.store.index,
        )

    take(directory, account, world.person("first"))
    ingest.every(directory, work(), [world.person(str(number)) for number in range(400)], within=noted)
    is_alone = False
    ingest.every(
        directory,
        work(),
        [world.person(str(number)) for number in range(directory.pace.rows_min)],
        within=noted,
    )

    assert sizes == [1_000, directory.pace.rows_min]
