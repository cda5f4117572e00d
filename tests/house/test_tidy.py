"""The house stays tidy: short functions, short modules, rooms named for what is in them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
FUNCTION_LINES_MAX = 60
MODULE_LINES_MAX = 400
NAMES_OF_NOTHING = {"common", "helper", "helpers", "misc", "util", "utils"}


def complaints(path: Path, text: str) -> Iterator[str]:
    """What is untidy about one module, in words."""
    for part in path.with_suffix("").parts:
        if part in NAMES_OF_NOTHING:
            yield f"{path}: the name {part!r} does not say what is in it"
    lines = len(text.splitlines())
    if lines > MODULE_LINES_MAX:
        yield f"{path}: {lines} lines, {MODULE_LINES_MAX} is the most"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines, {FUNCTION_LINES_MAX} is the most"


def test_the_house_is_tidy() -> None:
    """No function, module or name in src breaks the house numbers."""
    modules = sorted(SOURCE.rglob("*.py"))

    found = [c for m in modules for c in complaints(m.relative_to(SOURCE), m.read_text(encoding="utf-8"))]

    assert modules
    assert found == []


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("regulars/store/utils.py", "", "'utils'"),
        ("regulars/common/phone.py", "", "'common'"),
        ("regulars/helpers/__init__.py", "", "'helpers'"),
        ("regulars/store/customers.py", "\n" * 401, "401 lines"),
        ("regulars/store/customers.py", "def put():\n" + "    x = 1\n" * 60, "put has 61 lines"),
        ("regulars/store/customers.py", "class A:\n def put(self):\n" + "  x = 1\n" * 60, "put has 61 lines"),
        ("regulars/store/customers.py", "async def put():\n" + "    x = 1\n" * 60, "put has 61 lines"),
    ],
)
def test_the_checker_sees_disorder(path: str, text: str, words: str) -> None:
    """Each planted violation is reported, once."""
    [complaint] = complaints(Path(path), text)

    assert words in complaint


def test_the_checker_allows_the_limit() -> None:
    """A function of exactly 60 lines in a module of exactly 400 is tidy."""
    text = "def put():\n" + "    x = 1\n" * 59 + "\n" * 340

    assert list(complaints(Path("regulars/store/customers.py"), text)) == []
