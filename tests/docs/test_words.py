"""The glossary and the architecture page know what the code has, and the code has what they know."""

import re
from typing import get_args

from regulars.api.route import Dialect
from regulars.model.place import SCOPES
from regulars.store import schema
from tests.docs import pages

WORDS = pages.DOCS / "concepts" / "words.md"
ARCHITECTURE = pages.DOCS / "architecture.md"
SOURCE = pages.ROOT / "src" / "regulars"


def tables() -> set[str]:
    text = "".join(migration.text for migration in schema.migrations())
    return set(re.findall(r"CREATE (?:VIRTUAL )?TABLE (\w+)", text)) | {"migration"}


def terms() -> list[str]:
    """The words that the glossary explains: what is bold in a first column."""
    return [term for row in pages.rows(pages.read(WORDS)) for term in re.findall(r"\*\*([^*]+)\*\*", row[0])]


def test_every_table_is_on_the_architecture_page() -> None:
    """Whoever reads the schema finds each table in words, and no table that is gone."""
    section = pages.read(ARCHITECTURE).split("## The schema in words")[1].split("\n## ")[0]
    named = {name for row in pages.rows(section) for name in pages.code(row[0])}

    assert named == tables()


def test_every_room_is_on_the_architecture_page() -> None:
    """Every room of the house is in the table of rooms."""
    section = pages.read(ARCHITECTURE).split("## The house")[1].split("\n## ")[0]
    named = {name.split("/")[0] for row in pages.rows(section) for name in pages.code(row[0])}
    built = {
        path.stem
        for path in SOURCE.iterdir()
        if not path.name.startswith(("_", ".")) and path.suffix != ".typed"
    }

    assert built - {"py"} == named


def test_tables_scopes_and_dialects_are_words() -> None:
    """What has a name in SQL, in a token or in a URL is in the glossary."""
    text = pages.read(WORDS)
    said = {term.lower() for term in terms()} | {word.lower() for word in pages.code(text)}
    inner = {"account_name", "counter", "find", "meta"}  # explained where the schema is

    wanted = (tables() - inner) | set(SCOPES) | set(get_args(Dialect))

    assert sorted(word for word in wanted if word not in said) == []


def test_every_word_is_one_that_the_code_uses() -> None:
    """The glossary explains nothing that no code, page or message speaks of."""
    spoken = "\n".join(
        pages.read(path) for path in SOURCE.rglob("*") if path.suffix in {".py", ".sql"}
    ).lower()
    spoken = re.sub(r"[\s_]+", " ", spoken).replace("posref", "pos ref").replace("keyfile", "key file")
    to_come = {"person"}

    lost = [
        term
        for term in terms()
        if term.lower() not in to_come
        and re.sub(r"[\s_]+", " ", term.lower()).replace("posref", "pos ref") not in spoken
    ]

    assert lost == []


def test_every_word_is_explained_once() -> None:
    """One word, one meaning."""
    assert len(terms()) == len(set(terms()))
