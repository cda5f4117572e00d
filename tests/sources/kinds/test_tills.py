"""Points of sale that cannot be run here: each kind keeps the contract, against a till built from what is published."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from msgspec import structs

from regulars import errors
from regulars.sources import registry
from regulars.sources.contract import Given, Heard, Hook
from regulars.sources.http import Http, Request, Response
from regulars.sources.kinds import clover, lightspeed_x, shopify, stripe, woocommerce
from regulars.sources.transport import Network
from regulars.testing import conformance
from regulars.testing.tills.clover import CloverTill
from regulars.testing.tills.lightspeed_x import LightspeedTill
from regulars.testing.tills.odoo import OdooTill
from regulars.testing.tills.serving import Serving
from regulars.testing.tills.shopify import ShopifyTill
from regulars.testing.tills.stripe import StripeTill
from regulars.testing.tills.woocommerce import WooCommerceTill
from regulars.testing.trial import Trial, opened, shown, walk
from tests.sources.kinds import walks
from tests.sync.shop import shop


class OlderOdooTill(OdooTill):
    """Asked by JSON-RPC."""

    def given(self) -> Given:
        return structs.replace(super().given(), options={"database": "shop", "login": "till@example.com"})


TILLS: tuple[type[Trial], ...] = (
    CloverTill,
    LightspeedTill,
    OdooTill,
    OlderOdooTill,
    ShopifyTill,
    StripeTill,
    WooCommerceTill,
)
PROMISES = [
    pytest.param(till, promise, id=f"{till.kind.name}-{conformance.name(promise)}")
    for till in TILLS
    for promise in conformance.promises(till)
]


@pytest.mark.parametrize(("till", "promise"), PROMISES)
def test_it_keeps_the_contract(till: type[Trial], promise: conformance.Promise) -> None:
    """Every promise of every source."""
    promise(till())


@pytest.fixture(params=TILLS, ids=lambda till: till.kind.name)
def till(request: pytest.FixtureRequest) -> Iterator[Trial]:
    made: Trial = request.param()
    yield made
    made.close()


def test_it_is_a_kind_that_ships(till: Trial) -> None:
    """By its name, and says what it was proved against."""
    assert registry.kind(till.kind.name) is till.kind
    assert till.kind.proof == "simulated"


def test_it_is_asked_over_real_http(till: Trial) -> None:
    """Connections, headers and all: the same customers as without."""
    refs = [till.create(f"Name{at}", f"+1212555{at:04}") for at in range(100, 100 + till.many)]
    with Serving(till) as server:
        network = Network()
        given = structs.replace(till.given(), url=server.url)
        items, _ = walks.walked(till.kind.open(given, Http(network, now=till.now)), full=True)
        network.close()
        assert server.count > 1
    assert set(shown(till, items)) == set(refs)


def test_what_happens_during_a_walk_arrives(till: Trial, tmp_path: Path) -> None:
    """Created, edited and deleted between its pages: after the next full walk the directory shows the till's state."""
    with shop(tmp_path, transport=till, kind=till.kind, options=dict(till.given().options)) as here:
        here.secret = till.given().secret or ""
        here.clock.now = round(till.now() * 1e6)
        refs = [till.create(f"Name{at}", f"+1212555{at:04}") for at in range(100, 100 + till.many)]
        model = {ref: (f"Name{at}", f"+1212555{at:04}") for at, ref in enumerate(refs, start=100)}
        for at, step in enumerate(here.steps()):
            if step.counts.pages and at < 3:
                till.delete(refs[at])
                del model[refs[at]]
                till.edit(refs[-1 - at], phone=f"+1212555{at:04}")
                model[refs[-1 - at]] = (model[refs[-1 - at]][0], f"+1212555{at:04}")
                new = till.create("Meanwhile", "")
                model[new] = ("Meanwhile", "")
        here.sync()
        here.sync(full=True)
        assert here.people() == model
        assert here.pull.state == "active"


SECRET = "whsec_invented"


def test_stripe_webhooks_are_judged() -> None:
    """Genuine and young ones speak of a customer; others are refused."""
    till = StripeTill()
    ref = till.create("Ada", "")
    body, headers = till.webhook(SECRET)
    said = stripe.hook(Hook("", headers, body, SECRET, till.now()))
    assert (said.event_id, said.refs) == (till.events[-1]["id"], (ref,))
    for secret, now, sent in (
        ("other", till.now(), body),
        (SECRET, till.now() + 301, body),
        (SECRET, till.now(), body + b" "),
    ):
        with pytest.raises(errors.Unauthorised):
            stripe.hook(Hook("", headers, sent, secret, now))
    with pytest.raises(errors.Unauthorised):
        stripe.hook(Hook("", {}, body, SECRET, till.now()))


