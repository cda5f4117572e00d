"""What a kind of source is tried with: a till of its own, a few invented customers, and walks through them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct, structs

from regulars import errors, limits
from regulars.directory import preparing
from regulars.model.customer import Customer
from regulars.model.pull import Erased, Gone, Item, Merged, Page, State
from regulars.model.record import Record
from regulars.sources.contract import Given, Kind, Source
from regulars.sources.http import Http, Request, Response, Transport

_PAGES_MAX = 1_000  # of one walk; a trial has some dozens of customers
REQUESTS_OF_A_PAGE_MAX = 50


class Broken(AssertionError):
    """A promise of the contract that a kind does not keep; says which one, and how."""


class Trial:
    """A kind and a till for it, empty at first; a subclass says how customers of that till come and go.

    What it overrides is tried, and what its kind declares must be overridden. A name is one invented word, a phone is
    E.164; whatever the till calls a customer is its ref, as in `Customer.pos_ref`, `Gone` and `Merged`. `many`: so many
    customers need more than one page. `is_http`: the till is asked through `send`. `is_repeatable`: the same state
    brings the same page again (a tap's output does not).
    """

    kind: Kind
    many = 25
    is_http = True
    is_repeatable = True
    filters: tuple[str, ...] = ()  # parameters of its query that a hostile till pretends not to see

    def given(self) -> Given:
        """How the source is added."""
        return Given("https://till.example.com", "good-secret-of-tests", {}, 1, "US")

    def now(self) -> float:
        """Seconds since 1970, by the clock of whoever asks."""
        return time.time()

    def send(self, request: Request) -> Response:
        """The till answers."""
        raise NotImplementedError

    def create(self, name: str, phone: str) -> str:
        """A new customer; its ref."""
        raise NotImplementedError

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        """As a cashier does it. What moves the customer's own time at the real till moves it here, nothing else."""
        raise NotImplementedError

    def edit_silently(self, ref: str, *, phone: str) -> None:
        """A change that no time shows, where the till knows such; a full walk brings it."""
        raise NotImplementedError

    def delete(self, ref: str) -> None:
        """The customer is deleted."""
        raise NotImplementedError

    def merge(self, ref: str, into: str) -> str | None:
        """The first is merged into the second, who gains its phone when it has none; the survivor's ref if new."""
        raise NotImplementedError

    def erase(self, ref: str) -> None:
        """The customer asked to be forgotten."""
        raise NotImplementedError

    def pass_seconds(self, seconds: int) -> None:
        """Time passes at the till."""
        raise NotImplementedError

    def ignore_filters(self) -> None:
        """The till no longer obeys the filter of incremental walks."""
        raise NotImplementedError

    def close(self) -> None:
        """The till is no longer needed."""


def can(trial: type[Trial], name: str) -> bool:
    """Whether it says how this is done."""
    return getattr(trial, name) is not getattr(Trial, name)


class Counting:
    """A transport that counts what it is asked, and gives up on who does not stop."""

    def __init__(self, transport: Transport) -> None:
        self.count = 0
        self.max: int | None = None
        self._transport = transport

    def send(self, request: Request) -> Response:
        """The answer of the transport behind it."""
        self.count += 1
        if self.max is not None and self.count > self.max:
            raise Broken(f"It asked more than {self.max} times for one page: it goes round inside `page`")
        return self._transport.send(request)


def opened(trial: Trial, *, transport: Transport | None = None, secret: str | None = None) -> Source:
    """The trial's source, asked through this transport, with other credentials perhaps."""
    given = trial.given()
    if secret is not None:
        given = structs.replace(given, secret=secret)
    return trial.kind.open(given, Http(transport or trial, now=trial.now))


class Walked(Struct):
    """What a walk brought: its pages, the states between them, and its bookmark."""

    pages: list[Page]
    states: list[State]

    @property
    def items(self) -> list[Item]:
        """In their order."""
        return [item for page in self.pages for item in page.items]

    @property
    def bookmark(self) -> State:
        """Where the next walk begins."""
        last = self.pages[-1].bookmark
        if last is None:
            raise Broken("The last page of a walk has no bookmark")
        return last


def walk(
    trial: Trial,
    bookmark: State | None = None,
    *,
    full: bool = False,
    after_page: Callable[[int], None] = lambda _number: None,
    is_reopened: bool = False,
) -> Walked:
    """A whole walk; each state goes through JSON, as it does in the database. `is_reopened`: a new source each page."""
    source = opened(trial)
    try:
        state = kept(source.begin(bookmark, full=full))
        walked = Walked([], [state])
        for number in range(_PAGES_MAX):
            page = source.page(state)
            walked.pages.append(page)
            after_page(number)
            if page.state is None:
                return walked
            state = kept(page.state)
            walked.states.append(state)
            if is_reopened:
                source.close()
                source = opened(trial)
    finally:
        source.close()
    raise Broken(f"A walk through {trial.many} customers has not ended after {_PAGES_MAX} pages")


def kept(state: State) -> State:
    """A state as it comes back from the database; it may be no longer than is kept."""
    try:
        written = msgspec.json.encode(state)
    except (TypeError, ValueError) as error:
        raise Broken(f"A state is no JSON: {error}") from None
    if len(written) > limits.SOURCE_STATE_BYTES_MAX:
        raise Broken(f"A state has {len(written)} bytes; {limits.SOURCE_STATE_BYTES_MAX} are kept")
    back: State = msgspec.json.decode(written)
    if back != state:
        raise Broken("A state comes back from JSON as another")
    return back


def customer(trial: Trial, record: Record) -> Customer:
    """A record read by its reader; raises Invalid when it cannot be."""
    if trial.kind.read is not None:
        return trial.kind.read(record.raw)
    return preparing.read(record)


def ref_of(trial: Trial, item: Item) -> str | None:
    """Whom an item is about."""
    if isinstance(item, Record):
        return customer(trial, item).pos_ref
    return item.ref if isinstance(item, Gone | Erased | Merged) else None


def shown(trial: Trial, items: Sequence[Item]) -> dict[str, Customer]:
    """Whom a directory that took these items in would show, by ref."""
    people: dict[str, Customer] = {}
    for item in items:
        if isinstance(item, Record):
            found = customer(trial, item)
            if found.pos_ref is None:
                raise Broken("A record is read without a ref")
            people[found.pos_ref] = found
        elif isinstance(item, Gone | Erased | Merged):
            people.pop(item.ref, None)
        else:
            raise Broken(f"A good record was not understood: {item.reason}")
    return people


def name_of(found: Customer) -> str:
    """All of its names."""
    names = (found.first_name, found.last_name, found.company_name, found.nickname)
    return " ".join(name for name in names if name)


def phones_of(found: Customer) -> set[str]:
    """The digits of its phones, as they are told apart."""
    return {"".join(filter(str.isdecimal, phone.text))[-10:] for phone in found.phones}


def asked(call: Callable[[State], Page], state: State) -> Page:
    """A page; whatever is raised is of the contract."""
    try:
        return call(state)
    except (errors.RegularsError, Broken):
        raise
    except Exception as error:
        raise _strange(error) from error


def refused(call: Callable[[], object]) -> errors.RegularsError | None:
    """What a call raises, as long as it is of the contract; None: nothing."""
    try:
        call()
    except errors.RegularsError as error:
        return error
    except Broken:
        raise
    except Exception as error:
        raise _strange(error) from error
    return None


def _strange(error: Exception) -> Broken:
    return Broken(f"{type(error).__name__} leaves the source; it must be an error of `errors`")
