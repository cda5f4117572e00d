"""Every page can be reached, and every link leads somewhere."""

from pathlib import Path

import pytest

from tests.docs import pages

PAGES = pages.pages()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(pages.ROOT)))
def test_every_relative_link_resolves(page: Path) -> None:
    """A link names a file of the repository, and a heading that the file has."""
    lost = []
    for link in pages.links(page):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in pages.anchors(target)):
            lost.append(link)

    assert lost == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    """Whoever starts at the README finds every page of the documentation by its links."""
    found, waiting = set(), [pages.README]
    while waiting:
        page = waiting.pop()
        if page in found or page.suffix != ".md":
            continue
        found.add(page)
        names = [link.partition("#")[0] for link in pages.links(page) if "://" not in link]
        waiting += [(page.parent / name).resolve() for name in names if name]

    assert [page for page in pages.DOCS.rglob("*.md") if page not in found] == []


def test_no_line_is_wider_than_a_screen() -> None:
    """Prose wraps at 120 characters; tables and blocks may run on."""
    wide = [
        f"{page.relative_to(pages.ROOT)}: {line[:60]}…"
        for page in PAGES
        for line in pages.prose(page).splitlines()
        if len(line) > 120 and not line.startswith(("|", "<!--")) and "](" not in line
    ]

    assert wide == []