def test_clover_webhooks_are_judged() -> None:
    """They name customers and other things; only with the secret are they believed."""
    till = CloverTill()
    ref = till.create("Ada", "")
    body, headers = till.webhook(SECRET, ref)
    assert clover.hook(Hook("", headers, body, SECRET, 0)).refs == (ref,)
    order = body.replace(b"C:", b"O:")
    assert clover.hook(Hook("", headers, order, SECRET, 0)).refs == ()
    for wrong in ({}, {"x-clover-auth": "other"}):
        with pytest.raises(errors.Unauthorised):
            clover.hook(Hook("", wrong, body, SECRET, 0))
    with pytest.raises(errors.Invalid):
        clover.hook(Hook("", headers, b"[]", SECRET, 0))


def test_lightspeed_webhooks_are_judged() -> None:
    """The form's payload names the customer; the signature is over the form as it came."""
    till = LightspeedTill()
    ref = till.create("Ada", "")
    body, headers = till.webhook(SECRET, ref)
    assert lightspeed_x.hook(Hook("", headers, body, SECRET, 0)).refs == (ref,)
    for sent, given in ((body + b"&x=1", headers), (body, {}), (body, {"x-signature": "signature="})):
        with pytest.raises(errors.Unauthorised):
            lightspeed_x.hook(Hook("", given, sent, SECRET, 0))
    payload = dict(parse_qsl(body.decode()))["payload"].encode()
    for content in (body, payload):
        written = base64.b64encode(hmac.digest(SECRET.encode(), content, "sha256")).decode()
        webhook = Hook("", {"x-signature": f"signature={written},algorithm=HMAC-SHA256"}, body, SECRET, 0)
        assert lightspeed_x.hook(webhook).refs == (ref,)


def test_lightspeed_tokens_rotate(tmp_path: Path) -> None:
    """A token that ran out is renewed, and so is the one that renews it."""
    till = LightspeedTill()
    with shop(tmp_path, transport=till, kind=till.kind, url="https://till.example.com") as here:
        here.secret = till.credentials()
        till.create("Ada", "+12125550100")
        here.sync()
        for round in range(2):
            till.token = f"unknown-{round}"
            till.create("Bea", "+12125550101")
            here.sync()
            assert here.pull.state == "active"
        assert len(here.people()) == 3


def test_stripe_events_may_come_late_and_in_any_order() -> None:
    """They only say whom to look at; one that appears behind those already read is read by the next walk."""
    till = StripeTill()
    refs = [till.create(f"Name{at}", "") for at in range(3)]
    till.pass_seconds(1_000)
    bookmark = walk(till, full=True).bookmark
    till.edit(refs[0], name="Older")
    till.edit(refs[0], name="Newer")
    till.edit(refs[1], name="Late")
    late = till.events.pop()
    till.events[-2:] = reversed(till.events[-2:])
    walked = walk(till, bookmark)
    found = shown(till, walked.items)
    assert {ref: one.first_name for ref, one in found.items()} == {refs[0]: "Newer"}
    till.events.insert(-1, late)
    assert shown(till, walk(till, walked.bookmark).items)[refs[1]].first_name == "Late"


def test_stripe_walks_anew_when_its_events_are_gone() -> None:
    """After thirty days the last event is no longer kept, and everybody is listed."""
    till = StripeTill()
    for at in range(3):
        till.create(f"Name{at}", "")
    bookmark = walk(till, full=True).bookmark
    till.pass_seconds(40 * 86_400)
    new = till.create("New", "")
    found = shown(till, walk(till, bookmark).items)
    assert new in found
    assert len(found) == 4


@pytest.mark.parametrize("made", [CloverTill, WooCommerceTill])
def test_nobody_is_missed_when_offsets_shift(made: type[Trial]) -> None:
    """A whole page of customers deleted behind the walk: whoever slipped over the edge is read all the same."""
    till = made()
    refs = [till.create(f"Name{at}", "") for at in range(350)]

    def meanwhile(number: int) -> None:
        if number == 1:
            for ref in refs[:120]:
                till.delete(ref)

    found = shown(till, walk(till, full=True, after_page=meanwhile).items)
    assert set(refs[120:]) <= set(found)


