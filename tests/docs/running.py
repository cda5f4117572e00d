"""Runs the blocks of a page as a reader would: one after the other, in one shell, in an empty folder.

A block is run when its fence says so: `sh test`, `sh test serve` (it goes on in the background until the page ends),
`python test`, `js test`. One that says `file NAME` is written there before anything is run. What stands in a
`text prints` block must have been printed by the block before it, line by line and in order; `…` stands for anything.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.docs import pages
from tests.docs.pages import Block

BIN = Path(sys.executable).parent
NODE_MODULES = pages.ROOT / "tests" / "sdk" / "node" / "node_modules"
_PORT = "8080"
_DATABASE = "postgresql://regulars@db.example.com/regulars"
_START_SECONDS = 20
_PAGE_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(
    page: Path,
    folder: Path,
    *,
    stand_in: bool = False,
    port: int | None = None,
    token: str = "",
    database: str = "",
) -> None:
    """Runs a page; raises AssertionError with what was printed when a block fails or prints something else.

    `stand_in`: with our own curl even where there is a real one. `port` and `token`: of a server that runs already.
    `database`: the empty one that the page's address stands for.
    """
    port = port or free_port()
    found = [
        block
        for block in pages.blocks(page)
        if "test" in block.words or block.words[:2] == ("text", "prints")
    ]
    found = [block for block in found if "demo" not in block.words and _can_run(block)]
    _write_files(page, folder)
    script = _script([block for block in found if "test" in block.words], folder, port)
    done = _shell(script, folder, stand_in=stand_in, given={"TOKEN": token, "DATABASE": database})
    printed = [folder / ".blocks" / f"{number}.out" for number in range(len(found))]
    texts = [path.read_text(encoding="utf-8", errors="replace") if path.exists() else "" for path in printed]
    assert done.returncode == 0, (
        f"{page.name} ended with {done.returncode}\n{done.stderr}\n" + "\n---\n".join(texts)
    )
    number = -1
    for block in found:
        if "test" in block.words:
            number += 1
        else:
            check_printed(block.text.replace(_PORT, str(port)), texts[number])


def _write_files(page: Path, folder: Path) -> None:
    for block in pages.blocks(page):
        if block.words[1:2] == ("file",):
            path = folder / block.words[2]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")


def _can_run(block: Block) -> bool:
    """Square's SDK for Node comes with `make test`; what it prints stands in a block that says so."""
    return NODE_MODULES.is_dir() or "js" not in block.words


def check_printed(wanted: str, printed: str) -> None:
    """Each line of `wanted` is, in order, a line of `printed`."""
    lines = iter(printed.splitlines())
    for line in filter(None, wanted.splitlines()):
        pattern = re.compile(".*".join(map(re.escape, line.rstrip().split("…"))))
        assert any(pattern.fullmatch(other.rstrip()) for other in lines), f"not printed: {line}\n{printed}"


def _script(blocks: Sequence[Block], folder: Path, port: int) -> str:
    kept = folder / ".blocks"
    kept.mkdir()
    parts = ["set -eu"]
    for number, block in enumerate(blocks):
        # A token that stands for one that was printed comes from the environment, and so does a database.
        text = block.text.replace("TOKEN=rg_…", "TOKEN=$TOKEN").replace(_DATABASE, '"$DATABASE"')
        text = text.replace(_PORT, str(port)).strip("\n")
        out = f".blocks/{number}.out"
        match block.words:
            case ("sh", "test", "serve"):
                parts.append(f"( exec {text} ) >{out} 2>&1 &")
                parts.append("trap 'kill $!' EXIT")
                parts.append(f"await-server {port}")
            case ("sh", "test", *_):
                parts.append(f"{{ {text}\n}} >{out} 2>&1")
            case (language, "test", *_):
                file = kept / f"{number}.{'py' if language == 'python' else 'cjs'}"
                file.write_text(text, encoding="utf-8")
                runner = "python" if language == "python" else "run-node"
                parts.append(f"{runner} {file} >{out} 2>&1")
    return "\n".join(parts) + "\n"


def _shell(
    script: str, folder: Path, *, stand_in: bool, given: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    tools = folder / ".tools"
    tools.mkdir()
    here = Path(__file__).parent
    _tool(
        tools / "await-server",
        f'exec {sys.executable} -c "from tests.docs.running import await_server; await_server($1)"',
    )
    _tool(tools / "run-node", f'NODE_PATH={NODE_MODULES} exec {pages.ROOT / "tools" / "node"} node "$@"')
    # An answer that is an error fails the page.
    curl = None if stand_in else shutil.which("curl")
    _tool(
        tools / "curl",
        f'exec {curl} --fail "$@"' if curl else f'exec {sys.executable} {here / "curl.py"} "$@"',
    )
    # What a page installs is there for this page alone, and comes from this machine alone.
    packages = folder / ".packages"
    _tool(
        tools / "pip",
        f'exec {BIN / "uv"} pip "$@" --quiet --offline --no-deps --no-build-isolation '
        f"--python {sys.executable} --target {packages}",
    )
    environment = {
        "PATH": f"{tools}:{BIN}:{os.environ.get('PATH', '/usr/bin:/bin')}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONPATH": f"{pages.ROOT}:{packages}",
        **given,
    }
    process = subprocess.Popen(
        ["/bin/sh", "-c", script], cwd=folder, env=environment, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        out, error = process.communicate(timeout=_PAGE_SECONDS)
    finally:
        end(process)
    return subprocess.CompletedProcess(process.args, process.returncode, out, error)


def _tool(path: Path, command: str) -> None:
    path.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    path.chmod(0o755)


def end(process: subprocess.Popen[Any]) -> None:
    """Ends a process that a test started in a session of its own, and everything that it started."""
    _signal(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        _signal(process.pid, signal.SIGKILL)
        process.wait()
    deadline = time.monotonic() + 5
    while _signal(process.pid, 0):
        if time.monotonic() > deadline:
            _signal(process.pid, signal.SIGKILL)
        time.sleep(0.02)


def _signal(group: int, number: int) -> bool:
    """Whether there was anybody to get it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def await_server(port: int) -> None:
    """Returns when a server answers at the port; exits with 1 when none does."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    sys.exit(1)


@contextmanager
def serving(*arguments: str, folder: Path) -> Iterator[int]:
    """`regulars serve` with these arguments on a free port; the port."""
    port = free_port()
    command = [str(BIN / "regulars"), "serve", "--port", str(port), *arguments]
    with (folder / "serve.err").open("wb") as talk:
        process = subprocess.Popen(command, cwd=folder, stdout=talk, stderr=talk, start_new_session=True)
        try:
            await_server(port)
            yield port
        finally:
            end(process)
