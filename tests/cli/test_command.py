"""What holds for every command: where options stand, what stdout holds, how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.cli import voice
from tests.cli.running import SHIFT4, Till, finish, start

COMMANDS = [
    ("account", "add", "second"),
    ("account", "list"),
    ("location", "add", "7", "--country", "DE"),
    ("location", "list"),
    ("import", "filled.jsonl", "--location", "1"),
    ("import", "filled.jsonl", "--location", "1", "--dry-run"),
    ("export",),
    ("token", "create", "--name", "a"),
    ("token", "list"),
    ("webhook", "list"),
    ("worker", "--once"),
    ("find", "ada"),
    ("find", "nobody"),
    ("show", "C-1"),
    ("delete", "C-1", "--yes"),
    ("quarantine", "list"),
    ("quarantine", "replay", "--all"),
    ("quarantine", "drop", "--all", "--yes"),
    ("stats",),
    ("backup", "copy.db"),
    ("doctor",),
    ("key", "create", "--key-file", "key"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_json_is_one_value_and_nothing_else(till: Till, words: tuple[str, ...]) -> None:
    """On every command; a list is an array."""
    done = till.filled().run(*words, "--json")

    assert done.code == 0, done.talk
    value = json.loads(done.out)
    assert isinstance(value, list) == (
        words[-1] in {"list", "--dry-run"} or words[0] in {"export", "find", "show", "doctor"}
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_what_is_printed_cannot_drive_a_terminal(till: Till, words: tuple[str, ...]) -> None:
    """Into a pipe there is no colour, no spinner and no control character at all."""
    done = till.filled().run(*words)

    assert done.code == 0, done.talk
    assert all(character.isprintable() or character in "\n\t" for character in done.out + done.talk)


def test_a_failed_command_leaves_stdout_empty(till: Till) -> None:
    """With --json too: the words are on stderr, the exit code tells."""
    done = till.filled().run("show", "C-999", "--json")

    assert (done.code, done.out) == (3, "")
    assert done.talk.startswith("regulars: There is no such customer")


def test_global_options_stand_anywhere(till: Till, tmp_path: Path) -> None:
    """Before the command, between group and command, behind it; the last word counts."""
    for at in range(3):
        words: list[object] = ["location", "list"]
        words.insert(at, "--json")
        assert till.run(*words).value == []
    other = Till(tmp_path / "other")
    assert other.run("--json", "location", "add", 5, "--country", "US").value["location_id"] == 5

    assert [
        each["location_id"] for each in till.run("location", "--data", other.data, "list", "--json").value
    ] == [5]
    assert [
        each["location_id"] for each in till.run("location", "list", "--data", other.data, "--json").value
    ] == [5]
    assert till.run("--data", other.data, "location", "list", "--json", "--data", till.data).value == []


def test_the_environment_names_the_folder_where_nothing_else_does(
    till: Till, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flag wins over it; without either it is ./regulars-data."""
    monkeypatch.setenv("REGULARS_DATA", str(tmp_path / "named"))
    finish(start("stats", "--json"))
    assert (tmp_path / "named" / "regulars.db").exists()
    monkeypatch.delenv("REGULARS_DATA")

    finish(start("stats"))

    assert (tmp_path / "regulars-data").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("locatoin",), 2, "Did you mean 'location'?"),
        (("location", "ad"), 2, "Did you mean 'add'?"),
        ((), 2, "Usage"),
        (("import",), 2, "FILE"),
        (("import", "absent.csv", "--location", 1), 3, "no file"),
        (("import", "filled.jsonl", "--location", 9), 3, "regulars location add 9"),
        (("import", "filled.jsonl", "--location", 1, "--map", "shoe=x"), 2, "FIELD=COLUMN"),
        (("import", "filled.jsonl", "--location", 1, "--format", "xml"), 2, "xml"),
        (("import", ".", "--location", 1), 2, "is a folder"),
        (("location", "add", 1, "--country", "US"), 1, "there already"),
        (("location", "add", 2, "--country", "Atlantis"), 2, "no country"),
        (
            ("location", "add", 2, "--country", "US", "--time-zone", "America/New_Yrok"),
            2,
            "America/New_York?",
        ),
        (("location", "add", 0, "--country", "US"), 2, "location id"),
        (("--account", "absent", "stats"), 3, "account add absent"),
        (("token", "create", "--name", "a", "--location", 9), 3, "Location 9"),
        (("token", "create", "--name", "a", "--scope", "all"), 2, "customers:read"),
        (("token", "create", "--name", "a", "--expires", "soon"), 2, "90d"),
        (("token", "create", "--name", "a", "--expires", "2020-01-01"), 2, "over"),
        (("token", "revoke", "rg_nothing"), 3, "token list"),
        (("find", "ada", "--location", 9), 3, "Location 9"),
        (("find", "ada", "--limit", 0), 2, "limit"),
        (("delete", "C-1"), 2, "--yes"),
        (("merge", "NOBODYS", "NEITHER"), 3, "no such customer"),
        (("merge", "X", "X"), 2, "itself"),
        (("merge", "X", *map(str, range(21))), 2, "20"),
        (("unmerge", "NOTHING"), 3, "no such merge"),
        (("quarantine", "show", 1), 3, "no such entry"),
        (("quarantine", "drop"), 2, "--all"),
        (("key", "create"), 2, "--key-file"),
        (("demo", "--no-serve"), 2, "--folder"),
        (("export", "--json", "--format", "csv"), 2, "--json"),
    ],
)
def test_each_way_to_fail_has_its_code_and_its_words(
    till: Till, words: tuple[object, ...], code: int, told: str
) -> None:
    """2 the command line, 3 not found, 1 anything else; always a sentence, mostly a way out."""
    done = till.filled().run(*words)

    assert done.code == code, done
    assert told in (done.out if words == () else done.talk)