def test_shopify_webhooks_are_judged() -> None:
    """A merge speaks of both; a demand to erase is one; orders speak of nobody."""
    till = ShopifyTill()
    gid = "gid://shopify/Customer/"
    merged = {
        "admin_graphql_api_customer_kept_id": gid + "7",
        "admin_graphql_api_customer_deleted_id": gid + "8",
    }
    for topic, body, refs, erased in (
        ("customers/update", {"id": 7}, ("7",), ()),
        ("customers/delete", {"id": 7}, ("7",), ()),
        ("customers/merge", merged, ("7", "8"), ()),
        ("customers/redact", {"shop_id": 1, "customer": {"id": 7}}, (), ("7",)),
        ("orders/create", {"id": 9}, (), ()),
    ):
        sent, headers = till.webhook(SECRET, topic, body)
        said = shopify.hook(Hook("", headers, sent, SECRET, 0))
        assert (said.refs, said.erased) == (refs, erased)
        with pytest.raises(errors.Unauthorised):
            shopify.hook(Hook("", headers, sent, "other", 0))


def test_woocommerce_webhooks_are_judged() -> None:
    """A ping is no JSON and speaks of nobody."""
    till = WooCommerceTill()
    ref = till.create("Ada", "")
    body, headers = till.webhook(SECRET, ref)
    said = woocommerce.hook(Hook("", headers, body, SECRET, 0))
    assert (said.event_id, said.refs) == (f"delivery-{ref}", (ref,))
    with pytest.raises(errors.Unauthorised):
        woocommerce.hook(Hook("", headers, body + b" ", SECRET, 0))
    _, ping = till.webhook(SECRET, ref, "action.woocommerce_ping")
    assert woocommerce.hook(Hook("", ping, body, SECRET, 0)).refs == ()
    assert woocommerce.hook(Hook("", {}, b"webhook_id=7", SECRET, 0)) == Heard("", ())


def test_shopify_says_how_long_to_wait(tmp_path: Path) -> None:
    """Until the bucket holds what the query costs, and the walk goes on."""
    till = ShopifyTill()
    with shop(tmp_path, transport=till, kind=till.kind, url="https://shop.example.com") as here:
        here.secret = till.given().secret or ""
        here.clock.now = round(till.now() * 1e6)
        till.create("Ada", "+12125550100")
        till.throttled = 1
        before = here.clock.now
        here.sync()
        assert here.clock.now - before >= 2_000_000
        assert len(here.people()) == 1


def test_an_archived_partner_of_odoo_is_gone(tmp_path: Path) -> None:
    """With the next walk of changes; who is brought back comes back."""
    till = OdooTill()
    with shop(tmp_path, transport=till, kind=till.kind, url="https://odoo.example.com") as here:
        here.secret = till.given().secret or ""
        here.clock.now = round(till.now() * 1e6)
        ref = till.create("Ada", "+12125550100")
        here.sync()
        till.archive(ref)
        run = here.sync().run
        assert run is not None
        assert (run.mode, run.counts.deleted) == ("changes", 1)
        assert here.people() == {}


def test_a_shop_that_is_larger_than_a_cursor_reaches_is_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shopify follows a cursor to 25,000 customers: the walk goes on from the last time it saw."""
    monkeypatch.setattr(shopify, "_CURSOR_PAGES", 2)
    till = ShopifyTill()
    till.reach = 300
    refs = [till.create(f"Name{at}", "") for at in range(1_050)]
    walked = walk(till, full=True)
    assert set(shown(till, walked.items)) == set(refs)
    assert len(walked.pages) < 20


def test_shopify_is_asked_for_less_when_a_query_is_too_dear() -> None:
    """Half as many, until it answers; that is kept for the rest of the walk."""
    till = ShopifyTill()
    till.dear_from = 30
    refs = [till.create(f"Name{at}", "") for at in range(120)]
    walked = walk(till, full=True)
    assert set(shown(till, walked.items)) == set(refs)
    assert walked.states[-1]["first"] == 25


def test_shopify_says_that_approval_is_missing() -> None:
    """Whether it shows customers without anything, or refuses the fields: nobody's name is taken away."""
    till = ShopifyTill()
    for at in range(5):
        till.create(f"Name{at}", "")
    opened(till).check()
    till.is_approved = False
    with pytest.raises(errors.Fatal) as refused:
        opened(till).check()
    assert "approval" in (refused.value.hint or "")
    for said in (
        {"message": "This app is not approved to use the firstName field.", "path": ["customers"]},
        {"message": "Access denied", "extensions": {"code": "ACCESS_DENIED"}},
        {"message": "Field is none", "extensions": {"code": "undefinedField"}},
    ):
        source = opened(till, transport=_Always({"data": None, "errors": [said]}))
        with pytest.raises(errors.Fatal):
            source.page(source.begin(None, full=True))


