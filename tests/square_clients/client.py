"""What every client of Square's is for a journey: it asks by an operation's name, and answers in plain JSON."""

from __future__ import annotations

from typing import Any, Protocol

import pytest


class Refused(Exception):
    """The SDK raised its own error, or returned it."""

    def __init__(self, status: int, errors: list[dict[str, Any]]) -> None:
        super().__init__(status, errors)
        self.status = status
        self.errors = errors

    @property
    def codes(self) -> list[str]:
        return [error["code"] for error in self.errors]


class Client(Protocol):
    """An official SDK, as it was published."""

    def ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """The answer to one operation; path, query and body are told apart by the table of operations."""
        ...

    def walk(self, operation: str, **arguments: Any) -> list[dict[str, Any]]:
        """Every page, turned as the users of this SDK turn them."""
        ...

    def accepts(self, *, body: str, signature: str, key: str, url: str) -> bool:
        """Whether its own helper takes a webhook for Square's."""
        ...

    def close(self) -> None:
        """Lets go of connections and processes."""
        ...


def refused(client: Client, operation: str, **arguments: Any) -> tuple[int, list[str]]:
    """The status and the codes of an operation that must not work."""
    with pytest.raises(Refused) as caught:
        client.ask(operation, **arguments)
    for error in caught.value.errors:
        assert {"category", "code", "detail"} <= set(error) <= {"category", "code", "detail", "field"}
    return caught.value.status, caught.value.codes
