"""The conformance suite: a good kind passes it, and each way of being a bad one is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from msgspec import structs

from regulars import errors
from regulars.model.pull import Erased, Gone, Item, Merged, Page, State
from regulars.model.record import Record
from regulars.sources.contract import Given
from regulars.sources.http import Http, json_of
from regulars.testing import conformance, conformance_hostile
from regulars.testing.trial import Broken, Trial
from tests.sync.till import TillSource
from tests.sync.trial import OffsetTrial, TillTrial, TombstoneTrial


@pytest.mark.parametrize("trial", [TillTrial, TombstoneTrial, OffsetTrial])
@pytest.mark.parametrize("promise", conformance.promises(TillTrial), ids=conformance.name)
def test_the_till_of_tests_keeps_the_contract(promise: conformance.Promise, trial: type[Trial]) -> None:
    """What the engine's tests pull is a good kind."""
    promise(trial())


# --- kinds that are bad in one way each ------------------------------------------------------------------------------


class Incurious(TillSource):
    """Ends after its first page."""

    def page(self, state: State) -> Page:
        page = super().page(state)
        return structs.replace(page, state=None, bookmark={"at": 0})


class Forgetful(TillSource):
    """Keeps where it is in itself."""

    at: State | None = None

    def page(self, state: State) -> Page:
        page = super().page(self.at or state)
        self.at = page.state
        return structs.replace(page, state=None if page.state is None else {"path": "/list", "after": ""})


class Hasty(TillSource):
    """Its bookmark is the time at which the walk ended."""

    def page(self, state: State) -> Page:
        page = super().page({name: value for name, value in state.items() if name != "high"})
        return page


class Fickle(TillSource):
    """Never the same page twice."""

    asked = 0

    def page(self, state: State) -> Page:
        self.asked += 1
        page = super().page(state)
        return structs.replace(page, items=page.items[: 3 + self.asked % 2])


class Lost(TillSource):
    """Has no bookmark."""

    def page(self, state: State) -> Page:
        return structs.replace(super().page(state), bookmark=None)


class Blind(TillSource):
    """Leaves out one sort of news."""

    left_out: tuple[type, ...] = (Erased,)

    def page(self, state: State) -> Page:
        page = super().page(state)
        return structs.replace(
            page, items=[item for item in page.items if not isinstance(item, self.left_out)]
        )


class BlindToMerges(Blind):
    left_out = (Merged,)


class Asterisks(TillSource):
    """Takes what stands for an erased customer for data."""

    def page(self, state: State) -> Page:
        page = super().page(state)
        return structs.replace(page, items=[_as_record(item) for item in page.items])


class Talkative(TillSource):
    """Remembers whom it saw."""

    def page(self, state: State) -> Page:
        page = super().page(state)
        if page.state is None:
            return page
        names = [msgspec.json.decode(item.raw) for item in page.items if isinstance(item, Record)]
        return structs.replace(page, state={**page.state, "last": names[-1]["firstName"]})


class Blabbing(TillSource):
    """Says in its errors what the till said."""

    def check(self) -> None:
        answer = self._http.send("GET", "/list")
        if answer.status >= 400:
            raise errors.Retriable(answer.body.decode())


class Swallowing(TillSource):
    """Takes what it does not understand for the end."""

    def page(self, state: State) -> Page:
        try:
            return super().page(state)
        except errors.Retriable:
            return Page([], None, bookmark={"at": 0})


class Patient(TillSource):
    """Tries again by itself, for ever."""

    def page(self, state: State) -> Page:
        while (page := super().page(state)).state == state:
            pass
        while not page.bookmark and page.state == super().page(page.state or {}).state:
            pass
        return page


class Naive(TillSource):
    """Believes that an answer has the shape it should have."""

    def page(self, state: State) -> Page:
        json_of(self._http.get("/list"))["rows"][0]["id"]
        return super().page(state)


class Trusting(TillSource):
    """Never asks whether filters are obeyed."""

    def honours_filters(self) -> bool:
        return True


class Deaf(TillSource):
    """Fetches what it knows, and says nothing of whom it does not."""

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        return [item for item in super().fetch(refs) if not isinstance(item, Gone)]


class Stubborn(TillSource):
    """Takes every refusal for bad luck."""

    def check(self) -> None:
        if self._http.send("GET", "/list").status != 200:
            raise errors.Retriable("It did not work")


def _as_record(item: Item) -> Item:
    if isinstance(item, Erased):
        return Record("shift4", msgspec.json.encode({"posRef": item.ref, "firstName": "****"}), "till:1")
    return item


def trial_of(source: Callable[[Given, Http], Any], **declared: Any) -> type[Trial]:
    class Bad(TillTrial):
        kind = structs.replace(TillTrial.kind, open=source, **declared)

    return Bad


@pytest.mark.parametrize(
    ("source", "promise"),
    [
        (Incurious, "a_full_walk_shows_everybody"),
        (Forgetful, "a_walk_goes_on_in_another_process"),
        (Hasty, "nothing_that_happens_during_a_walk_is_lost"),
        (Fickle, "the_same_state_brings_the_same_page"),
        (Lost, "an_empty_till_is_walked"),
        (Blind, "erasures_show"),
        (BlindToMerges, "merges_show"),
        (Asterisks, "erasures_show"),
        (Talkative, "states_tell_nothing_of_anybody"),
        (Blabbing, "errors_tell_nothing_of_anybody"),
        (Swallowing, "no_failure_loses_anybody"),
        (Swallowing, "answers_of_another_shape_are_survived"),
        (Patient, "a_page_is_a_bounded_number_of_requests"),
        (Naive, "lies_are_survived"),
        (Naive, "answers_of_another_shape_are_survived"),
        (Trusting, "ignored_filters_are_noticed"),
        (Deaf, "fetching_shows_them_as_they_are_now"),
        (Stubborn, "wrong_credentials_are_told"),
        (Stubborn, "failures_are_told_apart"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_bad_kind_is_found(source: Any, promise: str) -> None:
    """By the promise that it breaks."""
    bad = trial_of(source)
    [found] = [each for each in conformance.promises(bad) if conformance.name(each) == promise]
    with pytest.raises(Broken):
        found(bad())


def test_a_deletion_that_should_show_is_missed() -> None:
    """A kind that declares tombstones and shows none is found."""
    bad = trial_of(TillSource, deletes="tombstone")
    with pytest.raises(Broken, match="deletion"):
        conformance.deletions_show(bad())


def test_what_a_kind_declares_is_tried() -> None:
    """A trial that cannot erase says too little of a kind that declares erasures."""

    class TooLittle(TillTrial):
        erase = Trial.erase

    with pytest.raises(Broken, match="erase"):
        conformance.promises(TooLittle)


def test_a_state_that_is_no_json_is_found() -> None:
    """Neither a time nor a set goes into the database."""

    class Odd(TillSource):
        def begin(self, bookmark: State | None, *, full: bool) -> State:
            return {**super().begin(bookmark, full=full), "seen": frozenset()}

    with pytest.raises(Broken, match="JSON"):
        conformance.a_full_walk_shows_everybody(trial_of(Odd)())


def test_a_reader_that_fails_is_found() -> None:
    """What a reader cannot read is Invalid."""

    def read(raw: bytes) -> Any:
        raise KeyError(raw)

    with pytest.raises(Broken, match="KeyError"):
        conformance_hostile.lies_are_survived(trial_of(TillSource, read=read)())
