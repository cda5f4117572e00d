"""The guides are run for real: what they tell to type works, and prints what they say."""

from pathlib import Path

import pytest

from regulars.testing import postgres
from tests.docs import pages, running

GUIDES = sorted((pages.DOCS / "guides").glob("*.md"))


ON_POSTGRES = {"postgresql", "replicas", "citus"}


@pytest.mark.parametrize(
    "page", [page for page in GUIDES if page.stem not in ON_POSTGRES], ids=lambda page: page.stem
)
def test_a_guide_runs(page: Path, tmp_path: Path) -> None:
    """Typed from top to bottom in an empty folder, every block of a guide does what it says."""
    running.run(page, tmp_path, stand_in=page.stem == "shift4-clients")


@pytest.mark.parametrize("name", sorted(ON_POSTGRES))
def test_a_guide_runs_beside_a_database(name: str, tmp_path: Path) -> None:
    """The same with an empty database, where the page says its address."""
    with postgres.running(settings={"fsync": "off"}) as server:
        running.run(pages.DOCS / "guides" / f"{name}.md", tmp_path, database=server.url)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_every_answer_of_a_guide_is_a_good_one(page: Path) -> None:
    """Each guide has something to run, and asks no question whose answer nobody looks at."""
    assert pages.blocks(page, "sh", "test")


def test_the_checker_sees_what_was_not_printed() -> None:
    """A line that is missing, or out of order, is reported."""
    running.check_printed("one…\nthree", "one two\ntwo\nthree\n")

    with pytest.raises(AssertionError, match="not printed: three"):
        running.check_printed("one\nthree", "three\none\n")
