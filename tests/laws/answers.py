"""A history of writes through the doors of one store, and all that its doors say then, byte for byte."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest

from regulars.directory import ingest
from regulars.model.place import SCOPES
from tests.api.shop import HERE, THERE, Answered, Shop
from tests.directory import common
from tests.directory.world import Clock, opened, person
from tests.engines import Engine

STEP_MICROSECONDS = 1_000_000
SHIFT4_SEARCHES = ("smith", "jo", "jo s", "4240", "@mail", "łukasz", "o'neil", "zz", '"', "%")
FORGIVING = ("smith", "jonh", "smiht bill", "william", "liz", "amelie", "nobody")
SQUARE_FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"email_address": {"fuzzy": "mail"}},
    {"email_address": {"exact": "john@mail.example"}},
    {"phone_number": {"fuzzy": "4240"}},
    {"reference_id": {"fuzzy": "1"}},
    {"creation_source": {"values": ["IMPORT"], "rule": "EXCLUDE"}},
)
# The one thing that is of the moment at which it is said.
_SAID_AT = re.compile(rb'("timestamp":)"[^"]*"')

Op = tuple[Any, ...]


class Heard(NamedTuple):
    """A question and the answer."""

    asked: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Teller:
    """One store, told of everything and asked everything, in the same order as another."""

    def __init__(self, shop: Shop, clock: Clock) -> None:
        self.shop = shop
        self.clock = clock
        self.token = shop.token(scopes=SCOPES)
        self.ids: list[str] = []
        self.groups: list[str] = []
        self.merges: list[str] = []
        self.heard: list[Heard] = []

    def ask(self, method: str, target: str, said: Any = None) -> Any:
        """The answer's JSON; what came back is written down."""
        answer = self.shop.ask(method, target, token=self.token, json=said)
        self.heard.append(_heard(f"{method} {target} {said or ''}", answer))
        return answer.json

    # --- writes ---------------------------------------------------------------------------------------------

    def tell(self, op: Op) -> None:
        """One write. Customers, groups and merges go by their number, so that any number names one that is there."""
        self.clock.now += STEP_MICROSECONDS
        getattr(self, op[0])(*op[1:])

    def take_in(self, location_id: int, source: str, people: Sequence[tuple[str, dict[str, str]]]) -> None:
        account_id = self.shop.account.account_id
        ingest.batch(
            self.shop.directory, account_id, location_id, source, [person(ref, **one) for ref, one in people]
        )
        self._look()

    def create(self, fields: dict[str, str]) -> None:
        self.ask("POST", "/v2/customers", fields)
        self._look()

    def update(self, number: int, fields: dict[str, str | None]) -> None:
        self.ask("PUT", f"/v2/customers/{_of(self.ids, number)}", fields)

    def delete(self, number: int) -> None:
        self.ask("DELETE", f"/v2/customers/{_of(self.ids, number)}")
        self._look()

    def merge(self, survivor: int, loser: int) -> None:
        said = {"from": [_of(self.ids, loser)]}
        done = self.ask("POST", f"/v1/customers/{_of(self.ids, survivor)}/merge", said)
        self.merges += [done["merge_id"]] if "merge_id" in done else []

    def undo(self, number: int) -> None:
        self.ask("POST", f"/v1/merges/{_of(self.merges, number)}/undo")

    def pin(self, number: int, fields: list[str]) -> None:
        self.ask("PUT", f"/v1/customers/{_of(self.ids, number)}/pins", {"fields": fields})

    def group(self, name: str) -> None:
        made = self.ask("POST", "/v2/customers/groups", {"group": {"name": name}})
        self.groups += [made["group"]["id"]] if "group" in made else []

    def join(self, number: int, group: int) -> None:
        self.ask("PUT", f"/v2/customers/{_of(self.ids, number)}/groups/{_of(self.groups, group)}")

    def leave(self, number: int, group: int) -> None:
        self.ask("DELETE", f"/v2/customers/{_of(self.ids, number)}/groups/{_of(self.groups, group)}")

    def _look(self) -> None:
        """Learns who is there; those whom nobody lists any more stay known, to be asked for."""
        listed = self.ask("GET", "/v2/customers").get("customers", [])
        self.ids += sorted({one["id"] for one in listed} - set(self.ids))

    # --- reads ----------------------------------------------------------------------------------------------

    def ask_everything(self) -> None:
        """In both dialects and in our own."""
        for location_id in (HERE, THERE):
            self._ask_shift4(f"/pos/v2/{location_id}/customers")
        self._ask_square()
        self._ask_native()

    def _ask_shift4(self, place: str) -> None:
        for query in ("", "?pageSize=2&page=2", "?pageSize=3&page=9", "?offset=1&limit=2", "?page=0"):
            self.ask("GET", place + query)
        for text in SHIFT4_SEARCHES:
            self.ask("GET", f"{place}?search={quote(text)}")
            self.ask("GET", f"{place}?search={quote(text)}&pageSize=2&page=2")
        for after in ("2000-01-01", "2023-11-14T22:13:23Z"):
            self.ask("GET", f"{place}?updatedAfter={after}&search=smith&includeDeleted=true")
            page = self.ask("GET", f"{place}?updatedAfter={after}&includeDeleted=true&pageSize=2")
            for number in range(2, 2 + len(page.get("customers", []))):
                self.ask("GET", f"{place}?updatedAfter={after}&includeDeleted=true&pageSize=2&page={number}")
        for ref in ("1", "2", "till:1", "files:1", "nobody"):
            self.ask("GET", f"{place}/{ref}")

    def _ask_square(self) -> None:
        for sort in ("DEFAULT", "CREATED_AT"):
            for order in ("ASC", "DESC"):
                self._walk(f"/v2/customers?limit=3&count=true&sort_field={sort}&sort_order={order}")
        for id in self.ids:
            self.ask("GET", f"/v2/customers/{id}")
        filters = (*SQUARE_FILTERS, *({"group_ids": {"any": [id]}} for id in self.groups))
        for asked in filters:
            self._search("/v2/customers/search", {"query": {"filter": asked}, "limit": 2, "count": True})
        for path in ("groups", "segments"):
            self.ask("GET", f"/v2/customers/{path}")

    def _ask_native(self) -> None:
        for text in (*SHIFT4_SEARCHES, *FORGIVING):
            for location in ({}, {"location": HERE}):
                self._walk(f"/v1/customers?{urlencode({'search': text, 'limit': 2, **location})}")
        self._walk("/v1/customers?limit=3")
        self._search("/v1/customers/search", {"any": [{"name": "smith"}, {"name": "jonh"}], "limit": 2})
        page = self.ask("GET", "/v1/changes?limit=3")
        while page["changes"]:
            page = self.ask("GET", f"/v1/changes?limit=3&after={quote(page['after'])}")
        for id in self.ids:
            self.ask("GET", f"/v1/customers/{id}")

    def _walk(self, target: str) -> None:
        page = self.ask("GET", target)
        while "cursor" in page:
            page = self.ask("GET", f"{target}&cursor={quote(page['cursor'])}")

    def _search(self, target: str, said: dict[str, Any]) -> None:
        page = self.ask("POST", target, said)
        while "cursor" in page:
            page = self.ask("POST", target, said | {"cursor": page["cursor"]})


def after(engine: Engine, history: Sequence[Op]) -> list[Heard]:
    """Everything that a new store on this engine says in the course of a history and after it."""
    clock = Clock()
    with (
        alike(),
        TemporaryDirectory(prefix="regulars-test-") as folder,
        opened(Path(folder) / "data", clock=clock, engine=engine) as directory,
    ):
        teller = Teller(Shop(directory, Path(folder)), clock)
        for op in history:
            teller.tell(op)
        teller.ask_everything()
        return teller.heard


@contextmanager
def alike() -> Iterator[None]:
    """The same ids and keys each time; and words that two customers have are common."""
    with pytest.MonkeyPatch.context() as patch:
        common.shrink(patch)
        patch.setattr("os.urandom", random.Random(1).randbytes)  # to be foreseen
        yield


def _of(known: Sequence[str], number: int) -> str:
    return known[number % len(known)] if known else "NOBODY"


def _heard(asked: str, answer: Answered) -> Heard:
    return Heard(
        asked, answer.status, tuple(sorted(answer.headers.items())), _SAID_AT.sub(rb"\1null", answer.body)
    )
