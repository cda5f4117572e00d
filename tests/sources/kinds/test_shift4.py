"""Shift4's kind against a Conecto in memory, in every shape that its pages leave open."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from regulars import errors
from regulars.model.pull import Gone, State
from regulars.model.record import Record
from regulars.sources import registry
from regulars.sources.contract import Budget, Given
from regulars.sources.http import Http, Request, Response
from regulars.sources.kinds.shift4 import KIND, Shift4Source, Signer
from regulars.testing import conformance
from regulars.testing.tills.shift4 import Shift4Till
from regulars.testing.trial import Trial
from tests.sources.kinds import walks

URL = "https://conecto.example"
TOKEN = "shift4-token"


class Clock:
    """Seconds that pass when a test says so, and a thousandth with each look."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        self.seconds += 0.001
        return self.seconds


class Shop:
    """A till, what was asked of it, and a source that is connected to it."""

    def __init__(self, *, secret: str = TOKEN, **options: Any) -> None:
        self.clock = Clock()
        self.till = Shift4Till(self.clock, **options)
        self.asked: list[str] = []
        self.answers: list[Response] = []
        self.before: Callable[[str], None] | None = None
        self.source = self.opened(secret)

    def opened(self, secret: str, **options: str) -> Shift4Source:
        source = KIND.open(Given(URL, secret, options, 1, "US"), Http(self, now=self.clock))
        assert isinstance(source, Shift4Source)
        return source

    def send(self, request: Request) -> Response:
        self.asked.append(request.url.removeprefix(URL))
        if self.before is not None:
            self.before(request.url)
        return self.answers.pop(0) if self.answers else self.till.send(request)

    def walk(self, copy: dict[str, Any], bookmark: State | None, *, full: bool = False) -> State:
        """A whole walk into a copy, as the engine would apply it; the new bookmark."""
        begun = self.source.begin(bookmark, full=full)
        met: set[str] = set()
        last = None
        for page in walks.rest(self.source, begun):
            for item in page.items:
                match item:
                    case Record(raw=raw):
                        customer = msgspec.json.decode(raw)
                        copy[customer["posRef"]] = customer
                        met.add(customer["posRef"])
                    case Gone(ref=ref):
                        copy.pop(ref, None)
            last = page
        assert last is not None
        assert last.bookmark is not None
        if begun.get("full"):
            for ref in copy.keys() - met:
                del copy[ref]
        return last.bookmark


def people(shop: Shop, count: int) -> list[str]:
    return [shop.till.create(firstName=f"Ada {no}") for no in range(count)]


class Shift4Trial(Trial):
    """Shift4's kind and a Conecto that links its changes."""

    kind = KIND
    many = 230
    links = True

    def __init__(self) -> None:
        self.now = Clock()  # type: ignore[method-assign]
        self.till = Shift4Till(self.now, links=self.links)

    def given(self) -> Given:
        return Given(URL, TOKEN, {}, 1, "US")

    def send(self, request: Request) -> Response:
        return self.till.send(request)

    def create(self, name: str, phone: str) -> str:
        return self.till.create(firstName=name, customerPhones=[{"phone": phone, "isPrimary": True}])

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        fields: dict[str, Any] = {} if name is None else {"firstName": name}
        if phone is not None:
            fields["customerPhones"] = [{"phone": phone, "isPrimary": True}]
        self.till.edit(ref, **fields)

    def delete(self, ref: str) -> None:
        self.till.delete(ref)

    def pass_seconds(self, seconds: int) -> None:
        self.now.seconds += seconds  # type: ignore[attr-defined]

    def ignore_filters(self) -> None:
        self.till.looks_at = ("page", "pageSize")


class NumberedTrial(Shift4Trial):
    """One whose pages are turned by number."""

    links = False


@pytest.mark.parametrize("trial", [Shift4Trial, NumberedTrial])
@pytest.mark.parametrize("promise", conformance.promises(Shift4Trial), ids=conformance.name)
def test_it_keeps_the_contract_of_sources(promise: conformance.Promise, trial: type[Trial]) -> None:
    """What every kind promises, tried against a till of Conecto's."""
    promise(trial())


