"""Bodies: sized or chunked, whole or refused."""

from __future__ import annotations

import io
import threading
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import errors, limits
from regulars.api.body import Bodies
from tests.api.shop import HERE, Shop, answered, environ_of

LIST = f"/pos/v2/{HERE}/customers"


class Dripping:
    """A stream that gives a few bytes at a time, as a network does."""

    def __init__(self, data: bytes, piece: int) -> None:
        self._stream = io.BytesIO(data)
        self._piece = piece

    def read(self, size: int) -> bytes:
        return self._stream.read(min(size, self._piece))


class Silent:
    """A stream that never gives anything."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def read(self, _size: int) -> bytes:
        self.released.wait()
        return b""


class Late:
    """A stream that takes its time."""

    def __init__(self, data: bytes, seconds: float) -> None:
        self._stream = io.BytesIO(data)
        self._seconds = seconds

    def read(self, size: int) -> bytes:
        time.sleep(self._seconds)
        return self._stream.read(size)


class Broken:
    """A stream whose connection has ended."""

    def read(self, _size: int) -> bytes:
        raise OSError


def waiting() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "body"]


def join_all() -> None:
    for thread in waiting():
        thread.join()


def environ(stream: Any, length: int | str | None = None) -> dict[str, Any]:
    announced = {"HTTP_TRANSFER_ENCODING": "chunked"} if length is None else {"CONTENT_LENGTH": str(length)}
    return {"wsgi.input": stream, **announced}


@given(data=st.binary(max_size=5_000), piece=st.integers(1, 3_000), is_chunked=st.booleans())
def test_a_body_is_whole(data: bytes, piece: int, is_chunked: bool) -> None:
    """However it comes in pieces."""
    assert Bodies().read(environ(Dripping(data, piece), None if is_chunked else len(data))) == data


def test_a_sized_body_ends_where_it_says() -> None:
    """What follows on the connection is the next request's."""
    assert Bodies().read(environ(io.BytesIO(b"bodyGET /"), 4)) == b"body"


@pytest.mark.parametrize("announced", [True, False])
def test_the_bound(announced: bool) -> None:
    """A mebibyte is taken, a byte more is not; a chunked one is read no further than that."""
    most = limits.BODY_BYTES_MAX
    stream = io.BytesIO(bytes(3 * most))

    assert len(Bodies().read(environ(io.BytesIO(bytes(most)), most if announced else None))) == most
    with pytest.raises(errors.TooLarge):
        Bodies().read(environ(stream, most + 1 if announced else None))
    assert stream.tell() == (0 if announced else most + 1)


@pytest.mark.parametrize("length", [str(2**63), "9" * 400])
def test_a_length_beyond_all_bounds(length: str) -> None:
    """Is read as what it is."""
    with pytest.raises(errors.TooLarge):
        Bodies().read(environ(Silent(), length))


@pytest.mark.parametrize("stream", [Broken(), io.BytesIO(b"half")])
def test_a_body_that_breaks_off(stream: Any) -> None:
    """Is not taken for a whole one."""
    with pytest.raises(errors.Invalid) as caught:
        Bodies().read(environ(stream, 1_000))

    assert caught.value.rule == "too_slow"


def test_a_body_that_does_not_come() -> None:
    """Is not waited for."""
    silent = Silent()

    with pytest.raises(errors.Invalid) as caught:
        Bodies(seconds_max=0.05).read(environ(silent, 10))

    assert caught.value.rule == "too_slow"
    silent.released.set()


def test_many_slow_bodies_get_little_patience() -> None:
    """Together they hold a worker for two seconds once, then for a tenth of its time; one that is there is read."""
    bodies, silent = Bodies(seconds_max=0.2), Silent()
    began = time.monotonic()
    for _ in range(10):
        with pytest.raises(errors.Invalid):
            bodies.read(environ(silent, 10))

    assert time.monotonic() - began < 0.2 + 10 * 0.06
    assert bodies.read(environ(io.BytesIO(b"body"), 4)) == b"body"
    silent.released.set()


def test_patience_comes_back() -> None:
    """A tenth of the time that goes by."""
    now = [0.0]
    bodies, silent = Bodies(seconds_max=0.2, clock=lambda: now[0]), Silent()
    with pytest.raises(errors.Invalid):
        bodies.read(environ(silent, 10))
    now[0] += 2

    assert bodies.read(environ(Late(b"body", 0.1), 4)) == b"body"
    silent.released.set()


def test_few_wait_for_what_nobody_wants() -> None:
    """When many bodies never come, the next is refused at once, until one of them has ended."""
    bodies, silent = Bodies(seconds_max=0.001), Silent()
    join_all()
    for _ in range(60):
        with pytest.raises(errors.Invalid):
            bodies.read(environ(silent, 10))

    assert len(waiting()) == 32
    silent.released.set()
    join_all()
    assert bodies.read(environ(io.BytesIO(b"body"), 4)) == b"body"


@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_request_with_a_body_is_answered(shop: Shop, is_chunked: bool) -> None:
    """A body where none is wanted does no harm."""
    answer = shop.ask("GET", LIST, body=b'{"a":1}', chunked=is_chunked)

    assert answer.body == shop.get(LIST).body


@pytest.mark.parametrize("is_chunked", [True, False])
@pytest.mark.parametrize("target", [LIST, "/v2/customers"])
def test_a_body_that_is_too_large(shop: Shop, target: str, is_chunked: bool) -> None:
    """413 in the dialect's shape."""
    answer = shop.ask("GET", target, body=bytes(limits.BODY_BYTES_MAX + 1), chunked=is_chunked)

    assert answer.status == 413
    if target == LIST:
        assert answer.json["status"] == 413
    else:
        assert answer.code == "REQUEST_ENTITY_TOO_LARGE"


@pytest.mark.parametrize("target", [LIST, "/v2/customers"])
def test_a_body_that_is_cut_off_is_408(shop: Shop, target: str) -> None:
    """In the dialect's shape."""
    request = environ_of("GET", target) | {
        "CONTENT_LENGTH": "100",
        "HTTP_AUTHORIZATION": f"Bearer {shop.reader}",
    }

    answer = answered(shop.app, request)

    assert answer.status == 408
    if target == "/v2/customers":
        assert answer.code == "REQUEST_TIMEOUT"


def test_a_stranger_is_not_waited_for(shop: Shop) -> None:
    """Without a token nothing of a body is read, so nobody unknown can hold a worker."""
    request = environ_of("GET", LIST) | {"CONTENT_LENGTH": "100", "wsgi.input": Silent()}

    assert answered(shop.app, request).status == 401
