"""Bodies: whole or refused, read only where a route takes one and who asks is known."""

from __future__ import annotations

import io
from typing import Any

import pytest

from regulars import errors, limits
from regulars.api import body
from regulars.model.place import SCOPES
from tests.api.shop import HERE, Shop, answered, environ_of

LIST = f"/pos/v2/{HERE}/customers"
CREATE = "/v2/customers"


class Unread:
    """A stream that nobody may read."""

    def read(self, _size: int) -> bytes:
        raise AssertionError("a body was read")


def environ(stream: Any, length: int | str | None = None) -> dict[str, Any]:
    announced = {"HTTP_TRANSFER_ENCODING": "chunked"} if length is None else {"CONTENT_LENGTH": str(length)}
    return {"wsgi.input": stream, **announced}


def test_a_sized_body_ends_where_it_says() -> None:
    """What follows on the connection is the next request's."""
    assert body.read(environ(io.BytesIO(b"bodyGET /"), 4)) == b"body"


@pytest.mark.parametrize("announced", [True, False])
def test_the_bound(announced: bool) -> None:
    """A mebibyte is taken, a byte more is not; a sized one is refused before a byte is read."""
    most = limits.BODY_BYTES_MAX

    assert len(body.read(environ(io.BytesIO(bytes(most)), most if announced else None))) == most
    stream: Any = Unread() if announced else io.BytesIO(bytes(most + 1))
    with pytest.raises(errors.TooLarge):
        body.read(environ(stream, most + 1 if announced else None))


@pytest.mark.parametrize("length", [str(2**63), "9" * 400])
def test_a_length_beyond_all_bounds(length: str) -> None:
    """Is read as what it is."""
    with pytest.raises(errors.TooLarge):
        body.read(environ(Unread(), length))


def test_a_body_that_breaks_off() -> None:
    """Is not taken for a whole one."""
    with pytest.raises(errors.Invalid) as caught:
        body.read(environ(io.BytesIO(b"half"), 1_000))

    assert caught.value.rule == "too_slow"


@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_body_where_none_is_wanted(shop: Shop, is_chunked: bool) -> None:
    """Is not read, and does no harm."""
    request = environ_of("GET", LIST, body=b'{"a":1}', chunked=is_chunked) | {
        "HTTP_AUTHORIZATION": f"Bearer {shop.reader}",
        "wsgi.input": Unread(),
    }

    assert answered(shop.app, request).body == shop.get(LIST).body


@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_body_that_is_too_large(own_shop: Shop, is_chunked: bool) -> None:
    """413 in the dialect's shape."""
    token = own_shop.token(scopes=SCOPES)

    answer = own_shop.ask(
        "POST", CREATE, body=bytes(limits.BODY_BYTES_MAX + 1), chunked=is_chunked, token=token
    )

    assert (answer.status, answer.code) == (413, "REQUEST_ENTITY_TOO_LARGE")


def test_a_body_that_is_cut_off_is_408(own_shop: Shop) -> None:
    """In the dialect's shape."""
    request = environ_of("POST", CREATE) | {
        "CONTENT_LENGTH": "100",
        "HTTP_AUTHORIZATION": f"Bearer {own_shop.token(scopes=SCOPES)}",
    }

    answer = answered(own_shop.app, request)

    assert (answer.status, answer.code) == (408, "REQUEST_TIMEOUT")


@pytest.mark.parametrize("authorization", ["", "Bearer rg_nobody", "Bearer reader"])
def test_a_body_of_somebody_who_may_not(shop: Shop, authorization: str) -> None:
    """Nothing of it is read, and it is not asked for."""
    request = environ_of("POST", CREATE) | {
        "CONTENT_LENGTH": "100",
        "HTTP_AUTHORIZATION": authorization.replace("reader", shop.reader),
        "wsgi.input": Unread(),
        body.TO_COME: True,
    }

    assert answered(shop.app, request).status in {401, 403}
    assert body.WANTED not in request


def test_a_body_to_come_is_asked_for_once(own_shop: Shop) -> None:
    """The request counts once, and is answered when it is asked again with its body."""
    token = own_shop.token(scopes=SCOPES, rate=1)
    data = b'{"given_name":"Ada"}'
    request = environ_of("POST", CREATE, body=data) | {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    first = request | {"wsgi.input": Unread(), body.TO_COME: True}
    answered(own_shop.app, first)

    answer = answered(own_shop.app, request | {body.ADMITTED: first[body.WANTED]})

    assert answer.status == 200
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert answer.json["customer"]["given_name"] == "Ada"


@pytest.mark.parametrize(("failure", "status"), [(body.too_slow(), 408), (body.too_many(), 503)])
def test_a_body_that_has_not_come(own_shop: Shop, failure: errors.RegularsError, status: int) -> None:
    """The reason is told in the dialect's shape."""
    token = own_shop.token(scopes=SCOPES)
    request = environ_of("POST", CREATE, body=b"{}") | {
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        body.FAILED: failure,
    }

    assert answered(own_shop.app, request).status == status
