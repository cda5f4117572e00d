"""The README: two commands, what they print, and lines that work with what was printed."""

import os
import re
import select
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.docs import pages, running

MAKEFILE = pages.read(pages.ROOT / "Makefile")
_START_SECONDS = 40


# One demo for all of them: two that start at once might choose the same port.
pytestmark = pytest.mark.xdist_group("demo")


class Demo(NamedTuple):
    """A demo that runs: what it printed, and where it is."""

    printed: str
    port: int
    token: str


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """`make demo`, as a newcomer types it; where .venv is not up to date, what it would run."""
    ready = subprocess.run(
        ["make", "--question", ".venv/.run"], cwd=pages.ROOT, capture_output=True, check=False
    )
    command = ["make", "demo"] if ready.returncode == 0 else [str(running.BIN / "regulars"), "demo"]
    for _ in range(3):  # another test's server may take the port that it has just chosen
        with _started(command) as found:
            if found is not None:
                yield found
                return
    pytest.fail("make demo did not come up")


@contextmanager
def _started(command: list[str]) -> Iterator[Demo | None]:
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith(("REGULARS_", "MAKE"))
    }
    process = subprocess.Popen(
        command, cwd=pages.ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        printed = _printed_until(process, "quarantine list")
        port = re.search(r"http://127\.0\.0\.1:(\d+)/", printed)
        token = re.search(r"rg_[A-Za-z0-9_-]{43}", printed)
        found = Demo(printed, int(port[1]), token[0]) if port and token else None
        yield found if found is not None and _is_ours(found) else None
    finally:
        running.end(process)
        assert process.stdout is not None
        process.stdout.close()


def _is_ours(demo: Demo) -> bool:
    """Whether who answers at the port knows the token."""
    headers = {"Authorization": f"Bearer {demo.token}"}
    question = urllib.request.Request(f"http://127.0.0.1:{demo.port}/v2/locations", headers=headers)
    try:
        with urllib.request.urlopen(question, timeout=10) as answer:  # noqa: S310  # our own server
            return bool(answer.status == 200)
    except OSError:
        return False


def _printed_until(process: "subprocess.Popen[bytes]", end: str) -> str:
    assert process.stdout is not None
    printed, deadline = b"", time.monotonic() + _START_SECONDS
    while end.encode() not in printed and time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 0.2)[0]:
            piece = os.read(process.stdout.fileno(), 65_536)
            if not piece:
                break
            printed += piece
    return printed.decode()


def test_the_two_commands_are_the_makefiles() -> None:
    """The first block of the README is two commands that the Makefile knows."""
    commands = pages.blocks(pages.README, "sh")[0].text.splitlines()

    assert commands == ["make demo", "make test"]
    for command in commands:
        assert re.search(rf"^{command.removeprefix('make ')}:.*## ", MAKEFILE, re.MULTILINE)


def test_every_make_command_is_the_makefiles() -> None:
    """No page tells of a make target that is not there."""
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    spoken = {
        word
        for page in pages.pages()
        for text in [*pages.code(pages.prose(page)), *(block.text for block in pages.blocks(page, "sh"))]
        for word in re.findall(r"(?:^|\n|&& )make ([a-z]+)", text)
    }

    assert spoken <= targets


def test_the_demo_prints_what_the_readme_shows(demo: Demo) -> None:
    """`make demo` prints the lines that the README shows."""
    [shown] = pages.blocks(pages.README, "text", "prints", "demo")

    running.check_printed(shown.text, demo.printed)


def test_the_lines_of_the_readme_work(demo: Demo, tmp_path: Path) -> None:
    """The curl lines and both SDKs get good answers with the token that the demo printed."""
    running.run(pages.README, tmp_path, port=demo.port, token=demo.token)


def test_the_bench_block_can_be_filled() -> None:
    """The table of measured figures stands between two marks, once."""
    text = pages.read(pages.README)

    assert (
        len(re.findall(r"^<!-- bench:begin -->\n.+?\n<!-- bench:end -->$", text, re.MULTILINE | re.DOTALL))
        == 1
    )
