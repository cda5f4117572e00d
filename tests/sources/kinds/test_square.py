"""Square's kind against a Square in memory: every walk ends with exactly what is there."""

import json
from typing import Any

import msgspec
import pytest

from regulars import errors
from regulars.model.pull import Gone, Merged, Page, State
from regulars.model.record import Record
from regulars.sources import registry
from regulars.sources.contract import Given, Hook
from regulars.sources.http import Http, Request, Response
from regulars.sources.kinds.square import KIND, SquareSource
from regulars.testing import conformance
from regulars.testing.tills.square import SquareTill
from regulars.testing.trial import Trial
from tests.sources.kinds import walks

URL = "https://square.example"
KEY = "signature-key"
LISTED = "limit=100&sort_field=CREATED_AT&sort_order=ASC&count=true"
TOKEN = "square-token"


class Clock:
    """Seconds that pass when a test says so, and a thousandth with each look."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0
        self.step = 0.001

    def __call__(self) -> float:
        self.seconds += self.step
        return self.seconds


class Shop:
    """A till, what was asked of it, and a source that is connected to it."""

    def __init__(self, **options: Any) -> None:
        self.clock = Clock()
        self.till = SquareTill(self.clock, **options)
        self.asked: list[str] = []
        self.broken: Response | None = None
        self.source = self.opened()

    def opened(self, secret: str = TOKEN, **options: str) -> SquareSource:
        given = Given(URL, secret, options, 1, "US")
        source = KIND.open(given, Http(self, now=self.clock))
        assert isinstance(source, SquareSource)
        return source

    def send(self, request: Request) -> Response:
        self.asked.append(f"{request.method} {request.url.removeprefix(URL).split('?')[0]}")
        if self.broken is not None:
            return self.broken
        return self.till.send(request)

    def walk(self, copy: dict[str, Any], bookmark: State | None, *, full: bool = False) -> State:
        """A whole walk into a copy, as the engine would apply it; the new bookmark."""
        begun = self.source.begin(bookmark, full=full)
        met: set[str] = set()
        last = None
        for page in walks.rest(self.source, begun):
            met |= taken(page, copy)
            last = page
        assert last is not None
        assert last.bookmark is not None
        if begun.get("full"):
            for id in copy.keys() - met:
                del copy[id]
        return last.bookmark


def taken(page: Page, copy: dict[str, Any]) -> set[str]:
    met = set()
    for item in page.items:
        match item:
            case Record(format="square", raw=raw):
                customer = msgspec.json.decode(raw)
                copy[customer["id"]] = customer
                met.add(customer["id"])
            case Gone(ref=ref) | Merged(ref=ref):
                copy.pop(ref, None)
    return met


def people(shop: Shop, count: int) -> list[str]:
    return [shop.till.create(given_name=f"Ada {no}") for no in range(count)]


class SquareTrial(Trial):
    """Square's kind and a Square, whose clock goes a thousandth further with each look."""

    kind = KIND
    many = 230

    def __init__(self) -> None:
        self.now = Clock()  # type: ignore[method-assign]
        self.till = SquareTill(self.now)

    def given(self) -> Given:
        return Given(URL, TOKEN, {}, 1, "US")

    def send(self, request: Request) -> Response:
        return self.till.send(request)

    def create(self, name: str, phone: str) -> str:
        return self.till.create(given_name=name, phone_number=phone)

    def edit(self, ref: str, *, name: str | None = None, phone: str | None = None) -> None:
        fields = {"given_name": name, "phone_number": phone}
        self.till.edit(ref, **{field: text for field, text in fields.items() if text is not None})

    def delete(self, ref: str) -> None:
        self.till.delete(ref)

    def merge(self, ref: str, into: str) -> str | None:
        return self.till.merge(into, ref)

    def pass_seconds(self, seconds: int) -> None:
        self.now.seconds += seconds  # type: ignore[attr-defined]

    def ignore_filters(self) -> None:
        self.till.obeys_updated_at = False


@pytest.mark.parametrize("promise", conformance.promises(SquareTrial), ids=conformance.name)
def test_it_keeps_the_contract_of_sources(promise: conformance.Promise) -> None:
    """What every kind promises, tried against a till of Square's."""
    promise(SquareTrial())


def test_it_ships() -> None:
    """The registry knows it, with its webhooks and its renewal of tokens."""
    assert registry.kind("square") is KIND
    assert KIND.hook is not None
    assert KIND.refresh is not None


