"""What a route is: the one declaration that serving, reading parameters and the OpenAPI document share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from regulars import errors
from regulars.api import json_body
from regulars.api.json_body import Shape
from regulars.api.parameters import Given, Parameter
from regulars.api.rate_limit import RateLimit
from regulars.directory import Directory
from regulars.model.event import Keys, Message, Sent, Subscription
from regulars.model.place import Grant, Scope

Dialect = Literal["shift4", "square", "native"]
Headers = tuple[tuple[str, str], ...]

JSON = "application/json"  # exactly: a charset breaks Square's SDKs (contracts/square.md, section 1)
NOBODY = Grant(account_id=0, merchant_id="", prefix="", location_ids=(), scopes=())


class Answer(Struct, frozen=True):
    """A finished answer: bytes, status line, headers beyond those that every answer has."""

    body: bytes
    status: str = "200 OK"
    headers: Headers = ()
    content_type: str = JSON


def _not_sent(_subscription: Subscription, _keys: Keys, _message: Message) -> Sent:
    raise errors.Retriable("Nothing is delivered from here")


class Webhooks(Struct, frozen=True):
    """What the doors may know of webhooks, both those that go out and those that come in.

    Whether plain http reaches any network, how to send a test, and the address that others reach this server at.
    """

    plain_http: bool = False
    send_test: Callable[[Subscription, Keys, Message], Sent] = _not_sent
    public_url: str | None = None


class Replicas(Protocol):
    """The replicas of this server's database, as one of its workers sees them."""

    def inside_for(self, grant: Grant) -> Inside | None:
        """What a request of this token is answered from; None: from the primary, at the moment."""

    def failed(self, grant: Grant) -> None:
        """The replica of this token did not answer."""

    def answered(self, grant: Grant) -> None:
        """The primary has answered this token: nothing older may be shown to it from now on."""


class Inside(Struct, frozen=True):
    """What every handler may reach: the directory, and what the composition root put beside it."""

    directory: Directory
    rate_limit: RateLimit
    ready: Callable[[], list[str]]  # sentences about what is wrong; none when all is well
    webhooks: Webhooks = field(default_factory=Webhooks)
    replicas: Replicas | None = None


class Call(Struct):
    """One request that has passed authorisation, its parameters read.

    `grant` is NOBODY on public routes. `place` is the path as a client spells it, without the query;
    `query` is the raw query string. `body` is whole and bounded, b"" when none was sent. `headers` are there where the
    body is taken as it came; their names are in lower case.
    """

    inside: Inside
    grant: Grant
    path: Mapping[str, str]
    given: Given
    place: str
    query: str
    body: bytes = b""
    headers: Mapping[str, str] = {}

    @property
    def directory(self) -> Directory:
        """The directory."""
        return self.inside.directory

    def read(self, shape: type[Shape]) -> Shape:
        """The body in this shape; raises Invalid (json_body.py says with which rules)."""
        return json_body.read(self.body, shape)


class Route(Struct, frozen=True, kw_only=True):
    """One method of one path. `scope` has no default: whoever adds a route says who may use it.

    `template` is the path as the OpenAPI document shows it; a path parameter declared with `rest=True` takes
    the rest of the path, slashes and all. `answer` is the struct of the 200 answer, `body` that of the request's
    JSON body (None: the route takes none); the handler reads it with `call.read(shape)`. Body `bytes`: anything of any
    type, as it came. Scope `token`: any good one; `hook`: the path's `hook_id` opens it. `is_tagged`: its answers carry
    a tag and are compressed when asked (representation.py); only for what holds no secret.
    """

    name: str  # the document's operationId
    summary: str
    dialect: Dialect
    method: Literal["GET", "POST", "PUT", "DELETE"]
    template: str
    scope: Scope | Literal["public", "token", "hook"]
    handle: Callable[[Call], Answer]
    answer: Any
    body: Any = None
    parameters: tuple[Parameter[Any], ...] = ()
    is_tagged: bool = False
    prefixes: tuple[str, ...] = ("",)  # the path is served below each of them

    @property
    def templates(self) -> list[str]:
        """The paths it is served at."""
        return [prefix + self.template for prefix in self.prefixes]
