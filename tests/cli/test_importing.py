"""`regulars import`: counts, quarantine, dry run, and files as they come."""

import hashlib
from pathlib import Path

import pytest

from tests.cli.running import SHIFT4, Till, finish

KEYS = ["read", "created", "updated", "unchanged", "quarantined", "problems"]
TABLE = "Kundennummer;Vorname;Nachname;E-Mail;Telefon;Schuhgröße\n1;Käthe;Groß;kaethe@example.com;030 23125123;38\n"
CHINOOK = Path(__file__).parents[3] / "shared" / "data" / "chinook-customers.csv"


def test_a_second_run_changes_nothing(till: Till) -> None:
    """Neither the customers nor the order of changes."""
    path = till.file("kunden.csv", TABLE)
    till.location()

    first = till.run("import", path, "--location", 1, "--json").value
    changes = till.run("stats", "--json").value["changes"]
    second = till.run("import", path, "--location", 1, "--json").value

    assert list(first) == KEYS
    assert (first["read"], first["created"]) == (1, 1)
    assert second == {"read": 1, "created": 0, "updated": 0, "unchanged": 1, "quarantined": 0, "problems": 0}
    assert till.run("stats", "--json").value["changes"] == changes


def test_bad_rows_are_quarantined_and_the_rest_goes_in(till: Till) -> None:
    """Exit code 4; each with file, line, reason and bytes; again, and it is still once."""
    bad = b'2,"never closed'
    path = till.file("rows.csv", b"id,name\n1,Ada Lovelace\n" + bad + b"\n3,Grace Hopper\n4,\xff\n")
    till.location()

    for _ in range(2):
        done = till.run("import", path, "--location", 1, "--json")
        assert (done.code, done.value["read"], done.value["quarantined"]) == (4, 4, 2)

    held = till.run("quarantine", "list", "--json").value
    assert [each["place"] for each in held] == ["rows.csv:3", "rows.csv:5"]
    shown = till.run("quarantine", "show", held[0]["number"], "--json").value
    assert (shown["raw"], shown["reason"]) == (bad.decode(), "A quote is opened and never closed")
    assert till.run("quarantine", "show", held[1]["number"], "--json").value["raw_base64"] == "NCz/"


def test_quarantined_bytes_cannot_drive_a_terminal(till: Till) -> None:
    """They are shown, written out."""
    till.location()
    till.run("import", till.file("rows.jsonl", b'{"a\x1b[2J\x07\xff'), "--location", 1)

    done = till.run("quarantine", "show", 1)

    assert done.out == '{"a\\x1b[2J\\x07\\xff\n'


def test_replay_and_drop(till: Till) -> None:
    """What still cannot be read stays, until it is dropped."""
    till.location()
    till.run("import", till.file("rows.jsonl", b"no json\nneither\n"), "--location", 1)

    replayed = till.run("quarantine", "replay", "--all", "--json")
    assert (replayed.code, replayed.value["quarantined"]) == (4, 2)
    assert till.run("quarantine", "drop", 1, "--yes", "--json").value == {"dropped": 1}
    assert [each["number"] for each in till.run("quarantine", "list", "--json").value] == [2]


def test_a_dry_run_writes_nothing(till: Till) -> None:
    """It shows what each column is taken for and the first customers as they would be served."""
    path = till.file("kunden.csv", TABLE + '2;"never closed\n')
    till.run("location", "add", 1, "--country", "DE")
    before = till.run("stats", "--json").value

    [look] = till.run("import", path, "--location", 1, "--dry-run", "--json").value

    assert look["columns"] == {
        "Kundennummer": "pos_ref",
        "Vorname": "first_name",
        "Nachname": "last_name",
        "E-Mail": "email",
        "Telefon": "phone",
        "Schuhgröße": None,
    }
    assert look["rows"][0]["customerPhones"] == [{"phone": "+493023125123", "isPrimary": True}]
    assert look["rows"][1] == {"place": "kunden.csv:3", "reason": "A quote is opened and never closed"}
    assert till.run("stats", "--json").value == before
    told = till.run("import", path, "--location", 1, "--dry-run")
    assert "(left out)" in told.out
    assert "Nothing was written" in told.talk


def test_a_column_can_be_named(till: Till) -> None:
    """And then it is what was said; a column that is not there is told before anything is read."""
    path = till.file("odd.csv", "a,b\n1,Ada\n2,Grace\n")
    till.location()

    assert till.run("import", path, "--location", 1, "--map", "first_name=c").code == 2
    assert "Name them with --map" in till.run("import", path, "--location", 1).talk
    assert till.run("import", path, "--location", 1, "--map", "pos_ref=a", "--map", "first_name=b").code == 0
    assert till.run("show", "2", "--json").value[0]["shift4"]["firstName"] == "Grace"


def test_several_files_are_refused_before_the_first_is_read(till: Till) -> None:
    """A slip in the last name does not leave half of the work done."""
    good = till.file("kunden.csv", TABLE)
    till.location()

    assert till.run("import", good, "absent.csv", "--location", 1).code == 3
    assert till.run("stats", "--json").value["customers"] == 0
    assert (
        till.run(
            "import", good, till.file("more.jsonl", SHIFT4 % (9, 9, 9)), "--location", 1, "--json"
        ).value["read"]
        == 2
    )


def test_standard_input_is_a_file(till: Till) -> None:
    """In any format, named `-`."""
    till.location()
    with till.file("kunden.csv", TABLE.encode("utf-16")).open("rb") as file:
        out, _ = finish(till.start("import", "-", "--location", 1, "--json", stdin=file))

    assert '"created":1' in out
    assert till.run("show", "1", "--json").value[0]["record"]["place"] == "stdin:2"


def test_the_same_source_and_id_are_one_customer(till: Till) -> None:
    """Another source's is another one, served under its own name."""
    till.location()
    first = till.file("a.jsonl", b'{"posRef":"7","firstName":"Ada"}')
    changed = till.file("b.jsonl", b'{"posRef":"7","firstName":"Augusta"}')

    till.run("import", first, "--location", 1)
    assert till.run("import", changed, "--location", 1, "--json").value["updated"] == 1
    assert till.run("import", first, "--location", 1, "--source", "other", "--json").value["created"] == 1

    assert till.run("show", "other:7", "--json").value[0]["shift4"]["firstName"] == "Ada"


def test_a_declared_encoding_is_believed(till: Till) -> None:
    """Windows-1252 cannot be told from others by looking."""
    path = till.file("kunden.csv", TABLE.encode("windows-1252"))
    till.location()

    assert till.run("import", path, "--location", 1).code == 2
    assert till.run("import", path, "--location", 1, "--encoding", "windows-1252").code == 0
    assert till.run("show", "1", "--json").value[0]["shift4"]["firstName"] == "Käthe"


@pytest.mark.skipif(not CHINOOK.exists(), reason="the shared sample is not here")
def test_the_shared_sample_goes_in_whole(till: Till) -> None:
    """59 customers in 24 countries with no word said about columns; search finds them as they are looked for."""
    before = hashlib.sha256(CHINOOK.read_bytes()).digest()
    till.location()

    done = till.run("import", CHINOOK, "--location", 1, "--json")

    assert (done.code, done.value["created"], done.value["quarantined"]) == (0, 59, 0)
    for text in ("luis", "Luís", "3923-5555", "55123923"):
        assert "Luís Gonçalves" in till.run("find", text).out
    assert "Embraer" in till.run("find", "embraer").out
    assert hashlib.sha256(CHINOOK.read_bytes()).digest() == before
