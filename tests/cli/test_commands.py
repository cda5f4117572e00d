"""The other commands, one promise each."""

import csv
import io
import json
import os
import pty
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from regulars.app.opening import open_directory
from regulars.directory import attributes, definitions, places, subscriptions
from regulars.directory.subscriptions import Asked
from regulars.model.attribute import Schema
from regulars.model.event import CREATED
from tests.cli.running import SHIFT4, Till, finish, start


def test_export_gives_every_customer_in_either_shape(till: Till) -> None:
    """A line each, or one array, or a table."""
    till.filled(5)

    lines = [json.loads(line) for line in till.run("export").out.splitlines()]
    assert [one["posRef"] for one in lines] == [f"C-{number}" for number in range(1, 6)]
    assert till.run("export", "--json").value == lines
    assert till.run("export", "--shape", "square", "--json").value[0]["family_name"] == "Lovelace 1"
    for shape, column in (("shift4", "posRef"), ("square", "reference_id")):
        table = list(csv.DictReader(io.StringIO(till.run("export", "--format", "csv", "--shape", shape).out)))
        assert [row[column] for row in table] == [one["posRef"] for one in lines]
    assert till.run("export", "--location", 9).code == 3


def test_a_whole_export_has_everything(till: Till) -> None:
    """What the native API says, custom attributes, and for whom a customer answers."""
    till.filled(3)
    first, second = (till.run("show", ref, "--json").value[0]["id"] for ref in ("C-1", "C-2"))
    till.run("merge", first, second)
    till.run("pin", first, "note")
    _attribute(till, first, "gold")

    found = till.run("export", "--shape", "native", "--json").value
    assert [json.loads(line) for line in till.run("export", "--shape", "native").out.splitlines()] == found
    assert [one["pos_ref"] for one in found] == ["C-1", "C-3"]
    assert (found[0]["answers_for"], found[0]["custom_attributes"]) == ([second], {"tier": "gold"})
    assert (found[0]["pinned_fields"], found[0]["record"]["format"]) == (["note"], "shift4")
    assert (found[1]["answers_for"], found[1]["custom_attributes"]) == ([], {})
    assert till.run("export", "--shape", "native", "--format", "csv").code == 2


def _attribute(till: Till, id: str, value: str) -> None:
    with closing(open_directory(till.data)) as directory:
        grant = subscriptions.everything(places.account(directory, "default"))
        asked = definitions.Asked(Schema("String"), None, None)
        definitions.create(directory, grant, "tier", asked, idempotency_key=None, said=b"")
        attributes.upsert(directory, grant, id, attributes.Asked("tier", value, None, None, b""))


def test_an_exported_table_runs_no_formula(till: Till) -> None:
    """Cells that begin like one are defused, unless asked for as they are; phone numbers are numbers."""
    names = ["=1+1", "+A1", "-2+3", "@SUM(A1)", "\t=1", " =1", '"=1', "fine - really"]
    lines = [json.dumps({"posRef": str(at), "lastName": name}) for at, name in enumerate(names)]
    lines.append('{"posRef":"p","customerPhones":[{"phone":"+12125554240"}]}')
    till.location()
    assert till.run("import", till.file("a.jsonl", "\n".join(lines)), "--location", 1).code == 0

    def column(name: str, *options: str) -> list[str]:
        table = till.run("export", "--format", "csv", *options).out
        return [row[name] for row in csv.DictReader(io.StringIO(table, newline=""))]

    guarded, raw = column("lastName"), column("lastName", "--raw-cells")
    assert all(cell.startswith("'") for cell in guarded[:-2])
    assert guarded[-2] == "fine - really"
    assert not any(cell.startswith("'") for cell in raw)
    assert column("phone 1")[-1] == "+12125554240"


def test_an_exported_table_can_be_imported(till: Till) -> None:
    """Its own column names are known."""
    till.filled(5)
    till.run("location", "add", 2, "--country", "US")
    for shape in ("shift4", "square"):
        path = till.file(
            f"{shape}.csv", till.run("export", "--location", 1, "--format", "csv", "--shape", shape).out
        )

        done = till.run("import", path, "--location", 2, "--source", shape, "--json")

        assert (done.code, done.value["created"]) == (0, 5)