def test_a_full_walk_brings_everybody_byte_for_byte() -> None:
    """Page by page by the list, the total beside it; what the till sent is what comes out."""
    shop = Shop()
    people(shop, 250)
    copy: dict[str, Any] = {}

    shop.walk(copy, None)

    assert copy == dict(shop.till.customers)
    assert shop.asked == ["GET /v2/customers"] * 3
    first = next(iter(walks.pages(shop.source, full=True)))
    assert first.total == 250
    assert {item.place for item in first.items if isinstance(item, Record)} >= {"square:1#1", "square:1#100"}


def test_changes_deletions_and_merges_arrive_by_a_short_walk() -> None:
    """An edit by the search, a deletion and a merge by events; the old id leads to the survivor."""
    shop = Shop()
    ids = people(shop, 150)
    copy: dict[str, Any] = {}
    bookmark = shop.walk(copy, None)
    shop.clock.seconds += 3_600
    shop.till.edit(ids[3], given_name="Grace")
    shop.till.delete(ids[4])
    survivor = shop.till.merge(ids[5], ids[6])
    new = shop.till.create(given_name="Edsger")
    shop.asked.clear()

    items = [item for page in walks.pages(shop.source, bookmark) for item in page.items]
    shop.walk(copy, bookmark)

    assert copy == dict(shop.till.customers)
    assert {survivor, new, ids[3]} <= copy.keys()
    assert {item for item in items if not isinstance(item, Record)} == {
        Merged(ids[5], survivor),
        Merged(ids[6], survivor),
        Gone(ids[4]),
    }
    assert shop.asked[:3] == [
        "POST /v2/events",
        "POST /v2/customers/bulk-retrieve",
        "POST /v2/customers/search",
    ]


def test_a_token_that_may_not_read_events_goes_without_them() -> None:
    """Changes come all the same; who was deleted shows by being absent from a full walk."""
    shop = Shop(events=False)
    ids = people(shop, 120)
    copy: dict[str, Any] = {}
    bookmark = shop.walk(copy, None)
    shop.till.delete(ids[0])
    shop.till.edit(ids[1], note="new")

    bookmark = shop.walk(copy, bookmark)
    assert copy[ids[1]]["note"] == "new"
    assert ids[0] in copy
    shop.walk(copy, bookmark, full=True)

    assert copy == dict(shop.till.customers)


def test_a_search_that_lags_loses_nothing() -> None:
    """A change that the search did not show yet comes with the next walk, since each looks back."""
    shop = Shop(lag_seconds=90)
    ids = people(shop, 3)
    copy: dict[str, Any] = {}
    bookmark = shop.walk(copy, None)
    shop.clock.seconds += 600
    shop.till.edit(ids[0], given_name="Late")

    bookmark = shop.walk(copy, bookmark)
    assert copy[ids[0]]["given_name"] == "Ada 0"
    shop.clock.seconds += 100
    shop.walk(copy, bookmark)

    assert copy[ids[0]]["given_name"] == "Late"


def test_what_changes_during_a_walk_is_there_at_the_end_of_the_next() -> None:
    """Edits, deletions and new customers between two pages; the walk after it makes both sides equal."""
    shop = Shop()
    ids = people(shop, 300)
    copy: dict[str, Any] = {}
    bookmark: State | None = None
    for number, page in enumerate(walks.pages(shop.source, full=True)):
        taken(page, copy)
        shop.till.edit(ids[number], note=f"changed {number}")
        shop.till.edit(ids[-1 - number], note=f"changed {number}")
        shop.till.delete(ids[150 + number])
        shop.till.create(given_name=f"Late {number}")
        bookmark = page.bookmark

    shop.walk(copy, bookmark)

    assert copy == dict(shop.till.customers)


def test_a_walk_goes_on_where_its_cursor_ran_out() -> None:
    """After more than five minutes the walk goes on from the latest creation it saw, not from its beginning."""
    shop = Shop()
    people(shop, 450)
    copy: dict[str, Any] = {}
    for number, page in enumerate(walks.pages(shop.source, full=True)):
        taken(page, copy)
        if number == 2:
            shop.clock.seconds += 1_000

    assert copy == dict(shop.till.customers)
    assert shop.asked.count("GET /v2/customers") == 4  # three pages, and the one whose cursor is refused
    assert shop.asked.count("POST /v2/customers/search") == 2


def test_a_cursor_that_leads_nowhere_begins_anew() -> None:
    """When not even a creation is known to go on from, the walk says that it must start over."""
    shop = Shop()
    people(shop, 150)
    with pytest.raises(errors.StartOver):
        shop.source.page({**shop.source.begin(None, full=True), "cursor": "made-up"})


