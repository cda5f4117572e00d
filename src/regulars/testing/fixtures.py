"""The pytest plugin: `square_sandbox` is an empty Square of one test's own.

Loaded by pytest itself wherever regulars is installed; it imports next to nothing and starts nothing until a test
asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from regulars.testing.sandbox import Server, SquareSandbox


@pytest.fixture(scope="session")
def square_sandbox_options() -> Sequence[str]:
    """What else `regulars serve --sandbox` is told, such as `("--fault", "429=0.1")`; override it in a conftest.py."""
    return ()


@pytest.fixture(scope="session")
def square_sandbox_server(square_sandbox_options: Sequence[str]) -> Iterator[Server]:
    """The one process that all tests of a run share (with pytest-xdist: one a worker)."""
    from regulars.testing import sandbox

    with sandbox.running(square_sandbox_options) as server:
        yield server


@pytest.fixture
def square_sandbox(square_sandbox_server: Server) -> Iterator[SquareSandbox]:
    """An account for this test alone: `.url`, `.token`, `.client()`."""
    account = square_sandbox_server.new_account()
    yield account
    account.close()
