"""What a route is: the one declaration that serving, reading parameters and the OpenAPI document share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct, field

from regulars.api.body import Bodies
from regulars.api.parameters import Given, Parameter
from regulars.api.rate_limit import RateLimit
from regulars.directory import Directory
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


class Inside(Struct, frozen=True):
    """What every handler may reach: the directory, and what the composition root put beside it."""

    directory: Directory
    rate_limit: RateLimit
    ready: Callable[[], list[str]]  # sentences about what is wrong; none when all is well
    bodies: Bodies = field(default_factory=Bodies)


class Call(Struct):
    """One request that has passed authorisation, its parameters read.

    `grant` is NOBODY on public routes. `place` is the path as a client spells it, without the query;
    `query` is the raw query string. `body` is whole and bounded, b"" when none was sent.
    """

    inside: Inside
    grant: Grant
    path: Mapping[str, str]
    given: Given
    place: str
    query: str
    body: bytes = b""

    @property
    def directory(self) -> Directory:
        """The directory."""
        return self.inside.directory


class Route(Struct, frozen=True, kw_only=True):
    """One method of one path. `scope` has no default: whoever adds a route says who may use it.

    `template` is the path as the OpenAPI document shows it; a path parameter declared with `rest=True` takes
    the rest of the path, slashes and all. `answer` is the struct of the 200 answer.
    """

    name: str  # the document's operationId
    summary: str
    dialect: Dialect
    method: Literal["GET", "POST", "PUT", "DELETE"]
    template: str
    scope: Scope | Literal["public"]
    handle: Callable[[Call], Answer]
    answer: Any
    parameters: tuple[Parameter[Any], ...] = ()
    prefixes: tuple[str, ...] = ("",)  # the path is served below each of them

    @property
    def templates(self) -> list[str]:
        """The paths it is served at."""
        return [prefix + self.template for prefix in self.prefixes]
