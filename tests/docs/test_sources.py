"""The guide of sources knows every kind, how it was proven, and each of its options."""

import re

import pytest

from regulars.sources import registry
from tests.docs import pages

GUIDE = pages.read(pages.DOCS / "guides" / "sources.md")


def _section(name: str) -> str:
    found = re.search(rf"^### {re.escape(name)}\n(.*?)(?=^###? |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    assert found, f"{name} has no section"
    return found[1]


@pytest.mark.parametrize("name", registry.SHIPPED)
def test_every_kind_has_a_section_that_says_how_it_was_proven(name: str) -> None:
    """Nobody takes a simulated kind for one that was run against the real thing."""
    assert re.search(rf"Proof:\s{registry.kind(name).proof}\b", _section(name))


@pytest.mark.parametrize("name", registry.SHIPPED)
def test_every_option_that_is_required_is_in_its_section(name: str) -> None:
    """Whoever follows the guide can add the source."""
    text = _section(name)
    wanted = [option.name for option in registry.kind(name).options if option.is_required]

    assert [
        option for option in wanted if f"--set {option}=" not in text and f"--{option} " not in text
    ] == []
    if registry.kind(name).needs_url:
        assert "--url" in text


def test_no_section_is_of_a_kind_that_is_gone() -> None:
    """And they stand in the order of `source kinds`."""
    assert re.findall(r"^### (.+)$", GUIDE, re.MULTILINE) == list(registry.SHIPPED)
