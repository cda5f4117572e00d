"""What every test shares: how hard Hypothesis tries, and who may run at the same time."""

import fcntl
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

pytest_plugins = ("tests.every_engine", "tests.engine_summary")

TORTURE = os.environ.get("REGULARS_TORTURE") == "1"

# The same examples every time, so that a red build is red on every machine.
settings.register_profile("ci", derandomize=True, print_blob=True, deadline=None)
settings.register_profile("torture", max_examples=2_000, print_blob=True, deadline=None)
settings.load_profile("torture" if TORTURE else "ci")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if TORTURE:
        return
    long = [item for item in items if item.get_closest_marker("torture")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A test marked `alone` has the machine to itself: the other workers wait between two tests."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)
    folder = item.config.cache.mkdir("alone")
    alone = item.get_closest_marker("alone") is not None
    with (folder / "queue").open("w") as queue, (folder / "room").open("w") as room:
        # Who waits for the room holds the queue, so that new tests cannot slip in ahead for ever.
        fcntl.flock(queue, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(queue, fcntl.LOCK_UN)
        return (yield)
