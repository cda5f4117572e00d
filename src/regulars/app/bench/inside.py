"""What the verbs cost in process, without HTTP: pages, changes, searches, opening the store."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial

from regulars import limits
from regulars.app.bench.loading import Made
from regulars.app.bench.report import Figure, Sample
from regulars.app.bench.rounds import Effort, Told, alternate, in_process, sample
from regulars.app.opening import open_directory
from regulars.directory import Directory, listing, searching, tokens
from regulars.model.place import Grant
from regulars.normalise import words
from regulars.store import find

SEARCHES = ("smith", "smith j", "john", "555", "4240", "@gmail", "amel")
PAGE_SIZE = limits.PAGE_SIZE_DEFAULT
DEEP_PAGE = 15_000


class Place:
    """What the kinds of this page ask: one directory, one location, one grant, some page numbers."""

    def __init__(self, directory: Directory, made: Made, seed: int) -> None:
        self.directory = directory
        self.made = made
        self.grant: Grant = tokens.grant(directory, made.token)
        self.deep = deep_page(made.customers)
        self.middle = middle(directory, self.grant, made)
        self._random = random.Random(seed)

    def page(self, number: int) -> object:
        """One page of the list."""
        skip = (number - 1) * PAGE_SIZE
        return listing.joined_page(
            self.directory, self.grant, self.made.location_id, skip=skip, limit=PAGE_SIZE
        )

    def random_page(self) -> object:
        """Any full page."""
        return self.page(self._random.randint(1, full_pages(self.made.customers)))

    def changes(self, skip: int) -> object:
        """A page of what changed after the middle."""
        return listing.changes(
            self.directory, self.grant, self.made.location_id, after=self.middle, skip=skip, limit=PAGE_SIZE
        )

    def first_hits(self, text: str) -> list[bytes]:
        """The first page that a search finds, without counting the rest."""
        store, account_id = self.directory.store, self.grant.account_id
        query = words.query(text)
        with store.read():
            for terms in query.readings if query is not None else ():
                page = find.Hits(store, account_id, self.made.loc_no, terms).page(skip=0, limit=PAGE_SIZE)
                if page:
                    return page
        return []

    def total(self, text: str) -> int:
        """How many a search finds."""
        with self.directory.store.read():
            return searching.hits(self.directory.store, self.grant.account_id, self.made.loc_no, text)[1]


def full_pages(customers: int) -> int:
    """How many pages hold as many customers as a page can; at least the first is asked."""
    return max(1, customers // PAGE_SIZE)


def deep_page(customers: int) -> int:
    """Page 15,000, or the deepest full page when there are fewer."""
    return min(DEEP_PAGE, full_pages(customers))


def middle(directory: Directory, grant: Grant, made: Made) -> int:
    """The instant after which half of the customers changed."""
    page = listing.changes(
        directory, grant, made.location_id, after=0, skip=max(0, made.customers // 2 - 1), limit=1
    )
    return page.last_updated_at or 0


def figures(made: Made, *, seed: int, effort: Effort, told: Told) -> tuple[list[Figure], int]:
    """CPU time of each in this process, with the cache that a server has; and the instant of the middle."""
    directory = open_directory(made.folder, role="server")
    try:
        place = Place(directory, made, seed)
        kinds = _kinds(place)
        samples = alternate(
            {key: in_process(work) for key, (_, work) in kinds.items()},
            effort=effort, what="asking in process", told=told,
        )  # fmt: skip
        notes = {f"inside.total.{text}": f"{place.total(text)} hits" for text in SEARCHES}
    finally:
        directory.close()
    return [
        _figure(key, kinds[key][0], one, notes.get(key, "")) for key, one in samples.items()
    ], place.middle


def opening(made: Made, *, times: int) -> list[Figure]:
    """What opening the store costs, CPU time and wall."""
    cpu, wall = [], []
    for _ in range(times):
        cpu_before, wall_before = time.thread_time_ns(), time.monotonic_ns()
        directory = open_directory(made.folder, role="server")
        cpu.append((time.thread_time_ns() - cpu_before) / 1e6)
        wall.append((time.monotonic_ns() - wall_before) / 1e6)
        directory.close()
    return [
        _spread("open.cpu", "opening the store, CPU", sample(cpu)),
        _spread("open.wall", "opening the store, by the clock", sample(wall)),
    ]


def _kinds(place: Place) -> dict[str, tuple[str, Callable[[], object]]]:
    """By key: what it is, and the work."""
    half = place.made.customers // 4 // PAGE_SIZE * PAGE_SIZE
    kinds: dict[str, tuple[str, Callable[[], object]]] = {
        "inside.page.first": ("page 1", partial(place.page, 1)),
        "inside.page.deep": (f"page {place.deep}", partial(place.page, place.deep)),
        "inside.page.random": ("random pages", place.random_page),
        "inside.changes.first": ("changes after the middle, page 1", partial(place.changes, 0)),
        "inside.changes.deep": (f"changes after the middle, {half} in", partial(place.changes, half)),
    }
    for text in SEARCHES:
        kinds[f"inside.rows.{text}"] = (f"search {text}, first page", partial(place.first_hits, text))
        kinds[f"inside.total.{text}"] = (f"search {text}, exact total", partial(place.total, text))
    return {key: (f"in process: {what}", work) for key, (what, work) in kinds.items()}


def _figure(key: str, what: str, one: Sample, note: str) -> Figure:
    return Figure(key, what, one.median, "µs CPU", one.low, one.high, note)


def _spread(key: str, what: str, one: Sample) -> Figure:
    return Figure(key, what, one.median, "ms", one.low, one.high)
