"""Pages with records that are no JSON: the others are there, byte for byte."""

import msgspec
import pytest
from msgspec import Raw, Struct

from regulars import errors
from regulars.sources.http import Response
from regulars.sources.parting import parted


class Page(Struct):
    """A page of the tests."""

    results: list[Raw]
    cursor: str | None = None


DEEP = b"[" * 10_000 + b"]" * 10_000


def of(body: bytes) -> tuple[list[bytes], str | None]:
    elements, page = parted(Response(200, {}, body), "results", Page)
    return elements, page.cursor


@pytest.mark.parametrize(
    "bad", [b'{"a":NaN}', b'{"a":' + DEEP + b"}", b'{"a":01}', b"-Infinity", b'{"a" "b"}']
)
def test_a_record_that_is_no_json_spoils_no_other(bad: bytes) -> None:
    """It comes out as it stands, between its neighbours; the rest of the answer is understood."""
    with pytest.raises((msgspec.DecodeError, RecursionError)):
        msgspec.json.decode(bad)

    elements, cursor = of(
        b'{"cursor": "c", "results" :[ {"b":"],}\\"x"} ,' + bad + b',\n7 ] ,"more":{"results":[1]}}'
    )

    assert elements == [b'{"b":"],}\\"x"}', bad, b"7"]
    assert cursor == "c"


def test_a_good_page_is_taken_as_it_is() -> None:
    """Byte for byte too, white space inside of records and all."""
    assert of(b'\xef\xbb\xbf{"results":[{ "a": 1.50 },null],"cursor":"d"}') == (
        [b'{ "a": 1.50 }', b"null"],
        "d",
    )
    assert of(b'{"results":[]}') == ([], None)


@pytest.mark.parametrize(
    "body",
    [
        b'{"results":[{"a":NaN},{"b":1}',
        b'{"results":[{"a":NaN},{"b":"1',
        b'{"results":[{"a":NaN},{"b":"}]}',
        b'{"results":[{"a":NaN}]',
        b'{"results":[{"a":NaN]}',
        b'{"results":[NaN]}}',
        b'{"results":[NaN]} and more',
        b'{"results":{"a":NaN}}',
        b'{"more":{"results":[NaN]}}',
        b'{"results":[NaN],"cursor":NaN}',
        b"<html>[NaN]</html>",
        b"[NaN]",
        b"",
        DEEP,
    ],
)
def test_what_is_cut_or_no_page_is_refused(body: bytes) -> None:
    """Half a page must be asked for again, however well its first half can be read."""
    with pytest.raises(errors.Retriable):
        of(body)