def test_a_token_is_shown_once(till: Till) -> None:
    """The list tells everything else of it."""
    till.location()
    made = till.run(
        "token", "create", "--name", "web shop", "--location", 1, "--scope", "customers:read", "--expires", "90d",
        "--rate", 60, "--json",
    ).value  # fmt: skip

    assert list(made) == ["token"]
    listed = till.run("token", "list", "--json")
    assert made["token"] not in listed.out
    [info] = listed.value
    assert made["token"].startswith(info["prefix"])
    assert (info["name"], info["location_ids"], info["scopes"], info["rate"], info["state"]) == (
        "web shop", [1], ["customers:read"], 60, "active",
    )  # fmt: skip
    assert till.run("token", "revoke", info["prefix"], "--json").value["state"] == "revoked"


def test_a_token_without_options_sees_every_location(till: Till) -> None:
    """And may read."""
    till.run("token", "create", "--name", "a")

    [info] = till.run("token", "list", "--json").value

    assert (info["location_ids"], info["scopes"]) == (None, ["customers:read", "locations:read"])


def test_an_account_sees_nothing_of_another(till: Till) -> None:
    """Not even with the same location id."""
    till.filled()
    assert till.run("account", "add", "second").code == 0
    assert till.run("--account", "second", "location", "add", 1, "--country", "DE").code == 0

    assert till.run("--account", "second", "find", "ada", "--json").value == []
    assert till.run("show", "C-1", "--account", "second").code == 3
    assert [one["name"] for one in till.run("account", "list", "--json").value] == ["default", "second"]


def test_delete_asks_first_and_leaves_nothing(till: Till) -> None:
    """Nobody finds the customer, and no byte of the name is left in the folder."""
    till.filled()
    assert till.run("show", "C-2").code == 0

    assert till.run("delete", "C-2", told="n\n").code == 2  # no terminal, nobody to ask
    assert till.run("delete", "C-2", "--yes", "--json").value == {"deleted": 1}

    assert till.run("show", "C-2").code == 3
    assert till.run("find", "ada2@example.com", "--json").value == []
    assert all(b"ada2@example" not in file.read_bytes() for file in till.data.iterdir())


def test_a_merge_and_back(till: Till) -> None:
    """Whoever was merged away is found no more, until it is back."""
    till.filled()
    first, second = (till.run("show", ref, "--json").value[0]["id"] for ref in ("C-1", "C-2"))

    done = till.run("merge", first, second, "--json").value
    assert (done["survivor"], done["returned"]) == (first, [])
    assert till.run("show", "C-2").code == 3

    assert till.run("unmerge", done["merge_id"], "--json").value["returned"] == [second]
    assert till.run("show", "C-2").code == 0
    assert till.run("unmerge", done["merge_id"]).code == 1
    assert "regulars unmerge" in till.run("merge", first, second).talk


def test_an_id_that_was_merged_away_shows_the_survivor(till: Till) -> None:
    """Who answers for it, and for whom; nothing is deleted under its name."""
    till.filled()
    first, second = (till.run("show", ref, "--json").value[0]["id"] for ref in ("C-1", "C-2"))
    till.run("merge", first, second)

    [shown] = till.run("show", second, "--json").value
    assert (shown["id"], shown["answers_for"]) == (first, [second])
    assert f"merged into it: {second}" in till.run("show", second).out
    refused = till.run("delete", second, "--yes")
    assert refused.code == 1
    assert first in refused.talk
    assert till.run("show", first).code == 0

    assert till.run("delete", first, "--yes").code == 0
    assert till.run("show", second).code == 3


def test_custom_attributes_are_shown(till: Till) -> None:
    """By key, with their values."""
    till.filled(1)
    id = till.run("show", "C-1", "--json").value[0]["id"]
    _attribute(till, id, "gold\x1b[2J")

    assert till.run("show", id, "--json").value[0]["custom_attributes"] == {"tier": "gold\x1b[2J"}
    assert 'tier: "gold' in till.run("show", id).out
    assert "\x1b" not in till.run("show", id).out


def test_a_posref_at_two_locations_is_not_guessed(till: Till) -> None:
    """Deleting asks which one."""
    till.filled()
    till.run("location", "add", 2, "--country", "US")
    till.run("import", till.file("two.jsonl", '{"posRef":"C-1"}'), "--location", 2)

    assert len(till.run("show", "C-1", "--json").value) == 2
    assert till.run("delete", "C-1", "--yes").code == 1
    assert till.run("delete", "C-1", "--location", 2, "--yes").code == 0
    assert [one["location_id"] for one in till.run("show", "C-1", "--json").value] == [1]


