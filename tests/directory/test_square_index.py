"""The index of Square's search: filled when an older store is opened, wiped with the customer, cheap to ask."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from regulars.app.opening import open_directory
from regulars.directory import Directory, deletion, editing, filling, ingest, places, square_search
from regulars.directory.square_search import Search
from regulars.model.customer_filter import CustomerFilter, Own, Sources, Text, Times
from regulars.model.place import Grant
from regulars.model.record import Record
from tests.directory.world import Clock, grant_of, opened, person, settle_in
from tests.engines import Engine

HERE, THERE = 9, 3  # the later number in the store has the smaller id
RARE = "龘靐齉"


def found(directory: Directory, grant: Grant, *, count: bool = False, limit: int = 100, **own: Any) -> Any:
    search = Search(CustomerFilter(own=Own(**own)), "DEFAULT", "ASC", None, limit)
    page, total = square_search.page(directory, grant, search, cards=False, count=count)
    return total if count else len(page.documents)


def everybody_found(directory: Directory, grant: Grant) -> dict[str, int]:
    """How many are found by this and that."""
    asked: dict[str, dict[str, Any]] = {
        "piece": {"email_address": Text(fuzzy="xample")},
        "short": {"email_address": Text(fuzzy="om")},
        "phone": {"phone_number": Text(fuzzy="42")},
        "reference": {"reference_id": Text(fuzzy="ef")},
        "exact": {"reference_id": Text(exact="mixed-REF-3")},
        "odd": {"email_address": Text(exact="No@mail")},
    }
    return {name: found(directory, grant, **own) for name, own in asked.items()}


def take_in(directory: Directory) -> None:
    account = settle_in(directory, HERE, THERE)
    for location_id in (HERE, THERE):
        people = [
            person(f"Mixed-Ref-{n}", f"N{n}", phone=f"+1 212 555 42{n:02}", email=f"p{n}@example.com")
            for n in range(7)
        ]
        ingest.batch(directory, account.account_id, location_id, "files", people)
    odd = Record("square", b'{"id": "SQ1", "given_name": "Odd", "email_address": "no@mail"}', "test")
    ingest.batch(directory, account.account_id, HERE, "square", [odd])
    with editing.edits(directory):
        who = editing.find(directory, grant_of(account), "SQ1")
        editing.update(directory, who, lambda customer: structs.replace(customer, note="edited"))


def made_older(directory: Directory) -> None:
    """Takes away all that version 6 of the schema brought, as a store has it that was made before."""
    connection = directory.store.connection
    for statement in (
        "DROP TABLE part_term",
        "DROP TABLE part",
        "INSERT INTO find (find) VALUES ('delete-all')",
        "DELETE FROM migration WHERE number = 6",
    ):
        connection.execute(statement)


@pytest.mark.engines("SQLite", "SQLite, encrypted", why="it takes away tables that only SQLite has")
def test_an_older_store_is_filled_when_it_is_opened(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody is found as before, whoever died while it was filled."""
    monkeypatch.setattr(filling, "_CUSTOMERS", 4)
    with opened(tmp_path / "data", engine=engine) as directory:
        take_in(directory)
        grant = grant_of(places.account(directory, "default"))
        before = everybody_found(directory, grant)
        made_older(directory)
    with opened(tmp_path / "data", engine=engine) as directory, directory.store.write():
        assert filling._step(directory) == 4  # brought up to date and begun; then its process dies

    directory = open_directory(tmp_path / "data", key_file=engine.key_file)

    assert before == {"piece": 14, "short": 15, "phone": 14, "reference": 14, "exact": 2, "odd": 1}
    assert everybody_found(directory, grant) == before
    assert directory.store.maybe("meta", {"name": "parts to fill"}) is None
    directory.close()


def test_a_new_store_has_nothing_to_fill(tmp_path: Path, engine: Engine) -> None:
    """No mark is left that every opening would look at."""
    with opened(tmp_path / "data", engine=engine) as directory:
        assert directory.store.maybe("meta", {"name": "parts to fill"}) is None


