"""Walking changes by `rel="next"`: nothing is missed, nothing else of the URL changes."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.api.shift4.next_link import next_link
from regulars.model import instant
from tests.api.conftest import PEOPLE
from tests.api.shop import HERE, Answered, Shop
from tests.directory.world import person

LIST = f"/pos/v2/{HERE}/customers"
_LINK = re.compile(r'<([^<>\s"]+)>; rel="next"')


def following(answer: Answered) -> str | None:
    """The target of the Link header; None without one."""
    link = answer.headers.get("link")
    if link is None:
        return None
    match = _LINK.fullmatch(link)
    assert match, link
    return match[1]


def walk(shop: Shop, target: str) -> list[list[str]]:
    """The posRefs of every page that following the links gives."""
    pages = []
    url: str | None = target
    while url is not None:
        answer = shop.get(url)
        pages.append([one["posRef"] for one in answer.json["results"]])
        url = following(answer)
        assert len(pages) <= PEOPLE
    return pages


@pytest.mark.parametrize("how", ["pageSize=7", "limit=7", "offset=0&limit=7", "page=1&pageSize=7"])
def test_following_the_links_sees_everybody_once(shop: Shop, how: str) -> None:
    """In the order of changes, and the last page has no link."""
    pages = walk(shop, f"{LIST}?updatedAfter=2020-01-01&{how}")

    assert [len(page) for page in pages] == [7] * 17 + [1]
    assert sorted(ref for page in pages for ref in page) == sorted(f"C-{number}" for number in range(PEOPLE))


def test_following_the_links_misses_no_change(own_shop: Shop) -> None:
    """Whoever changes while one walks comes again at the end; page numbers would have skipped somebody."""
    own_shop.add(*(person(f"C-{number}") for number in range(6)))
    first = own_shop.get(f"{LIST}?updatedAfter=2020-01-01&pageSize=3")

    own_shop.add(person("C-0", "Changed"))

    assert [one["posRef"] for one in first.json["results"]] == ["C-0", "C-1", "C-2"]
    assert walk(own_shop, following(first) or "") == [["C-3", "C-4", "C-5"], ["C-0"]]


def test_deleted_customers_stay_asked_for(own_shop: Shop) -> None:
    """includeDeleted is kept."""
    own_shop.add(*(person(f"C-{number}") for number in range(3)))

    link = following(own_shop.get(f"{LIST}?includeDeleted=true&updatedAfter=2020-01-01&pageSize=2"))

    assert link is not None
    assert dict(parse_qsl(urlsplit(link).query))["includeDeleted"] == "true"


@pytest.mark.parametrize("query", ["", "page=2", "search=ada", "pageSize=1&offsetx=1"])
def test_only_changes_have_links(shop: Shop, query: str) -> None:
    """A plain list or search is paged by number."""
    assert following(shop.get(f"{LIST}?{query}")) is None


def test_a_page_past_the_end_has_no_link(shop: Shop) -> None:
    """There is nothing to go on from."""
    assert following(shop.listed(updatedAfter="2020-01-01", page="99")) is None


def test_the_link_begins_with_the_path_that_was_asked(shop: Shop) -> None:
    """Below /api too, with what a proxy's own path is, so that it leads there again."""
    link = following(shop.get(f"/api{LIST}?updatedAfter=2020-01-01&pageSize=2"))

    assert link is not None
    assert link.startswith(f"/api{LIST}?")
    assert urljoin("https://tills.example.com/x?y", link).startswith(f"https://tills.example.com/api{LIST}?")


def test_the_last_time_of_the_page_is_kept_to_the_microsecond(shop: Shop) -> None:
    """updatedAfter of the link is updatedAt of the last customer, page is 1."""
    answer = shop.get(f"{LIST}?page=2&updatedAfter=2020-01-01&pageSize=10")

    given = dict(parse_qsl(urlsplit(following(answer) or "").query))
    assert given == {"page": "1", "pageSize": "10", "updatedAfter": answer.json["results"][-1]["updatedAt"]}


@given(
    pairs=st.lists(
        st.tuples(st.sampled_from(["search", "x", "pageSize", "includeDeleted", "a b", "ü"]), st.text())
    ),
    raw=st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="#")),
    micros=st.integers(instant.EARLIEST, instant.LATEST),
)
def test_a_link_is_a_header_and_keeps_every_other_parameter(
    pairs: list[tuple[str, str]], raw: str, micros: int
) -> None:
    """Whatever a client sent, encoded or not, comes back meaning the same, and cannot end the header."""
    encoded = urlencode(pairs)
    _, link = next_link(
        LIST, f"page=3&{encoded}&updatedAfter=2020-01-01&{raw}", last_updated_at=micros, by_offset=False
    )

    match = _LINK.fullmatch(link)
    assert match, link
    assert link.isascii()
    query = urlsplit(match[1]).query
    kept = parse_qsl(query, keep_blank_values=True)
    assert kept[: len(pairs)] == pairs
    assert kept[-2:] == [("page", "1"), ("updatedAfter", instant.text(micros))]
