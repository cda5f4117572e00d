"""Faults of a list whose cursor and filters are in the body, as those of SearchCustomers are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import UNSET, Struct, UnsetType

from regulars import errors
from regulars.api import fault_pages
from regulars.api.faults import Faults
from regulars.api.rate_limit import RateLimit
from regulars.api.route import NOBODY, Answer, Call, Inside, Route
from regulars.directory import Directory
from regulars.model import instant
from regulars.model.fault import FAULTS, Fault
from tests.directory.world import opened

SECOND = 1_000_000


class Search(Struct, omit_defaults=True):
    """What a search takes."""

    cursor: str | UnsetType = UNSET
    query: Any = None


class Till:
    """Six customers, two a page; the first three have just changed."""

    def __init__(self, directory: Directory, folder: Path) -> None:
        self._inside = Inside(directory, RateLimit(folder / "rate", key=b""), list)
        self.asked: list[dict[str, Any]] = []
        now = directory.clock()
        self.customers = [
            {"id": f"{number}", "updated_at": instant.text(now - (0 if number < 3 else 60) * SECOND)}
            for number in range(6)
        ]

    def answer(self, call: Call) -> Answer:
        asked = msgspec.json.decode(call.body or b"{}")
        self.asked.append(asked)
        at = int(asked.get("cursor", 0))
        page: dict[str, Any] = {"customers": self.customers[at : at + 2], "count": 6}
        if at + 2 < 6:
            page["cursor"] = str(at + 2)
        return Answer(msgspec.json.encode(page))

    def ask(self, body: Any, *, fault: Fault, faults: Faults | None = None) -> Any:
        route = Route(
            name="SearchCustomers",
            summary="",
            dialect="square",
            method="POST",
            template="/v2/customers/search",
            scope="customers:read",
            handle=self.answer,
            answer=dict,
            body=Search,
        )
        failures: Any = {"square": lambda error, _now: Answer(error.rule.encode(), "400 Bad Request")}
        [wrapped] = (faults or Faults({}, 0)).wrapped([route], failures)
        given = {"X-Regulars-Fault": (fault,)}
        call = Call(self._inside, NOBODY, {}, given, route.template, "", msgspec.json.encode(body))
        answer = wrapped.handle(call)
        return msgspec.json.decode(answer.body) if answer.status == "200 OK" else answer.body.decode()


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    with opened(tmp_path) as directory:
        yield Till(directory, tmp_path)


def ids(page: Any) -> list[str]:
    return [one["id"] for one in page["customers"]]


def test_stale_pages_are_skipped(till: Till) -> None:
    """The first page that has somebody older is the answer; the rest of the question is asked with it."""
    page = till.ask({"query": {"x": 1}}, fault="stale-list")

    assert (ids(page), page["cursor"]) == (["3"], "4")
    assert till.asked == [{"query": {"x": 1}}, {"query": {"x": 1}, "cursor": "2"}]


def test_cursors_in_bodies_expire(till: Till) -> None:
    """The first page has none to expire."""
    assert ids(till.ask({}, fault="expire-cursors")) == ["0", "1"]
    assert till.ask({"cursor": "2"}, fault="expire-cursors") == "not_a_cursor"


def test_cursors_in_bodies_lead_back(till: Till) -> None:
    """Page three leads to page two."""
    faults = Faults({}, 0)
    cursors = [
        till.ask({"cursor": cursor} if cursor else {}, fault="cursor-loop", faults=faults)["cursor"]
        for cursor in ("", "2", "4")
    ]

    assert cursors == ["2", "4", "2"]


def test_a_loop_that_begins_on_the_way(till: Till) -> None:
    """A walk whose first page was a good one: its last page leads to itself."""
    assert till.ask({"cursor": "4"}, fault="cursor-loop")["cursor"] == "4"


def test_the_filter_by_change_is_not_read(till: Till) -> None:
    """That one only."""
    filters = {"updated_at": {"start_at": "2999-01-01T00:00:00Z"}, "reference_id": {"exact": "A"}}

    till.ask({"query": {"filter": filters}}, fault="ignore-updated-after")

    assert till.asked == [{"query": {"filter": {"reference_id": {"exact": "A"}}}}]


@pytest.mark.parametrize("body", [None, [], 5, {"cursor": 5}, {"query": []}, {"query": {"filter": []}}])
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in {"slow", "429", "500"}])
def test_odd_bodies_are_the_handlers_to_judge(till: Till, body: Any, fault: Fault) -> None:
    """No fault breaks over a body that is no question."""
    till.answer = lambda call: _refused()  # type: ignore[method-assign]

    assert till.ask(body, fault=fault) == "expected_object"


def _refused() -> Answer:
    raise errors.Invalid("The body must be an object", rule="expected_object")


def test_loops_are_bounded() -> None:
    """Whoever begins list after list makes nothing grow."""
    loops = fault_pages.Loops()
    for number in range(3_000):
        loops._remember((f"rg_{number}", "ListCustomers"), "cursor")

    assert len(loops._first) <= fault_pages._LOOPS_MAX