def test_the_exit_codes_are_in_the_help(till: Till) -> None:
    """So that a script can be written."""
    done = till.run("--help")

    assert done.code == 0
    for code in ("0 ok", "1 failed", "2 the", "3 not found", "4 partly", "130 interrupted"):
        assert code in " ".join(done.out.split())


def test_help_loads_nothing_that_it_does_not_need() -> None:
    """That is why it answers at once; every group and command is in it."""
    code = "import sys; from regulars import cli\ntry: cli.main()\nfinally: print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True)

    *told, modules = done.stdout.rstrip().split("\n")
    assert {"account", "import", "serve", "demo", "doctor"} <= set(" ".join(told).split())
    roots = {name.partition(".")[0] for name in modules.split()}
    assert roots.isdisjoint(
        {"msgspec", "rich", "apsw", "falcon", "granian", "phonenumbers", "email_validator"}
    )
    assert {name for name in modules.split() if name.startswith("regulars.") and ".cli" not in name} <= {
        "regulars.errors",
        "regulars.app",
    }


def test_an_unexpected_error_tells_no_customer(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its kind and place, no message; only who asks for the traceback sees that."""
    from regulars.directory import lookup

    def broken(*_: object, **__: object) -> None:
        raise ValueError("Ada Lovelace, +1 212 555 4240")

    monkeypatch.setattr(lookup, "find", broken)

    done = till.filled().run("find", "ada")
    assert (done.code, done.out) == (1, "")
    assert "Unexpected ValueError at test_command.py" in done.talk
    assert "Lovelace" not in done.talk
    assert "Lovelace" in till.run("find", "ada", env={"REGULARS_TRACEBACK": "1"}).talk


def test_a_reader_that_goes_away_is_no_event(till: Till) -> None:
    """`regulars export | head -1` ends without a word, with the code a shell gives it."""
    till.filled(3_000)

    export = till.start("export")
    assert export.stdout is not None
    assert export.stderr is not None
    export.stdout.readline()
    export.stdout.close()
    code = export.wait(timeout=20)

    assert (code, export.stderr.read()) == (141, b"")
    export.stderr.close()


def test_ctrl_c_leaves_a_whole_store_and_130(till: Till) -> None:
    """What was acknowledged is in, the import can be run again, and the doctor finds nothing."""
    count = 12_000
    path = till.file("many.jsonl", b"\n".join(SHIFT4 % (number, number, number) for number in range(count)))
    till.location()

    running = till.start("import", path, "--location", 1)
    deadline = time.monotonic() + 20
    while till.run("stats", "--json").value["customers"] < 500:
        assert time.monotonic() < deadline
    os.kill(running.pid, signal.SIGINT)
    _, talk = running.communicate(timeout=20)

    assert running.returncode == 130, talk
    assert b"is in" in talk
    before = till.run("stats", "--json").value["customers"]
    assert 0 < before < count
    assert till.run("doctor", "--full").code == 0
    done = till.run("import", path, "--location", 1, "--json").value
    assert (done["unchanged"], done["created"]) == (before, count - before)


@given(st.text())
def test_safe_text_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    """And what was harmless stays as it was."""
    safe = voice.safe(text)

    assert all(character.isprintable() or character in "\u200c\u200d" for character in safe)
    assert safe == text or not text.isprintable()
