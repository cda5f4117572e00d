"""One row of the golden table of Square's errors: what is asked, and what must be answered.

A case is declared once; the page docs/reference/square-errors.md is written from it, and a test asks the application.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

# What the contract fixes of a code beside its name (contracts/square.md, section 2.8); anything else is a 400.
STATUS: Mapping[str, int] = {
    "UNAUTHORIZED": 401, "ACCESS_TOKEN_EXPIRED": 401, "ACCESS_TOKEN_REVOKED": 401, "FORBIDDEN": 403,
    "INSUFFICIENT_SCOPES": 403, "NOT_FOUND": 404, "METHOD_NOT_ALLOWED": 405, "REQUEST_TIMEOUT": 408,
    "CONFLICT": 409, "GONE": 410, "REQUEST_ENTITY_TOO_LARGE": 413, "UNSUPPORTED_MEDIA_TYPE": 415,
    "RATE_LIMITED": 429, "INTERNAL_SERVER_ERROR": 500, "NOT_IMPLEMENTED": 501, "SERVICE_UNAVAILABLE": 503,
}  # fmt: skip
_CATEGORY = {401: "AUTHENTICATION_ERROR", 403: "AUTHENTICATION_ERROR", 429: "RATE_LIMIT_ERROR"}

Token = Literal["all", "here", "none"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request that must fail, in words and as it is sent.

    Texts such as `{customer}` in the path, the query and the body are filled in from the world (world.py). `within`:
    the error is that of one item, under this key of `responses` (or `values`). `first`: a request that is made before
    and must work.
    """

    operation: str
    parameter: str  # what it is about; "" for the request as a whole
    when: str
    code: str
    field: str | None = None
    path: Mapping[str, str] = dataclasses.field(default_factory=dict)
    query: str = ""
    json: Any = None
    body: bytes | None = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    token: Token = "all"
    within: str | None = None
    first: Mapping[str, Any] | None = None  # keyword arguments of shop.ask

    @property
    def status(self) -> int:
        """The status of its code, also where it is one item's."""
        return STATUS.get(self.code, 400)

    @property
    def category(self) -> str:
        """The category of its code."""
        return category(self.code)

    @property
    def id(self) -> str:
        """Its name among the tests."""
        return f"{self.operation}: {self.parameter or 'request'} {self.when}"


def category(code: str) -> str:
    """The category that goes with a code."""
    status = STATUS.get(code, 400)
    return _CATEGORY.get(status, "API_ERROR" if status >= 500 else "INVALID_REQUEST_ERROR")


def filled(value: Any, words: Mapping[str, str]) -> Any:
    """The value with the world's words in all its texts, keys as well."""
    match value:
        case str():
            for name, text in words.items():
                value = value.replace("{" + name + "}", text)
            return value
        case dict():
            return {filled(key, words): filled(one, words) for key, one in value.items()}
        case list():
            return [filled(one, words) for one in value]
    return value