class _Always:
    """The same answer to everything."""

    def __init__(self, value: object) -> None:
        self._body = json.dumps(value).encode()

    def send(self, _request: Request) -> Response:
        return Response(200, {}, self._body)


def test_shopify_tokens_of_a_day_are_renewed(tmp_path: Path) -> None:
    """With the client's credentials, the first time too; wrong ones stop the source."""
    till = ShopifyTill()
    with shop(tmp_path, transport=till, kind=till.kind, url="https://shop.example.com") as here:
        here.secret = json.dumps({"client_id": till.client[0], "client_secret": till.client[1]})
        here.clock.now = round(till.now() * 1e6)
        till.create("Ada", "+12125550100")
        for day in range(2):
            till.token = f"shpat_invented_{day}"
            here.sync()
            assert here.pull.state == "active"
        assert len(here.people()) == 1
        till.token, till.client = "another", ("other", "client")
        here.sync()
        assert here.pull.state == "stopped"


@pytest.mark.parametrize("made", [ShopifyTill, OdooTill])
@pytest.mark.parametrize("secret", ["two\nlines", "a b", "", "\u00e9t\u00e9", '{"client_id": 7}'])
def test_a_token_that_no_header_can_hold_is_told(made: type[Trial], secret: str) -> None:
    """Before anything is asked."""
    with pytest.raises(errors.Fatal):
        opened(made(), secret=secret)


def test_a_thousand_partners_of_one_moment_are_read() -> None:
    """An import is one transaction, and all of it has one write_date; in a walk of changes, too."""
    till = OdooTill()
    refs = [till.create(f"Name{at}", "") for at in range(1_000)]
    till.write_at_once()
    walked = walk(till, full=True)
    assert set(shown(till, walked.items)) == set(refs)
    till.pass_seconds(86_400)
    till.write_at_once()
    assert set(shown(till, walk(till, walked.bookmark).items)) == set(refs)


def test_a_late_transaction_of_odoo_is_met() -> None:
    """What is written in a long transaction has the time of its begin, and shows when it ends."""
    till = OdooTill()
    ref = till.create("Ada", "")
    till.pass_seconds(3_600)
    began = till.now()
    till.pass_seconds(300)
    bookmark = walk(till, full=True).bookmark
    till.edit(ref, name="Bea")
    till.partners[int(ref)]["write_date"] = datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%d %H:%M:%S")
    assert ref in shown(till, walk(till, bookmark).items)


@pytest.mark.parametrize("made", [CloverTill, WooCommerceTill])
def test_an_offset_that_is_not_seen_is_told(made: type[Trial]) -> None:
    """The first page for ever would be a walk that never ends, or ends with everybody else missing."""
    till = made()
    for at in range(1_200):
        till.create(f"Name{at}", "")

    class Blind:
        def send(self, request: Request) -> Response:
            url = re.sub(r"([?&]offset=)\d+", r"\g<1>0", request.url)
            return till.send(structs.replace(request, url=url))

    source = opened(till, transport=Blind())
    page = source.page(source.begin(None, full=True))
    assert page.state is not None
    with pytest.raises(errors.Retriable):
        source.page(page.state)


def test_errors_of_an_older_odoo_are_told_apart() -> None:
    """They come with 200: who is refused, what was asked wrongly, and what may work the next time."""
    till = OlderOdooTill()
    for name, expected in (
        ("odoo.exceptions.AccessDenied", errors.Unauthorised),
        ("odoo.exceptions.AccessError", errors.Fatal),
        ("builtins.ValueError", errors.Fatal),
        ("psycopg2.errors.SerializationFailure", errors.Retriable),
    ):
        said = {"error": {"message": "Odoo Server Error", "data": {"name": name, "message": "Ada"}}}
        with pytest.raises(expected) as refused:
            opened(till, transport=_Always(said)).check()
        assert "Ada" not in str(refused.value)
    with pytest.raises(errors.Unauthorised):
        opened(till, transport=_Always({"result": False})).check()
    with pytest.raises(errors.Fatal):
        till.kind.open(structs.replace(till.given(), options={"login": "till@example.com"}), Http(till))