def test_it_ships_with_the_budget_of_its_contract() -> None:
    """100 requests in any 60 minutes."""
    assert registry.kind("shift4") is KIND
    assert KIND.budget == Budget(100, 3_600)


@pytest.mark.parametrize("links", [True, False])
def test_everybody_then_what_changed(links: bool) -> None:
    """A full walk, then a short one that brings an edit and a new customer, whether or not there are links."""
    shop = Shop(links=links)
    refs = people(shop, 350)
    shop.clock.seconds += 3_600
    copy: dict[str, Any] = {}
    bookmark = shop.walk(copy, None)
    assert copy == shop.till.customers
    shop.clock.seconds += 3_600
    shop.till.edit(refs[7], firstName="Grace")
    shop.till.create(firstName="Edsger")
    shop.asked.clear()

    shop.walk(copy, bookmark)

    assert copy == shop.till.customers
    assert len(shop.asked) == 1
    assert "updatedAfter=" in shop.asked[0]


def test_the_order_of_changes_misses_nobody_while_they_change() -> None:
    """With links: customers edited and deleted between any two pages are right after the walk, or after the next."""
    shop = Shop(links=True)
    refs = people(shop, 500)
    copy: dict[str, Any] = {}
    left = iter(refs)

    def meanwhile(url: str) -> None:
        for _ in range(3):
            shop.till.delete(next(left))
        shop.till.edit(refs[-len(shop.asked)], firstName=f"Changed {len(shop.asked)}")
        shop.till.create(firstName=f"Late {len(shop.asked)}")

    shop.before = meanwhile
    bookmark = shop.walk(copy, None)
    shop.before = None
    shop.walk(copy, bookmark)
    shop.walk(copy, bookmark, full=True)

    assert copy == shop.till.customers
    assert len(shop.asked) < 20


def test_page_numbers_go_back_when_customers_leave() -> None:
    """Without links: who moved to the page before, because somebody left, is not overlooked."""
    shop = Shop(looks_at=("page", "pageSize"))
    refs = people(shop, 400)
    copy: dict[str, Any] = {}

    def meanwhile(url: str) -> None:
        if "page=3" in url and refs[0] in shop.till.customers:
            shop.till.delete(refs[0])

    shop.before = meanwhile
    met: list[str] = []
    for page in walks.pages(shop.source, full=True):
        met += [msgspec.json.decode(item.raw)["posRef"] for item in page.items if isinstance(item, Record)]

    assert set(met) == set(refs)
    shop.before = None
    shop.walk(copy, None)
    assert copy == shop.till.customers


def test_the_vendor_hosts_answer_is_one_page_for_ever() -> None:
    """A server that looks at no parameter is asked for its page, and not again and again."""
    shop = Shop(vendor=True)
    people(shop, 130)
    copy: dict[str, Any] = {}

    shop.walk(copy, None)

    assert copy == shop.till.customers
    assert len(shop.asked) == 3  # the first with updatedAfter, then page 1, and page 2 that is the same
    assert not shop.source.honours_filters()