def test_many_customers_of_one_moment_are_turned_by_their_cursors() -> None:
    """An import of customers whose creation is a date: hundreds share it, and the walk does not go round in them."""
    shop = Shop()
    people(shop, 30)
    shop.clock.step = 0.0
    people(shop, 350)
    shop.clock.step = 0.001
    copy: dict[str, Any] = {}

    shop.walk(copy, None)

    assert copy == dict(shop.till.customers)
    assert len(shop.asked) == 4


def test_a_cursor_that_leads_to_itself_or_back_is_left() -> None:
    """The walk goes on from the latest creation it saw: by a search, which ends."""
    shop = Shop()
    people(shop, 150)
    first = shop.source.page(shop.source.begin(None, full=True))
    assert first.state is not None
    url = f"{URL}/v2/customers?cursor={first.state['cursor']}&{LISTED}"
    rest = shop.till.send(Request("GET", url, {"authorization": f"Bearer {TOKEN}"}))
    looping = json.loads(rest.body) | {"cursor": first.state["cursor"]}
    shop.broken = Response(200, {}, json.dumps(looping).encode())

    second = shop.source.page(first.state)
    shop.broken = None
    last = shop.source.page(second.state or {})

    assert "cursor" not in (second.state or {})
    assert last.state is None
    assert shop.asked[-1] == "POST /v2/customers/search"


def test_empty_pages_with_a_cursor_are_passed_over() -> None:
    """Square sends none, others might; that they end is looked after by whoever walks."""
    shop = Shop()
    people(shop, 1)
    state = shop.source.begin(None, full=True)
    for number in range(3):
        shop.broken = Response(200, {}, b'{"cursor":"c%d"}' % number)
        page = shop.source.page(state)
        assert page.items == []
        assert page.state is not None
        state = page.state


def test_one_that_ignores_its_filter_is_noticed() -> None:
    """Asked for changes after the year 2100, an honest Square finds nobody."""
    shop = Shop()
    people(shop, 2)
    assert shop.source.honours_filters()

    ignoring = Shop(obeys_updated_at=False)
    people(ignoring, 2)
    assert not ignoring.source.honours_filters()


def test_a_bookmark_is_by_the_clock_of_the_source() -> None:
    """Where the source's clock is behind ours, what changes there next still lies behind the bookmark."""
    shop = Shop()
    people(shop, 1)
    behind = "Tue, 01 Dec 2026 00:00:00 GMT"
    answer = shop.till.send(Request("GET", URL + "/v2/customers", {"authorization": "Bearer square-token"}))
    shop.broken = Response(200, {"date": behind}, answer.body)

    page = shop.source.page(shop.source.begin(None, full=True))

    assert page.bookmark == {"at": 1_796_083_200_000_000}


def test_customers_fetched_are_as_they_are_now() -> None:
    """Someone there comes as a record, an old id as merged with the survivor's record, anybody else is gone."""
    shop = Shop()
    ids = people(shop, 4)
    survivor = shop.till.merge(ids[1], ids[2])

    items = shop.source.fetch([ids[0], ids[1], "nobody/at all"])

    records = [msgspec.json.decode(item.raw)["id"] for item in items if isinstance(item, Record)]
    assert records == [ids[0], survivor]
    assert items[2:] == [Merged(ids[1], survivor), Gone("nobody/at all")]


@pytest.mark.parametrize(
    "body",
    [
        b'{"customers":[{"id":"half',
        b"<html>busy</html>",
        b"[]",
        b'{"customers":{}}',
        b'{"errors":[{"code":"INTERNAL_SERVER_ERROR"}]}',
        b'{"customers":' + b"[" * 10_000,
    ],
)
def test_an_answer_that_is_no_page_is_asked_again(body: bytes) -> None:
    """Half a page, a page of HTML, errors with 200, depth without end: nothing is taken from it."""
    shop = Shop()
    shop.broken = Response(200, {}, body)
    with pytest.raises(errors.Retriable):
        shop.source.page(shop.source.begin(None, full=True))


def test_records_of_any_type_pass_through() -> None:
    """What is no customer at all is for its reader to refuse; the page goes on."""
    shop = Shop()
    shop.broken = Response(
        200, {}, b'{"customers":[null,7,{"id":5},{"id":"A","created_at":7}],"count":%d}' % 10**30
    )

    page = shop.source.page(shop.source.begin(None, full=True))

    assert [item.raw for item in page.items if isinstance(item, Record)] == [
        b"null", b"7", b'{"id":5}', b'{"id":"A","created_at":7}',
    ]  # fmt: skip
    assert page.state is None


