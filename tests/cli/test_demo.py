"""`regulars demo`: invented people, real files, the real importer, and a server that answers."""

import json
import os
import signal
import time
from itertools import islice
from pathlib import Path

import phonenumbers
import pytest
import urllib3

from regulars.app import demo_files, invented
from regulars.sources import files
from tests.cli.running import Till, start


def test_the_same_seed_gives_the_same_people() -> None:
    """Whichever shape, from wherever one begins to count."""
    once = list(invented.people(7, 50, "DE"))

    assert once == list(invented.people(7, 50, "DE"))
    assert once != list(invented.people(8, 50, "DE"))
    assert [json.loads(each)["posRef"] for each in invented.customers(7, 3, first=10)] == [
        "C-10",
        "C-11",
        "C-12",
    ]
    assert json.loads(next(invented.customers(7, 1, "DE", shape="square")))["id"].endswith("1")


@pytest.mark.parametrize("region", ["US", "GB", "DE", "BR", "FR"])
def test_people_are_skewed_as_real_ones_are(region: str) -> None:
    """A few names and one mail provider are frequent, thousands of names are rare, not everybody has everything."""
    everybody = [json.loads(each) for each in invented.customers(1, 5_000, region)]

    names = [one["lastName"] for one in everybody]
    most = max(names.count(name) for name in set(names))
    assert 25 < most < 250
    assert len(set(names)) > 1_000
    mails = [each["email"] for one in everybody for each in one["customerEmails"]]
    assert 0.35 < sum("@gmail" in mail for mail in mails) / len(mails) < 0.6
    assert all(mail.endswith((".example", ".test", "@example.com", "@example.org")) for mail in mails)
    counts = {len(one["customerPhones"]) for one in everybody}
    assert counts == {0, 1, 2}


def test_the_phones_of_the_us_are_well_formed_and_hold_555() -> None:
    """Numbers that the program can make E.164 of."""
    phones = [phone for person in islice(invented.people(1, 500, "US"), 500) for phone in person.phones]
    at_home = [phone for phone in phones if not phone.startswith("+") or phone.startswith("+1")]

    assert len(at_home) > 300
    for phone in at_home:
        assert "555" in phone
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone, "US"))


def test_the_files_are_of_every_format(tmp_path: Path) -> None:
    """Each is seen for what it is, and each has something that cannot be read."""
    formats = set()
    for path, export in demo_files.write(tmp_path, 1):
        with files.File(path, encoding=export.encoding) as file:
            formats.add(file.format)
            assert len(list(file.records())) > 150

    assert formats == {"csv", "jsonl", "shift4-json", "square-json"}


def test_a_demo_is_made_again_without_harm(till: Till, tmp_path: Path) -> None:
    """A few thousand at three locations, some of them not to be read; a folder of anything else is refused."""
    folder = tmp_path / "demo"

    first = till.run("demo", "--folder", folder, "--no-serve")
    assert first.code == 2  # --data was given
    made = start("demo", "--folder", folder, "--no-serve", "--json")
    out, talk = made.communicate(timeout=30)
    assert made.returncode == 0, talk
    location_ids = json.loads(out)["location_ids"]
    stats = till.run("--data", folder, "stats", "--json").value

    assert stats["customers"] > 3_000
    assert [each["location_id"] for each in stats["locations"]] == location_ids
    assert all(each["quarantined"] and each["with_problems"] for each in stats["locations"])
    again = start("demo", "--folder", folder, "--no-serve", "--json")
    again.communicate(timeout=30)
    assert till.run("--data", folder, "stats", "--json").value["customers"] == stats["customers"]
    other = start("demo", "--folder", tmp_path, "--no-serve")
    assert b"holds something else" in other.communicate(timeout=30)[1]


def test_the_demo_answers_within_ten_seconds_and_cleans_up(tmp_path: Path) -> None:
    """Both dialects, with the token it prints; its folder is gone after Ctrl-C."""
    started = time.monotonic()
    running = start("demo", "--json", env={"TMPDIR": str(tmp_path)})
    try:
        assert running.stdout is not None
        said = json.loads(running.stdout.readline())
        assert time.monotonic() - started < 10
        for path in ("/pos/v2/12345/customers?search=smith", "/v2/customers?limit=2"):
            headers = {"Authorization": f"Bearer {said['token']}"}
            document = urllib3.request("GET", said["url"] + path, headers=headers, timeout=5).json()
            assert document.get("results") or document.get("customers")
        assert Path(said["data"]).parent == tmp_path
    finally:
        os.kill(running.pid, signal.SIGINT)
        _, talk = running.communicate(timeout=20)

    assert running.returncode in {0, 130}, talk
    assert not Path(said["data"]).exists()