@pytest.mark.parametrize("count", [0, 1, 50, 99, 100, 101, 200, 250])
@pytest.mark.parametrize("total", [None, 0, 1, 100, 999])
def test_no_total_makes_it_stop_early_or_go_on_for_ever(count: int, total: int | None) -> None:
    """Right, too small, too large, or that of the page: everybody is met, and at most two pages are asked in vain."""
    shop = Shop(looks_at=("page", "pageSize"))
    people(shop, count)
    shop.till.total = total
    copy: dict[str, Any] = {}

    shop.walk(copy, None)

    assert copy == shop.till.customers
    assert len(shop.asked) <= 1 + -(-count // 100) + 2


@pytest.mark.parametrize("count", [0, 3, 50, 51, 120])
def test_without_meta_a_short_page_is_the_last(count: int) -> None:
    """But for one as long as the contract's default page, which a server may send that does not look at pageSize."""
    shop = Shop(looks_at=("page",), has_meta=False)
    people(shop, count)
    copy: dict[str, Any] = {}

    shop.walk(copy, None)

    assert copy == shop.till.customers


def test_tombstones_are_deletions_unless_the_customer_is_back() -> None:
    """`deletedAt` makes it gone; a later record of the same posRef on the page makes it there again."""
    shop = Shop()
    shop.answers.append(page_of(
        {"posRef": "A", "firstName": None, "updatedAt": "2026-01-01T00:00:05Z", "deletedAt": "2026-01-01T00:00:05Z"},
        {"posRef": "B", "firstName": None, "updatedAt": "2026-01-01T00:00:05Z", "deletedAt": "2026-01-01T00:00:05Z"},
        {"posRef": "B", "firstName": "Ada", "updatedAt": "2026-01-01T00:00:06Z"},
    ))  # fmt: skip

    page = shop.source.page(shop.source.begin({"after": 1_000_000_000}, full=False))

    assert [item for item in page.items if isinstance(item, Gone)] == [Gone("A")]
    assert len(page.items) == 2
    assert "includeDeleted=true" in shop.asked[0]


def page_of(*results: Any, total: int | None = None, **headers: str) -> Response:
    meta = {"page": 1, "pageSize": 100, "totalCount": len(results) if total is None else total}
    return Response(200, headers, json.dumps({"results": results, "meta": meta}).encode())


def test_a_filter_that_is_ignored_now_and_then_costs_a_request_and_no_customer() -> None:
    """An answer to another question is asked for again, on a walk by links and on a short one."""
    shop = Shop(links=True)
    people(shop, 350)
    wrong = page_of(*[*shop.till.customers.values()][:100], total=350)
    copy: dict[str, Any] = {}
    at = 0

    def meanwhile(url: str) -> None:
        nonlocal at
        at += 1
        if at in {2, 3, 5}:
            shop.answers.append(wrong)

    shop.before = meanwhile
    shop.walk(copy, None)

    assert copy == shop.till.customers
    assert len(shop.asked) == 7


def test_a_server_that_refuses_an_unknown_parameter_is_walked_by_number() -> None:
    """400 to `updatedAfter` is no reason to stop."""
    shop = Shop(looks_at=("page", "pageSize"))
    people(shop, 120)
    copy: dict[str, Any] = {}
    shop.answers.append(Response(400, {}, b"{}"))

    shop.walk(copy, None)
    assert copy == shop.till.customers
    shop.answers.append(Response(400, {}, b"{}"))

    assert not shop.source.honours_filters()


def test_filters_count_when_they_are_obeyed_and_records_have_times() -> None:
    """Nobody changed after the year 2100, and every record says when it changed."""
    honest = Shop()
    people(honest, 3)
    assert honest.source.honours_filters()
    assert not Shop(looks_at=("page",)).till.customers
    ignoring = Shop(looks_at=("page", "pageSize"))
    people(ignoring, 3)
    assert not ignoring.source.honours_filters()
    timeless = Shop()
    timeless.answers += [page_of(), page_of({"posRef": "A"})]
    assert not timeless.source.honours_filters()


def test_a_link_to_another_host_is_not_followed() -> None:
    """Nothing is sent there, least of all a token; a person is told."""
    shop = Shop()
    link = '<https://evil.example/pos/v2/1/customers>; rel="next"'
    shop.answers.append(page_of({"posRef": "A", "updatedAt": "2026-01-01T00:00:05Z"}, link=link))
    state = shop.source.page(shop.source.begin(None, full=True)).state
    assert state is not None

    with pytest.raises(errors.Fatal):
        shop.source.page(state)

    assert len(shop.asked) == 1


def test_hmac_is_that_of_the_published_examples() -> None:
    """Both vectors of contracts/shift4.md, and a whole walk signed so."""
    signer = Signer("23b08412a29bbe8625967e16c1a41dc9", "de17f1f0-4816-157b-97ae-eb4b0f656a1f")
    got = signer.headers("GET", "/api/v1/export/244/tickets", b"", now=1530737508)
    assert got["x-signature"] == "01be9d576867309aba8c29e7b6a719fa7607bdfd26177bfd4ce453450c610126"
    assert got["x-access-key"] == "23b08412a29bbe8625967e16c1a41dc9"
    assert got["x-timestamp"] == "1530737508"
    body = b'{ "event": {....}, "payload": {....} }'
    got = signer.headers("POST", "/subscriptions/order", body, now=1554456360)
    assert got["x-signature"] == "0ef94411f7e06fd28906719f3f1366585c50814040fec5f9fe0309a2e83e277b"

    shop = Shop(client=("Mine", "secret"), secret='{"client_id":"Mine","client_secret":"secret"}', links=True)
    people(shop, 250)
    copy: dict[str, Any] = {}
    shop.walk(copy, None)
    assert copy == shop.till.customers
    with pytest.raises(errors.Unauthorised):
        shop.opened('{"client_id":"Mine","client_secret":"other"}').check()


def test_tokens_are_renewed_and_rotate() -> None:
    """A JSON secret with a refresh token brings its own renewal."""
    secret = json.dumps({"client_id": "c", "client_secret": "s", "refresh_token": "shift4-refresh"})
    shop = Shop()
    given = Given(URL, secret, {}, 1, "US")
    with pytest.raises(errors.Unauthorised):
        KIND.open(given, Http(shop))
    assert KIND.refresh is not None

    renewed = KIND.refresh(given, Http(shop))

    shop.opened(renewed.secret).check()
    with pytest.raises(errors.Unauthorised):
        shop.source.check()


def test_customers_fetched_are_found_or_gone() -> None:
    """By their own address where there is one, else by a search for their posRef."""
    shop = Shop()
    refs = people(shop, 3)

    found = shop.source.fetch([refs[1], "no/body"])

    assert isinstance(found[0], Record)
    assert msgspec.json.decode(found[0].raw)["posRef"] == refs[1]
    assert found[1] == Gone("no/body")
    assert "/no%2Fbody" in shop.asked[2]


def test_where_single_customers_are_shown_nobody_is_searched_for() -> None:
    """One request each: a server that shows one of them by its address has no other that it does not show."""
    shop = Shop()
    shop.answers += [Response(200, {}, b'{"posRef":"A"}'), Response(404, {}, b"")]

    found = shop.source.fetch(["A", "B"])

    assert [type(item) for item in found] == [Record, Gone]
    assert len(shop.asked) == 2


@pytest.mark.parametrize("body", [b'{"results":[{"posRef"', b"<html>", b"[]", b'{"results":7}', b"{}"])
def test_an_answer_that_is_no_page_is_asked_again(body: bytes) -> None:
    """Nothing is taken from half a page, or from a page of something else."""
    shop = Shop()
    shop.answers.append(Response(200, {}, body))
    with pytest.raises(errors.Retriable):
        shop.source.page(shop.source.begin(None, full=True))


@pytest.mark.parametrize(
    ("url", "secret", "options"),
    [
        (None, TOKEN, {}),
        (URL, None, {}),
        (URL, '{"client_id":1}', {}),
        (URL, TOKEN, {"location": "../1"}),
        (URL, TOKEN, {"overlap": "x"}),
    ],
)
def test_what_it_cannot_be_opened_with_is_said(
    url: str | None, secret: str | None, options: dict[str, str]
) -> None:
    """An address, credentials and options that are none are a person's to mend."""
    with pytest.raises(errors.Fatal):
        KIND.open(Given(url, secret, options, 1, "US"), Http(Shop()))


def test_another_location_id_is_asked_for() -> None:
    """Theirs need not be ours."""
    shop = Shop(location=77)
    people(shop, 2)
    shop.source = shop.opened(TOKEN, location="77")
    copy: dict[str, Any] = {}

    shop.walk(copy, None)

    assert copy == shop.till.customers
