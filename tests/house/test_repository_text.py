"""The repository builds behind any mirror and on any machine, so it names neither a registry nor a path of ours."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Written in pieces, so that this file does not name them either.
REGISTRIES = [
    ".".join(pieces)
    for pieces in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("pypi", "python", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("npmmirror", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("snapshot", "debian", "org"),
        ("anaconda", "org"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("proxy", "golang", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
    )
]
# A path of one machine: at the start of a word, so that `docs/work/` would be no offence.
MACHINE_PATHS = ["/" + "work/", "/" + "root/", "/" + "opt/pypi", "/" + "opt/wheels"]

MADE_BY_TOOLS = {
    ".git",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".schemathesis",
    ".venv",
    "__pycache__",
    "build",
    "dist",
    "htmlcov",
    "node_modules",
    "regulars-data",
}


def offences(data: bytes) -> Iterator[str]:
    """Every needle that one file's bytes hold."""
    text = data.lower().decode("utf-8", "replace")
    yield from (host for host in REGISTRIES if host in text)
    for path in MACHINE_PATHS:
        at = text.find(path)
        while at >= 0:
            if at == 0 or not (text[at - 1].isalnum() or text[at - 1] in "._-*}"):
                yield path
                break
            at = text.find(path, at + 1)


def files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in MADE_BY_TOOLS]
        # In a second worktree `.git` is a file that says where the first one is.
        kept = (name for name in names if name not in MADE_BY_TOOLS and not name.startswith(".coverage"))
        yield from (Path(folder, name) for name in kept)


def test_no_file_names_a_registry_or_a_path_of_this_machine() -> None:
    """Nobody's mirror, and nobody's home, is written down here."""
    found = {str(f.relative_to(ROOT)): list(offences(f.read_bytes())) for f in files(ROOT) if f.is_file()}

    assert "pyproject.toml" in found
    assert {name: needles for name, needles in found.items() if needles} == {}


@pytest.mark.parametrize("needle", REGISTRIES + MACHINE_PATHS)
def test_the_checker_sees_each_needle(needle: str) -> None:
    """Each one, planted in a line of text, is found."""
    assert needle in list(offences(f"see https://{needle.upper()}simple".encode() + b"\n" + needle.encode()))


def test_the_checker_knows_an_innocent_path() -> None:
    """A folder of the repository may carry the same name."""
    assert list(offences(f"docs{MACHINE_PATHS[0]}a.md".encode())) == []
