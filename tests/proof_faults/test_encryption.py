"""An encrypted data folder: everything works with the key, nothing without, and no file holds a readable byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.proof_faults import canaries, people, running
from tests.proof_faults.running import SHOP


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    made = running.run(tmp_path / "data", "--key-file", path, "key", "create")
    assert made.code == 0, made.talk
    return path


def test_served_under_a_key_nothing_can_be_read_on_the_disk(tmp_path: Path, key: Path) -> None:
    """Imported, served, updated, backed up, killed: no file of the folder ever shows a word of a customer."""
    data = tmp_path / "data"
    keyed = ("--key-file", key)
    running.well(data, *keyed, "location", "add", SHOP, "--country", "US")
    token = running.well(data, *keyed, "token", "create", "--name", "test")["token"]
    lines = [canaries.one(number) for number in range(300)]
    file = tmp_path / "canaries.jsonl"
    file.write_text("\n".join([*lines, '{"firstName":"Zzcanary cut', ""]))
    with running.serving(data, token, *keyed, workers=2) as server:
        done = running.run(data, *keyed, "--json", "import", file, "--location", SHOP)
        assert (done.code, done.value["created"], done.value["quarantined"]) == (4, 300, 1)
        assert server.total() == 300
        status, page = server.get(f"/pos/v2/{SHOP}/customers?search=zzcanary%20xylophonian&pageSize=1")
        assert (status, page["meta"]["totalCount"]) == (200, 300)
        running.well(data, *keyed, "backup", tmp_path / "backup.db")
        assert (data / "regulars.db-wal").stat().st_size > 0
        assert canaries.found_in(data) == {}
        assert running.run(data, *keyed, "doctor", "--full").code == 0
        running.kill(server.process)
    assert canaries.found_in(data) == {}
    (tmp_path / "restored").mkdir(mode=0o700)
    (tmp_path / "backup.db").rename(tmp_path / "restored" / "regulars.db")
    assert canaries.found_in(tmp_path / "restored") == {}
    assert running.well(tmp_path / "restored", *keyed, "stats")["customers"] == 300
    assert running.well(data, *keyed, "find", "zzcanary.7.v0")[0]["pos_ref"] == "canary-7"
    # The search would see them: the file they came from is full of them.
    assert set(canaries.found_in(tmp_path)) == {"canaries.jsonl"}


# What is given as the key, and what is said of it.
WRONG = {
    "another key": ("not the key", lambda path: path.write_bytes(os.urandom(32))),
    "no key file": ("cannot be read", lambda path: path.unlink()),
    "not a key": ("not a key file", lambda path: path.write_bytes(b"secret\n")),
    "a key that others may read": ("Others may read", lambda path: path.chmod(0o644)),
    "nothing": ("needs its key", None),
}


@pytest.mark.parametrize("given", WRONG)
def test_without_its_key_the_folder_is_refused_in_words(tmp_path: Path, key: Path, given: str) -> None:
    """Each mistake has its own sentence, whatever the command; nothing is changed by it."""
    data = tmp_path / "data"
    running.well(data, "--key-file", key, "location", "add", SHOP, "--country", "US")
    before = (data / "regulars.db").read_bytes()
    words, spoil = WRONG[given]
    kept = key.read_bytes()
    if spoil is not None:
        spoil(key)
    options = () if spoil is None else ("--key-file", key)
    file = people.file(tmp_path / "people.jsonl", 3)

    for command in (["stats"], ["serve", "--port", "0"], ["import", file, "--location", SHOP]):
        done = running.run(data, *options, *command)
        assert running.is_sentence(done), done
        assert words in done.talk
    doctor = running.run(data, *options, "doctor")
    assert doctor.code == 1
    assert words in doctor.out

    assert (data / "regulars.db").read_bytes() == before
    key.unlink(missing_ok=True)
    key.write_bytes(kept)
    key.chmod(0o600)
    assert running.well(data, "--key-file", key, "stats")["customers"] == 0


def test_a_key_for_a_plain_folder_is_refused_in_words(tmp_path: Path, key: Path) -> None:
    """It would promise what is not so."""
    data = tmp_path / "data"
    running.settle_in(data)
    for command in (["stats"], ["serve", "--port", "0"]):
        done = running.run(data, "--key-file", key, *command)
        assert running.is_sentence(done), done
        assert "not encrypted" in done.talk