def test_a_key_locks_the_store(till: Till, tmp_path: Path) -> None:
    """Made once, never over another; without it nothing is read."""
    key = tmp_path / "key"
    assert till.run("key", "create", "--key-file", key).code == 0
    assert (key.stat().st_size, key.stat().st_mode & 0o777) == (32, 0o600)
    assert till.run("key", "create", "--key-file", key).code == 1

    assert till.run("location", "add", 1, "--country", "US", env={"REGULARS_KEY_FILE": str(key)}).code == 0
    assert till.run("location", "list", "--key-file", key, "--json").value[0]["location_id"] == 1
    refused = till.run("location", "list")

    assert refused.code == 1
    assert "--key-file" in refused.talk
    assert b"SQLite format 3" not in (till.data / "regulars.db").read_bytes()


def test_a_backup_is_a_store(till: Till, tmp_path: Path) -> None:
    """Put into an empty folder it serves the same customers; it is never written over anything."""
    till.filled()
    copy = tmp_path / "restored" / "regulars.db"
    copy.parent.mkdir()

    assert till.run("backup", copy, "--json").value == {"file": str(copy), "bytes": copy.stat().st_size}
    assert till.run("backup", copy).code == 1

    assert till.run("--data", copy.parent, "export").out == till.run("export").out


def test_the_doctor_finds_nothing_wrong_with_a_new_store(till: Till) -> None:
    """Every check is well, with or without the long ones."""
    till.filled()

    for options in ([], ["--full"]):
        done = till.run("doctor", "--json", *options)
        assert (done.code, [each for each in done.value if not each["well"]]) == (0, [])


def test_the_doctor_has_a_cure_for_what_is_wrong(till: Till) -> None:
    """An open folder, a damaged file; the exit code is 1."""
    till.filled()
    till.data.chmod(0o755)

    done = till.run("doctor")
    assert done.code == 1
    assert f"chmod 700 {till.data}" in done.talk

    store = till.data / "regulars.db"
    store.write_bytes(b"\0" * 8192)
    done = till.run("doctor", "--json")
    assert done.code == 1
    [store_finding] = [each for each in done.value if each["what"] == "store"]
    assert not store_finding["well"]
    assert store_finding["cure"]


def test_a_webhook_is_listed_replayed_and_seen_by_the_doctor(till: Till) -> None:
    """Who failed is found by the doctor, whose cure lets it hear again what it missed."""
    till.filled()
    with closing(open_directory(till.data)) as directory:
        account = places.account(directory, "default")
        grant = subscriptions.everything(account)
        asked = Asked("Mine", (CREATED,), "https://hooks.invalid/")
        id = subscriptions.create(directory, grant, asked)
    till.run("import", till.file("more.jsonl", SHIFT4 % (7, 7, 7)), "--location", 1)
    assert till.run("doctor").code == 0

    assert till.run("worker", "--once", "--json").value == {"delivered": 0, "failed": 1}
    [listed] = till.run("webhook", "list", "--json").value
    assert (listed["id"], listed["attempts"], listed["state"]) == (id, 1, "enabled")
    assert "signature_key" not in listed
    done = till.run("doctor")
    assert done.code == 1
    assert f"regulars webhook replay {id}" in done.talk

    assert till.run("webhook", "replay", id, "--from", "2001-01-01", "--json").value == {"events": 1}
    assert till.run("webhook", "replay", id, "--from", "no event").code == 2
    assert till.run("webhook", "replay", "wbhk_nobodys").code == 3
    assert till.run("webhook", "list", "--json").value[0]["attempts"] == 0
    assert till.run("doctor").code == 0


def test_a_setting_that_is_no_list_of_networks_is_told(till: Till) -> None:
    """Before anything is delivered anywhere."""
    done = till.run("worker", "--once", env={"REGULARS_WEBHOOK_ALLOW": "the office"})

    assert done.code == 1
    assert "REGULARS_WEBHOOK_ALLOW" in done.talk


