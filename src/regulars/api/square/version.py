"""`Square-Version`: the date of the API that a client was written for."""

from __future__ import annotations

import re
from typing import Any, Literal

from regulars.api.parameters import Parameter

_FORM = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NO_CARDS_FROM = "2025-01-23"
_LIMIT_CHECKED_FROM = "2022-04-20"
_TEST_IS_OBJECT_FROM = "2025-01-23"
_NULL_CLEARS_FROM = "2022-09-21"


class Version(Parameter[str | None], frozen=True, kw_only=True):
    """The date a client names, any date."""

    default: str | None = None
    place: Literal["query", "path", "header"] = "header"

    def read(self, text: str) -> str:
        """The date as it came; only its form is looked at, so that a newer client than this program works too."""
        if not _FORM.fullmatch(text):
            raise self.wrong("not_a_version", "must be a date, YYYY-MM-DD")
        return text

    def schema(self) -> dict[str, Any]:
        """A string of that form."""
        return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


VERSION = Version(name="Square-Version", description="The version of Square's API that the client speaks.")


def shows_cards(version: str | None) -> bool:
    """`cards` left the Customer with 2025-01-23; a client that names no version gets them, as the seed shows."""
    return version is None or version < _NO_CARDS_FROM


def forgives_limits(version: str | None) -> bool:
    """Before 2022-04-20 a `limit` out of range was ignored; since then it is an error."""
    return version is not None and version < _LIMIT_CHECKED_FROM


def empty_clears(version: str | None) -> bool:
    """Before null cleared fields (2022-09-21), an empty object did; since then it changes nothing."""
    return version is not None and version < _NULL_CLEARS_FROM


def shows_test_as_text(version: str | None) -> bool:
    """The SDKs of before 2025-01-23 validate answers, and know the payload of a test event as a text."""
    return version is not None and version < _TEST_IS_OBJECT_FROM