def test_a_record_that_is_no_json_spoils_no_other() -> None:
    """`NaN` in one record: it comes as it stands, for quarantine, and the walk goes on."""
    shop = Shop()
    shop.broken = Response(200, {}, b'{"customers":[{"id":"A"},{"id":NaN},{"id":"B"}],"cursor":"c"}')

    page = shop.source.page(shop.source.begin(None, full=True))

    assert [item.raw for item in page.items if isinstance(item, Record)] == [
        b'{"id":"A"}', b'{"id":NaN}', b'{"id":"B"}',
    ]  # fmt: skip
    assert page.state is not None


def test_tokens_are_renewed_and_rotate() -> None:
    """A JSON secret brings its own renewal: the new secret opens what the old one no longer does."""
    shop = Shop()
    secret = json.dumps({"client_id": "c", "client_secret": "s", "refresh_token": "square-refresh"})
    given = Given(URL, secret, {}, 1, "US")
    with pytest.raises(errors.Unauthorised):
        KIND.open(given, Http(shop))

    assert KIND.refresh is not None
    renewed = KIND.refresh(given, Http(shop))

    shop.opened(renewed.secret).check()
    with pytest.raises(errors.Unauthorised):
        shop.source.check()
    with pytest.raises(errors.Unauthorised):
        KIND.refresh(given, Http(shop))
    with pytest.raises(errors.Unauthorised):
        KIND.refresh(Given(URL, "plain", {}, 1, "US"), Http(shop))


@pytest.mark.parametrize(
    ("secret", "options"),
    [
        (None, {}),
        ("", {}),
        ("two words", {}),
        ("line\nbreak", {}),
        ('{"client_id":7}', {}),
        ("sq0token", {"overlap": "-1"}),
        ("sq0token", {"events": "perhaps"}),
        ("sq0token", {"version": "2024-12-18\r\nx: y"}),
    ],
)
def test_what_it_cannot_be_opened_with_is_said(secret: str | None, options: dict[str, str]) -> None:
    """Credentials and options that are none are a person's to mend, and are not repeated."""
    with pytest.raises(errors.Fatal) as caught:
        KIND.open(Given(URL, secret, options, 1, "US"), Http(Shop()))
    if secret:
        assert secret not in str(caught.value)


def heard(shop: Shop, body: bytes, headers: dict[str, str], url: str = "https://us.example/hooks/x") -> Any:
    assert KIND.hook is not None
    return KIND.hook(Hook(url, headers, body, KEY, shop.clock()))


def test_a_webhook_of_squares_tells_whom_to_look_at() -> None:
    """A merge names the old ones and the new one; another body, address, signature or age is refused."""
    shop = Shop()
    ids = people(shop, 3)
    url = "https://us.example/hooks/x"
    assert heard(shop, *shop.till.webhook(url, KEY)).refs == (ids[2],)

    survivor = shop.till.merge(ids[0], ids[1])
    body, headers = shop.till.webhook(url, KEY)
    told = heard(shop, body, headers)
    assert told.refs == (ids[1], survivor, ids[0])
    assert told.event_id == json.loads(body)["event_id"]

    other = {"x-square-hmacsha256-signature": "é"}
    for wrong in (
        (body + b" ", headers, url),
        (body, headers, url + "/"),
        (body, {}, url),
        (body, other, url),
    ):
        with pytest.raises(errors.Unauthorised):
            heard(shop, *wrong)
    shop.clock.seconds += 5 * 86_400
    with pytest.raises(errors.Unauthorised):
        heard(shop, body, headers)


def test_the_published_signature_is_accepted() -> None:
    """The short vector of contracts/square.md 2.9: genuine, but it speaks of no event."""
    body = b'{"data":{"type":"webhooks","id":">id<"}}'
    signature = "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U="
    with pytest.raises(errors.Invalid):
        heard(Shop(), body, {"x-square-hmacsha256-signature": signature}, "https://webhook.site/webhooks")


def test_without_a_key_no_webhook_is_genuine() -> None:
    """An empty key would let anybody sign."""
    shop = Shop()
    people(shop, 1)
    body, headers = shop.till.webhook("https://us.example", "")
    assert KIND.hook is not None
    with pytest.raises(errors.Unauthorised):
        KIND.hook(Hook("https://us.example", headers, body, "", shop.clock()))
