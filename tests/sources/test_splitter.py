"""JSON is cut into exactly the bytes of each customer, however the stream is cut and whatever is broken in it."""

import json
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regulars.sources.files import splitter
from regulars.sources.files.splitter import Piece, Splitter

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
KEYS = st.text(max_size=6).filter(lambda key: key not in {"results", "customers"})
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)
ENCODERS = st.sampled_from(
    [
        lambda value: json.dumps(value).encode(),
        lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"),
        lambda value: json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "surrogatepass"),
        lambda value: json.dumps(value, separators=(",", ":")).encode(),
    ]
)
FRAMES = st.sampled_from(
    [
        (b"[", b"]"),
        (b' {"results" : [', b"]}"),
        (b'{"meta":{"page":1,"tags":["a"]},"results":[', b'],"more":[1,{"x":"]}"}]}\n'),
        (b'{"customers":[', b'],"cursor":"c]}"}'),
        (b'[{"customers":[', b']},{"customers":[]}]'),
        (b"", b""),
    ]
)


def pieces(stream: bytes, *sizes: int, size_max: int = 1 << 20) -> list[Piece]:
    """What comes out when the stream arrives in chunks of these sizes in turn."""
    split = Splitter(size_max)
    found, at, turn = [], 0, 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        found += split.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
    return found + split.close()


@given(st.lists(OBJECTS, max_size=5), ENCODERS, FRAMES, st.lists(st.integers(1, 40), min_size=1, max_size=4))
@example([{'a"b\\': 'c"}', "\\": "\\\\"}], lambda value: json.dumps(value).encode(), (b"[", b"]"), [1])
def test_each_object_comes_out_byte_for_byte(
    objects: list[dict[str, Any]], encode: Any, frame: tuple[bytes, bytes], sizes: list[int]
) -> None:
    """Whatever JSON it is, in whatever page or array, in chunks of whatever size."""
    documents = [encode(each) for each in objects]
    stream = frame[0] + (b",\n " if frame[0] else b"\n").join(documents) + frame[1]

    found = pieces(stream, *sizes)

    assert [piece.data for piece in found] == documents
    assert all(piece.fault is None for piece in found)


def test_pages_follow_each_other() -> None:
    """Pages of both APIs, arrays and single objects may stand in one file."""
    stream = b'{"results":[{"a":1}]}\n{"customers":[{"b":1},{"b":2}]}[{"c":1}]{"d":1}\x1e{"e":1}'

    assert [piece.data for piece in pieces(stream, 7)] == [
        b'{"a":1}',
        b'{"b":1}',
        b'{"b":2}',
        b'{"c":1}',
        b'{"d":1}',
        b'{"e":1}',
    ]


def test_an_object_deeper_than_the_fast_way_comes_out_whole() -> None:
    """Depth has no bound; only bytes have."""
    deep = b'{"a":' * 2_000 + b"1" + b"}" * 2_000

    [piece] = pieces(b"[" + deep + b"]", 1_000)

    assert piece == Piece(deep)


def test_an_object_over_the_bound_is_cut_and_the_next_is_whole() -> None:
    """Whether it comes in one chunk or in many."""
    large = b'{"a":"' + b"x" * 5_000 + b'"}'
    for size in (100, 10_000):
        found = pieces(b'{"results":[{"b":1},' + large + b',{"b":2}]}', size, size_max=1_000)

        assert found == [Piece(b'{"b":1}'), Piece(large[:1_000], splitter.TOO_LARGE), Piece(b'{"b":2}')]


@pytest.mark.parametrize("size", [1, 13, 1_000_000])
def test_an_object_that_is_never_closed_takes_no_other_with_it(size: int) -> None:
    """A missing bracket, or a string cut in two, convicts its own object only."""
    good = [
        b'{"posRef":"%d","firstName":"A \\" b","customerEmails":[{"email":"a@example.com"}]}' % n
        for n in range(90)
    ]
    for bad in (good[40][:-1], good[40][:-3], good[40].replace(b"[{", b"{"), good[40][:30]):
        stream = b'{"results":[' + b",".join([*good[:40], bad, *good[41:]]) + b"]}"

        found = pieces(stream, size, size_max=2_000)

        assert [piece.data for piece in found if piece.data in good] == [*good[:40], *good[41:]]
        assert b"".join(piece.data for piece in found if piece.data not in good).strip(b",") == bad


def test_a_page_cut_off_is_told_and_the_next_file_is_read() -> None:
    """What is missing at the end has no bytes, but it is no secret."""
    found = pieces(b'{"results":[{"a":1},{"a":2}', 5)

    assert found == [Piece(b'{"a":1}'), Piece(b'{"a":2}'), Piece(b"", splitter.CUT_OFF)]


def test_what_is_no_object_is_told_in_one_piece() -> None:
    """A web page saved by mistake is one fault, not a thousand."""
    found = pieces(b'[1, "two", null, {"a":1}] and so on\n and on {"b":1}', 4)

    assert found == [
        Piece(b'1, "two", null', splitter.NO_OBJECT),
        Piece(b'{"a":1}'),
        Piece(b"and so on\n and on", splitter.NO_OBJECT),
        Piece(b'{"b":1}', None, True),
    ]


def test_brackets_alone_do_not_exhaust_it() -> None:
    """A hundred thousand of any bracket ends, and soon; so does what looks damaged all the way down."""
    started = time.process_time()
    for bracket in b"[]{}":
        pieces(bytes([bracket]) * 100_000, 65_536)
    pieces(b'{"a":' * 100_000, 65_536, size_max=10_000)
    pieces(b'{"a":1,"b":' * 3_000, 65_536, size_max=3_000)

    # Seconds when nothing traces it; a cost that grew with the square would be hours.
    assert time.process_time() - started < 120


@given(st.binary(max_size=300), st.integers(1, 20))
def test_any_bytes_end(data: bytes, size: int) -> None:
    """No input makes it fail or hang."""
    pieces(data, size)
    pieces(b'{"results":[' + data, size, size_max=50)
