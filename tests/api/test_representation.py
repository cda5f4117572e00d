"""Tags, 304 and compression: who asks again is told no more, and no less, than somebody who asks for the first time."""

from __future__ import annotations

import gzip
import json
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars import limits
from regulars.api.representation import Representations, coding_for, compressed, names
from regulars.api.route import Answer
from regulars.directory import deletion, groups, lookup, places
from tests.api.shop import HERE, THERE, Answered, Shop, shop_in
from tests.directory import world
from tests.directory.world import person

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIST = f"/pos/v2/{HERE}/customers"
CODINGS = ("", "gzip", "zstd")


def targets(shop: Shop) -> list[str]:
    """Every list and single customer that carries a tag."""
    [one] = lookup.show(shop.directory, shop.account.account_id, "C-1", location_id=HERE)
    return [
        LIST, f"{LIST}?search=ada", f"{LIST}?updatedAfter=2020-01-01&pageSize=3", f"{LIST}/C-1",
        "/v2/customers", "/v2/customers?count=true&sort_field=CREATED_AT", f"/v2/customers/{one.id}",
        "/v1/customers", f"/v1/customers/{one.id}",
    ]  # fmt: skip


def bare(answer: Answered) -> bytes:
    """The body before it was compressed."""
    match answer.headers.get("content-encoding"):
        case "gzip":
            return gzip.decompress(answer.body)
        case "zstd":
            return zstd.decompress(answer.body)
        case other:
            assert other is None
            return answer.body


def asking(coding: str, tag: str | None = None) -> dict[str, str]:
    headers = {"accept-encoding": coding} if coding else {}
    return headers | ({"if-none-match": tag} if tag else {})


def test_who_has_the_answer_is_told_so(shop: Shop) -> None:
    """Each list and each customer, in each coding: a strong tag, then 304 without a body, with the same headers."""
    for target in targets(shop):
        for coding in CODINGS:
            first = shop.get(target, headers=asking(coding))
            tag = first.headers["etag"]
            again = shop.get(target, headers=asking(coding, tag))

            assert (first.status, again.status, again.body) == (200, 304, b"")
            assert tag.startswith('"')
            for name in ("etag", "vary", "cache-control", "link", "x-content-type-options"):
                assert first.headers.get(name) == again.headers.get(name)
            assert not {"content-type", "content-encoding", "content-length"} & set(again.headers)


def test_each_coding_has_a_tag_of_its_own(shop: Shop) -> None:
    """The bytes differ, so do the strong tags; a tag of another coding is no reason for 304."""
    answers = {coding: shop.get(LIST, headers=asking(coding)) for coding in CODINGS}

    assert len({one.headers["etag"] for one in answers.values()}) == len(CODINGS)
    assert len({bare(one) for one in answers.values()}) == 1
    assert len({one.body for one in answers.values()}) == len(CODINGS)
    assert shop.get(LIST, headers=asking("gzip", answers["zstd"].headers["etag"])).status == 200


def test_a_tag_is_nobody_elses(shop: Shop) -> None:
    """Answers that differ have other tags; nothing at all has another tag in another account."""
    tags = {shop.get(target).headers["etag"] for target in targets(shop)}
    assert len(tags) == len(targets(shop))
    empty = Answer(b"{}")
    mine, theirs = (dict(Representations(bytes(32)).shown(empty, {}, account).headers) for account in (1, 2))
    assert mine["etag"] != theirs["etag"]


def test_a_tag_tells_nothing_of_other_locations(own_shop: Shop) -> None:
    """Whatever happens where the token does not look, its tags stay; what happens where it looks changes them."""
    own_shop.add(person("C-1", "Ada", "Here"))
    token = own_shop.token(HERE)
    pages = (LIST, "/v2/customers", "/v1/customers")
    before = [own_shop.get(page, token=token).headers["etag"] for page in pages]

    own_shop.add(person("T-1", "Tove", "There"), location_id=THERE)
    assert [own_shop.get(page, token=token).headers["etag"] for page in pages] == before

    own_shop.add(person("C-1", "Ada", "Changed"))
    after = [own_shop.get(page, token=token).headers["etag"] for page in pages]
    assert all(new != old for new, old in zip(after, before, strict=True))


def test_what_changes_without_the_customer_changes_the_tag(own_shop: Shop) -> None:
    """A group that is deleted leaves its members as they are; what is shown of them is another."""
    own_shop.add(person("C-1", "Ada", "Here"))
    directory, grant = own_shop.directory, world.grant_of(own_shop.account)
    [one] = lookup.show(directory, own_shop.account.account_id, "C-1")
    group = json.loads(groups.create(directory, grant, "Regulars", key=None))["id"]
    groups.put_in(directory, grant, one.id, group)
    tag = own_shop.get("/v2/customers").headers["etag"]

    groups.delete(directory, grant, group)

    assert own_shop.get("/v2/customers", headers=asking("", tag)).status == 200


def test_only_what_is_asked_for_again_is_tagged(shop: Shop) -> None:
    """Neither errors nor other routes: an If-None-Match of anything changes nothing about them."""
    for target in ("/healthz", "/marketplace/v2/locations", f"{LIST}/nobody", f"{LIST}?page=x"):
        plain, asked = shop.get(target), shop.get(target, headers=asking("gzip, zstd", "*"))
        assert (plain.status, plain.body) == (asked.status, asked.body) or plain.status >= 400
        assert plain.status == asked.status
        assert not {"etag", "content-encoding"} & set(asked.headers)