@pytest.mark.engines("SQLite", why="it looks for the bytes in the file, where they are to be read")
def test_deleted_pieces_leave_no_byte(tmp_path: Path, engine: Engine) -> None:
    """Neither in the index of pieces nor in the log, once they are purged."""
    with opened(tmp_path / "data", engine=engine) as directory:
        take_in(directory)
        account = places.account(directory, "default")
        canary = {
            "id": "CANARY",
            "given_name": "C",
            "email_address": f"{RARE}@x.test",
            "reference_id": f"{RARE} 1",
        }
        raw = str(canary).replace("'", '"').encode()
        ingest.batch(directory, account.account_id, HERE, "square", [Record("square", raw, "test")])
        ingest.settle(directory)
        assert any(RARE[2].encode() in file.read_bytes() for file in (tmp_path / "data").glob("regulars.db*"))

        deletion.delete(directory, account.account_id, ["CANARY"])
        assert found(directory, grant_of(account), email_address=Text(fuzzy=RARE)) == 0
        assert deletion.purge(directory)

        for file in (tmp_path / "data").glob("regulars.db*"):
            assert not [one for one in RARE if one.encode() in file.read_bytes()]


class Steps:
    """How many steps of SQLite's virtual machine some work takes: the same on every machine."""

    def __init__(self, directory: Directory) -> None:
        self._connection = directory.store.connection
        self.count = 0

    def of(self, work: Callable[[], object]) -> int:
        self.count = 0
        self._connection.set_progress_handler(self._tick, 20)
        try:
            work()
        finally:
            self._connection.set_progress_handler(None)
        return self.count

    def _tick(self) -> bool:
        self.count += 1
        return False


ASKED: dict[str, dict[str, Any]] = {
    "an exact e-mail": {"email_address": Text(exact="rare.bird@example.org")},
    "a fuzzy e-mail": {"email_address": Text(fuzzy="bird rare")},
    "two characters": {"email_address": Text(fuzzy="zq")},
    "an exact phone": {"phone_number": Text(exact="+4971112345678")},
    "a fuzzy phone": {"phone_number": Text(fuzzy="711123456")},
    "an exact reference": {"reference_id": Text(exact="rare-1")},
    "a fuzzy reference": {"reference_id": Text(fuzzy="are 1")},
    "a rare source": {"creation_source": Sources(("LOYALTY",))},
    "a frequent source kept out": {"creation_source": Sources(("IMPORT",), "EXCLUDE")},
    "a time": {"created_at": Times(5_000_000, 5_000_001)},
    "a frequent and a rare one": {"email_address": Text(fuzzy="example"), "reference_id": Text(fuzzy="rare")},
    "a dense one": {"email_address": Text(fuzzy="example")},
}


@pytest.mark.engines("SQLite", why="it counts the steps of SQLite's virtual machine")
def test_what_a_search_costs_is_not_the_directory(tmp_path: Path, engine: Engine) -> None:
    """With four times the customers, a search that finds the same takes about the same steps, counted or not."""
    costs: list[dict[str, int]] = []
    with opened(tmp_path / "data", clock=Clock(), engine=engine) as directory:
        account = settle_in(directory, HERE)
        rare = (
            b'{"id": "RARE", "given_name": "Rare", "email_address": "rare.bird@example.org", "reference_id": "rare-1",'
            b' "phone_number": "+49 711 12345678", "created_at": "1970-01-01T00:00:05Z",'
            b' "creation_source": "LOYALTY"}'
        )
        ingest.batch(directory, account.account_id, HERE, "square", [Record("square", rare, "test")])
        steps, grant = Steps(directory), grant_of(account)
        for start, end in ((0, 5_500), (5_500, 22_000)):
            people = [person(f"n{n}", f"N{n}", email=f"p{n}@example.com") for n in range(start, end)]
            ingest.batch(directory, account.account_id, HERE, "files", people)
            ingest.settle(directory)
            costs.append({})
            for name, own in ASKED.items():
                for count in (False, True):
                    if count and name == "a dense one":
                        continue  # it finds the directory
                    ask = lambda own=own, count=count: found(directory, grant, count=count, **own)  # noqa: E731
                    costs[-1][f"{name}, counted: {count}"] = steps.of(ask)
    small, large = costs
    grown = {name: (small[name], large[name]) for name in small if large[name] > 1.5 * small[name] + 200}
    assert grown == {}
