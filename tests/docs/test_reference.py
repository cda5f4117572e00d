"""The reference is that of the code: nothing is missing in it, and nothing in it is gone."""

import re
from collections.abc import Callable
from pathlib import Path

from regulars.api import application
from regulars.app.opening import open_directory
from tests.docs import made, pages

REFERENCE = pages.DOCS / "reference"
CLI = REFERENCE / "cli.md"
HTTP = REFERENCE / "http.md"
ANEW = "write it anew: .venv/bin/python -m tests.docs.made"


def test_what_is_made_from_the_code_is_up_to_date() -> None:
    """Each block that is made from the code is what the code makes of it today."""
    blocks = made.blocks()

    stale = [str(page.relative_to(pages.ROOT)) for page in pages.pages() if _is_stale(page, blocks)]

    assert stale == [], ANEW


def _is_stale(page: Path, blocks: dict[str, Callable[[], str]]) -> bool:
    text = pages.read(page)
    return made.written(text, blocks) != text


def test_every_command_has_its_section() -> None:
    """The page of commands has a section, and what is made from the code, for each; and for no other."""
    documented = [
        title.removeprefix("regulars ") for title in pages.headings(CLI) if title.startswith("regulars ")
    ]

    assert sorted(documented) == sorted(made.commands())
    assert {name for name in made.names(pages.read(CLI)) if name != "exit codes"} == {
        "cli commands", "cli options", *(f"cli {path}" for path in made.commands()),
    }  # fmt: skip


def test_every_option_that_the_docs_speak_of_is_there() -> None:
    """No page tells of an option that no command has."""
    known = {
        opt
        for one in made.commands().values()
        for each in one.params
        for opt in (*each.opts, *each.secondary_opts)
    }
    known |= {"--help", "--version"}
    foreign = {
        "--silent",
        "--python",
        "--config",
        "--catalog",
        "--state",
        "--only",
    }  # of curl, make, taps, peers

    lost = {}
    for page in pages.pages():
        lines = [
            line for block in pages.blocks(page) for line in block.text.splitlines() if "regulars" in line
        ]
        spoken = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", " ".join(lines)))
        spoken |= {
            word.split()[0].rstrip("…")
            for word in pages.code(pages.prose(page))
            if word.startswith("--") and word != "-- name: x"
        }
        unknown = sorted(spoken - known - foreign)
        if unknown:
            lost[str(page.relative_to(pages.ROOT))] = unknown

    assert lost == {}


def test_every_command_that_the_docs_speak_of_is_there() -> None:
    """No page tells of a command that is not there."""
    first = {path.split()[0] for path in made.commands()}
    both = {tuple(path.split()) for path in made.commands() if " " in path}
    groups = {path[0] for path in both}

    lost = set()
    for page in pages.pages():
        text = "\n".join(
            [*pages.code(pages.prose(page)), *(block.text for block in pages.blocks(page, "sh"))]
        )
        for words in re.findall(r"(?:^|[\s/(;|&])regulars ((?:--?[\w-]+ \S+ )*[a-z]+(?: [a-z]+)?)", text):
            parts = re.sub(r"--?[\w-]+ \S+ ", "", words).split()
            if parts[0] not in first or (
                parts[0] in groups and len(parts) > 1 and tuple(parts[:2]) not in both
            ):
                lost.add(words)

    assert lost == set()


def test_every_route_has_its_section() -> None:
    """The page of routes has a section for each path that /openapi.json lists, and for no other."""
    documented = {
        title for title in pages.headings(HTTP) if title.startswith(("GET ", "POST ", "PUT ", "DELETE "))
    }

    assert documented == {f"{method} {path}" for method, path, _ in made.operations()}
    parameters = {one["operationId"] for _, _, one in made.operations() if one["parameters"]}
    assert {f"parameters {name}" for name in parameters} <= set(made.names(pages.read(HTTP)))


def test_the_routes_that_serve_are_those_of_the_docs(tmp_path: Path) -> None:
    """The application of a real store serves the routes that the page is made from."""
    directory = open_directory(tmp_path / "data")
    serving = {
        (route.method, template) for route in application.routes(directory) for template in route.templates
    }
    directory.close()

    assert serving == {(route.method, template) for route in made.routes() for template in route.templates}
    assert all(f"`{method} {template}`" in pages.read(HTTP) for method, template in serving)


def test_every_environment_variable_is_a_setting() -> None:
    """The page of settings names each variable that the code reads, and no other of ours."""
    named = set(re.findall(r"\bREGULARS_[A-Z_]+\b", pages.read(REFERENCE / "settings.md")))

    assert named == made.variables()


def test_every_rule_of_a_problem_is_explained() -> None:
    """The page of errors explains each rule that a problem may have, and no other."""
    section = pages.read(REFERENCE / "errors.md").split("## Problems")[1]
    explained = {rule for row in pages.rows(section) for rule in pages.code(row[0])}

    assert explained == set(made.problem_rules())


def test_every_exit_code_is_told() -> None:
    """Each exit code has a meaning on the page of errors (a new one breaks the making of it)."""
    assert "exit codes" in made.names(pages.read(REFERENCE / "errors.md"))


def test_the_files_of_a_data_folder_are_those_of_the_docs(tmp_path: Path) -> None:
    """What a store makes in its folder stands on the page of files."""
    told = {
        name for row in pages.rows(pages.read(REFERENCE / "files-on-disk.md")) for name in pages.code(row[0])
    }
    directory = open_directory(tmp_path / "data")
    made_files = {path.name + "/" * path.is_dir() for path in (tmp_path / "data").iterdir()}
    directory.close()

    assert made_files <= told
    source = "".join(pages.read(path) for path in made.SOURCE.rglob("*.py"))
    gone = [name for name in told if name.removesuffix("-wal").removesuffix("-shm").strip("/") not in source]
    assert gone == []
