"""Commands run as a user runs them: most in this process, some as programs of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from regulars.cli import program

SHIFT4 = (
    b'{"posRef":"C-%d","firstName":"Ada","lastName":"Lovelace %d",'
    b'"customerEmails":[{"email":"ada%d@example.com"}]}'
)


class Done(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    talk: str

    @property
    def value(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.out)


class Till:
    """A data folder, and the commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def run(self, *words: object, told: str | bytes | None = None, env: dict[str, str] | None = None) -> Done:
        """In this process."""
        done = CliRunner().invoke(
            program.app,
            ["--data", str(self.data), *map(str, words)],
            input=told,
            env=env,
            prog_name="regulars",
        )
        return Done(done.exit_code, done.stdout, done.stderr)

    def start(self, *words: object, **options: Any) -> "subprocess.Popen[bytes]":
        """As a program."""
        return start("--data", self.data, *words, **options)

    def file(self, name: str, data: bytes | str) -> Path:
        """A file beside the data folder."""
        path = self.folder / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def location(self, location_id: int = 1) -> int:
        """A location that is there."""
        assert self.run("location", "add", location_id, "--country", "US").code == 0
        return location_id

    def filled(self, count: int = 3) -> "Till":
        """With customers C-1 and on, at location 1."""
        lines = b"\n".join(SHIFT4 % (number, number, number) for number in range(1, count + 1))
        assert self.run("import", self.file("filled.jsonl", lines), "--location", self.location()).code == 0
        return self


def start(*words: object, **options: Any) -> "subprocess.Popen[bytes]":
    """The program, with pipes."""
    environment = os.environ | {"NO_COLOR": "1"} | options.pop("env", {})
    pipes: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }
    pipes |= options
    return subprocess.Popen([sys.executable, "-m", "regulars", *map(str, words)], env=environment, **pipes)


def finish(running: "subprocess.Popen[bytes]", *, code: int = 0) -> tuple[str, str]:
    """What it printed on stdout and stderr, once it has ended as it should."""
    out, talk = running.communicate(timeout=30)
    assert running.returncode == code, talk.decode()
    return out.decode(), talk.decode()