def test_head_is_get_without_a_body(shop: Shop) -> None:
    """The same tag, the length of what would come; and 304."""
    full = shop.get(LIST, headers=asking("zstd"))
    head = shop.ask("HEAD", LIST, headers=asking("zstd"))

    assert (head.status, head.body, head.headers) == (200, b"", full.headers)
    assert shop.ask("HEAD", LIST, headers=asking("zstd", full.headers["etag"])).status == 304


def test_few_bytes_are_sent_as_they_are(shop: Shop) -> None:
    """An answer that fits into one packet is not compressed, whoever asks."""
    answer = shop.get(f"{LIST}?pageSize=1", headers=asking("gzip, zstd"))

    assert len(answer.body) < limits.COMPRESSED_BYTES_MIN
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, "identity"), ("", "identity"), ("identity", "identity"), ("gzip", "gzip"), ("GZip", "gzip"),
        ("x-gzip", "gzip"), ("zstd", "zstd"), ("gzip, deflate, br, zstd", "zstd"), ("deflate, br", "identity"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"), ("gzip;q=0.5, zstd;q=0.50", "zstd"), ("gzip;q=0", "identity"),
        ("zstd;q=0, gzip", "gzip"), ("*", "zstd"), ("*;q=0", "identity"), ("*, zstd;q=0", "gzip"),
        ("identity, gzip;q=0.5", "identity"), ("identity;q=0.2, gzip ; q=0.3", "gzip"), ("gzip;q=2", "identity"),
        ("gzip;q=-1", "identity"), ("gzip;q=nan", "identity"), ("gzip;q=", "identity"), (",;,=;q", "identity"),
        ("gzip;q=0.1234", "identity"), ("identity;q=0", "identity"),
    ],
)  # fmt: skip
def test_accept_encoding(header: str | None, coding: str) -> None:
    """RFC 9110, section 12.5.3: what is liked best, nothing that was not named; broken words ask for nothing."""
    assert coding_for(header, limits.COMPRESSED_BYTES_MIN) == coding


@pytest.mark.parametrize(
    ("header", "is_named"),
    [
        (None, False), ("", False), ("*", True), (" * ", True), ('"a"', True), ('W/"a"', True), ('"b", "a"', True),
        ('"b","c"', False), ("a", False), ('"a', False), ('"b*"', False), ('"A"', False), ('"' * 60_000, False),
    ],
)  # fmt: skip
def test_if_none_match(header: str | None, is_named: bool) -> None:
    """RFC 9110, section 13.1.2: any of the tags, weak or not, or `*`."""
    assert names(header, '"a"') is is_named


@given(body=st.binary(min_size=1, max_size=5_000), coding=st.sampled_from(["gzip", "zstd", "identity"]))
def test_the_same_bytes_compress_to_the_same_bytes(body: bytes, coding: str) -> None:
    """What a strong tag promises; and nothing is lost."""
    made = compressed(body, coding)  # type: ignore[arg-type]  # one of them

    assert made == compressed(body, coding)  # type: ignore[arg-type]  # as above
    assert bare(Answered(200, {"content-encoding": coding} if coding != "identity" else {}, made)) == body


_SAID = st.tuples(
    st.binary(max_size=3_000), st.integers(1, 3), st.sampled_from(["", "gzip", "zstd", "*;q=0.5"])
)


@given(first=_SAID, second=_SAID)
def test_304_only_for_the_very_bytes(first: tuple[bytes, int, str], second: tuple[bytes, int, str]) -> None:
    """Law: the tag of one answer is good for 304 only if the other would be the same bytes in the same coding."""
    shown = Representations(b"k" * 32).shown

    def asked(said: tuple[bytes, int, str], **headers: str) -> Answer:
        body, account_id, coding = said
        return shown(Answer(body), {"HTTP_ACCEPT_ENCODING": coding, **headers}, account_id)

    one, other = asked(first), asked(second)
    tag = dict(one.headers)["etag"]
    again = asked(second, HTTP_IF_NONE_MATCH=tag)
    is_same = one == other and first[1] == second[1]
    assert (again.status == "304 Not Modified") is is_same


_ASKED = (
    LIST, f"{LIST}?page=2&pageSize=2", f"{LIST}?search=smith", f"{LIST}?updatedAfter=2020-01-01&includeDeleted=true",
    f"{LIST}/1", "/v2/customers?count=true", "/v1/customers",
)  # fmt: skip
_WRITES = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "delete", "rename"]),
        st.sampled_from("123"),
        st.sampled_from(["Smith", "Zoë"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(writes=_WRITES)
def test_over_any_history_304_means_unchanged(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[str, str, str]]
) -> None:
    """Law: after any writes, the last tag gets 304 exactly if the full answer is byte for byte the last."""
    with shop_in(tmp_path_factory.mktemp("tags")) as shop:
        last: dict[str, Answered] = {}
        for verb, ref, name in writes:
            written(shop, verb, ref, name)
            for target in _ASKED:
                whole = shop.get(target)
                if target in last and last[target].status == 200:
                    again = shop.get(target, headers=asking("", last[target].headers["etag"]))
                    is_same = (whole.status, whole.body) == (200, last[target].body)
                    assert (again.status == 304) is is_same
                    assert is_same or again.status == whole.status
                    assert whole.status != 200 or is_same or again.body == whole.body
                last[target] = whole


def written(shop: Shop, verb: str, ref: str, name: str) -> None:
    account_id = shop.account.account_id
    if verb == "put":
        shop.add(person(ref, "Ada", name))
    elif verb == "rename":
        shop_here = places.location(shop.directory, account_id, HERE)
        places.update_location(
            shop.directory, shop_here, name=name, time_zone=shop_here.time_zone, language=None
        )
    elif shop.get(f"{LIST}/{ref}").status == 200:
        [one] = lookup.show(shop.directory, account_id, ref)
        deletion.delete(shop.directory, account_id, [one.id])