def test_the_doctor_says_who_serves(till: Till) -> None:
    """While a server holds the folder."""
    till.filled()
    server = till.start("serve", "--port", 0, "--workers", 1, "--json")
    try:
        assert server.stdout is not None
        assert json.loads(server.stdout.readline())["url"].startswith("http://127.0.0.1:")
        [who] = [each for each in till.run("doctor", "--json").value if each["what"] == "server"]
    finally:
        server.terminate()
        server.communicate(timeout=20)

    assert f"process {server.pid} serves" in who["seen"]


@pytest.mark.parametrize("colour", [True, False])
def test_a_terminal_gets_a_table(till: Till, colour: bool) -> None:
    """Drawn for people; without colour where NO_COLOR asks for none."""
    till.filled()
    outer, inner = pty.openpty()
    finding = subprocess.Popen(
        [sys.executable, "-m", "regulars", "--data", str(till.data), "find", "ada"],
        env={key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        | ({} if colour else {"NO_COLOR": "1"})
        | {"TERM": "xterm-256color", "COLUMNS": "120"},
        stdout=inner,
        stderr=subprocess.DEVNULL,
    )
    os.close(inner)
    seen = b""
    try:
        while chunk := os.read(outer, 4096):
            seen += chunk
    except OSError:  # the terminal is gone with the program
        pass
    os.close(outer)

    assert finding.wait() == 0
    assert b"Ada Lovelace 1" in seen
    assert (b"\x1b[" in seen) is colour


def test_the_program_is_a_module_too() -> None:
    """`python -m regulars` is `regulars`."""
    out, _ = finish(start("--version"))

    assert out.startswith("regulars ")


def test_pins_are_set_and_shown(till: Till) -> None:
    """Each command adds or takes away, and `show` tells what holds."""
    till.filled(1)
    id = till.run("show", "C-1", "--json").value[0]["id"]

    assert till.run("pin", id, "phones", "last_name", "--json").value == {
        "id": id, "pinned_fields": ["last_name", "phones"],
    }  # fmt: skip
    assert "pinned: last_name, phones" in till.run("show", id).out
    assert till.run("unpin", id, "phones", "note").talk == "Pinned: last_name.\n"
    assert till.run("show", id, "--json").value[0]["pinned_fields"] == ["last_name"]
    assert till.run("unpin", id, "last_name").talk == "Nothing is pinned.\n"
    assert till.run("pin", id, "id").code == 2
    assert till.run("pin", "NOBODY", "note").code == 3


def test_a_source_may_bring_back_whom_it_is_told(till: Till) -> None:
    """`source readmit` takes somebody who was deleted here off the list of those who stay away."""
    till.filled(1)
    till.run("import", till.file("a.jsonl", SHIFT4 % (7, 7, 7)), "--location", 1, "--source", "till")
    added = till.run(
        "source", "add", "regulars", "--name", "till", "--location", 1, "--url", "http://127.0.0.1:1", "--no-check",
        "--token-file", "-", told="token",
    )  # fmt: skip
    assert added.code == 0, added.talk
    assert till.run("source", "readmit", "till", "C-7").code == 3

    till.run("delete", "C-7", "--yes")

    assert till.run("source", "readmit", "till", "C-7", "--json").value == {"name": "till", "readmitted": 1}
    assert till.run("source", "readmit", "till", "C-7").code == 3
    assert till.run("source", "readmit", "nobody", "C-7").code == 3


def test_a_rebuild_says_what_it_did(till: Till) -> None:
    """After an import by older rules: what changed, in which fields, at which locations, and what quarantine gave."""
    till.filled(3)
    with closing(open_directory(till.data)) as directory, directory.store.write():
        directory.store.connection.execute(
            "UPDATE doc SET shift4 = CAST(replace(shift4, 'Ada', 'Eda') AS BLOB) WHERE rid & 1 = 0"
        )
    till.run("import", till.file("a.jsonl", '{"posRef":'), "--location", 1)

    dry = till.run("rebuild", "--dry-run", "--json").value
    assert dry == {
        "read": 3, "changed": 2, "unreadable": 0, "fields": {"first_name": 2}, "quarantine": {"read": 1, "still": 1},
        "dry_run": True,
    }  # fmt: skip
    done = till.run("rebuild", "--location", 1)
    assert done.code == 0
    assert done.talk == (
        "3 customers read, 2 changed: first_name 2.\n0 records left quarantine, 1 still cannot be read.\n"
    )
    assert till.run("rebuild").talk.startswith("3 customers read, 0 changed.")
    assert till.run("rebuild", "--location", 9).code == 3
