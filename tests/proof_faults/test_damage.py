"""A damaged file: said in words, with a cure, and never served as if it were whole."""

from __future__ import annotations

import logging
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import apsw
import pytest

from regulars import errors
from regulars.store import keyfile
from tests.cli.running import Done
from tests.proof_faults import asking, running
from tests.proof_faults.asking import PAGE_BYTES, QUESTIONS, Answer

TORTURE = os.environ.get("REGULARS_TORTURE") == "1"
FLIPS = 5_000 if TORTURE else 250
FILE = "regulars.db"


class Filled(NamedTuple):
    """A whole store, and what it answers."""

    content: bytes
    token: str
    answers: list[Answer]
    file: Path


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    folder = tmp_path_factory.mktemp("filled")
    token = asking.fill(folder)
    return Filled((folder / FILE).read_bytes(), token, asking.everything(folder, token), folder / FILE)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What the application logs of damage is looked at where a server logs it."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def with_page(content: bytes, number: int, page: bytes) -> bytes:
    return content[: number * PAGE_BYTES] + page + content[(number + 1) * PAGE_BYTES :]


def flipped(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def met(folder: Path, filled: Filled, *, key_file: Path | None = None) -> Counter[str]:
    """How the questions were answered: the same as by the whole store, refused, or otherwise."""
    try:
        answers = asking.everything(folder, filled.token, key_file=key_file)
    except errors.Fatal as error:
        return Counter({"refused at start" if error.hint else "otherwise": 1})
    found: Counter[str] = Counter()
    for question, answer, whole in zip(QUESTIONS, answers, filled.answers, strict=True):
        if answer == whole:
            found["same"] += 1
        elif answer.status == 500 and asking.refusal(question, answer) == asking.DAMAGED:
            found["refused"] += 1
        else:
            found["otherwise"] += 1
    return found


@pytest.mark.parametrize("kind", ["zeroes", "noise"])
def test_no_lost_page_is_served_as_if_it_were_whole(tmp_path: Path, filled: Filled, kind: str) -> None:
    """Each page of the file in turn is wiped: every answer is the right one, or a 500 that says the file is damaged."""
    chance, count = random.Random(kind), len(filled.content) // PAGE_BYTES
    total: Counter[str] = Counter()
    for number in range(count):
        page = bytes(PAGE_BYTES) if kind == "zeroes" else chance.randbytes(PAGE_BYTES)
        (tmp_path / FILE).write_bytes(with_page(filled.content, number, page))
        found = met(tmp_path, filled)
        assert found["otherwise"] == 0, number
        total += found
        (tmp_path / FILE).unlink()
    assert count > 90
    assert total["refused"] > 100
    assert total["refused at start"] >= 2


def test_an_encrypted_store_notices_every_flipped_bit(tmp_path: Path) -> None:
    """Each page is sealed: whatever bit of the file flips, every answer is the right one or a refusal."""
    key_file = tmp_path / "key"
    keyfile.create(key_file)
    token = asking.fill(tmp_path / "data", key_file=key_file)
    file = tmp_path / "data" / FILE
    content, chance = file.read_bytes(), random.Random("flips")
    whole = Filled(content, token, asking.everything(tmp_path / "data", token, key_file=key_file), file)
    total: Counter[str] = Counter()
    for number in range(FLIPS):
        file.write_bytes(flipped(content, chance))
        found = met(tmp_path / "data", whole, key_file=key_file)
        assert found["otherwise"] == 0, number
        total += found
    assert total["refused"] > FLIPS // 4


def test_a_flipped_bit_in_a_plain_store_never_surprises(tmp_path: Path, filled: Filled) -> None:
    """Without page checksums it may go unseen; but nothing falls over, and an error has its dialect's shape."""
    chance = random.Random("flips")
    for _ in range(FLIPS):
        (tmp_path / FILE).write_bytes(flipped(filled.content, chance))
        try:
            answers = asking.everything(tmp_path, filled.token)
        except errors.Fatal:
            continue
        finally:
            (tmp_path / FILE).unlink()
        for question, answer in zip(QUESTIONS, answers, strict=True):
            assert answer.status < 500 or asking.refusal(question, answer)


def foreign(_content: bytes, path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("CREATE TABLE theirs (a)")
    connection.commit()
    connection.close()


# What happened to the file, and whether a start notices.
HARMS: dict[str, tuple[Callable[[bytes, Path], object], bool]] = {
    "first page wiped": (
        lambda content, path: path.write_bytes(with_page(content, 0, bytes(PAGE_BYTES))),
        True,
    ),
    "half of it gone": (
        lambda content, path: path.write_bytes(content[: len(content) // PAGE_BYTES // 2 * PAGE_BYTES]),
        True,
    ),
    "cut in mid-page": (lambda content, path: path.write_bytes(content[:-1000]), True),
    "another kind of file": (lambda _, path: path.write_bytes(b"id,name\n" * 5_000), True),
    "another program's database": (foreign, True),
    "emptied": (lambda _, path: path.write_bytes(b""), True),
    "a letter of its schema": (
        lambda content, path: path.write_bytes(content.replace(b"sort_key TEXT", b"sort_k\xe1y TEXT", 1)),
        True,
    ),
    "customers wiped": (
        lambda content, path: path.write_bytes(with_page(content, _CUSTOMER_PAGES[3], bytes(PAGE_BYTES))),
        False,
    ),
}
_CUSTOMER_PAGES: list[int] = []


@pytest.mark.parametrize("harm", HARMS)
def test_every_command_says_what_is_wrong(tmp_path: Path, filled: Filled, harm: str) -> None:
    """serve, stats and doctor on a damaged file: a sentence and a cure, no traceback, and the file is left as it is."""
    _CUSTOMER_PAGES[:] = asking.pages_of(filled.file, "customer")
    data = tmp_path / "data"
    asking.fill(data)  # with everything that lies beside a store
    act, is_noticed_at_start = HARMS[harm]
    (data / FILE).unlink()
    act(filled.content, data / FILE)
    before = (data / FILE).read_bytes()

    commands = [["stats"], ["doctor", "--full"], *([["serve", "--port", "0"]] if is_noticed_at_start else [])]
    processes = [running.start("--data", data, *words) for words in commands]
    try:
        talks = [process.communicate(timeout=60) for process in processes]
    finally:
        for process in processes:
            running.end(process)
    done = [Done(process.returncode, *talk) for process, talk in zip(processes, talks, strict=True)]

    stats, doctor, *serve = done
    assert all(running.is_sentence(one) for one in (stats, *serve)), done
    assert doctor.code == 1
    assert "WRONG\tstore\t" in doctor.out
    assert "  → store: " in doctor.talk
    assert not running.has_surprise(doctor.talk + doctor.out)
    assert (data / FILE).read_bytes() == before


def test_a_server_lives_on_beside_a_bad_page(tmp_path: Path, filled: Filled) -> None:
    """What lies on it is a 500 in the dialect's shape; everything else is served, and the log has the cure."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    bad = asking.pages_of(filled.file, "doc")[-1]
    (data / FILE).write_bytes(with_page(filled.content, bad, bytes(PAGE_BYTES)))
    shop = f"/pos/v2/{asking.SHOP}/customers"
    with running.serving(data, filled.token) as server:
        for _ in range(3):
            status, page = server.get(f"{shop}?pageSize=100")
            assert (status, len(page["results"])) == (200, 100)
            status, failure = server.get(f"{shop}?page=4&pageSize=100")
            assert (status, failure["message"]) == (500, asking.DAMAGED)
            assert server.get("/healthz")[0] == 200
        status, failure = server.get(f"{shop}/R399")
        assert (status, failure["message"]) == (500, asking.DAMAGED)
        assert server.process.poll() is None
    (log,) = (path.read_text() for path in tmp_path.glob("serve-*.log"))
    assert "Restore the latest backup" in log
    assert "Traceback" not in log


@pytest.mark.parametrize("raw", ["0128B52FFD0102", "0128B5", "01", "", "99AABB"])
def test_a_damaged_record_is_said_in_words(tmp_path: Path, raw: str) -> None:
    """What a source sent is kept packed; when it cannot be unpacked, `show` says why, and the rest is served."""
    data = tmp_path / "data"
    token = asking.fill(data)
    connection = apsw.Connection(str(data / FILE))
    connection.execute("UPDATE record SET raw = ?", (bytes.fromhex(raw),))
    connection.close()
    done = running.run(data, "show", "R5")
    assert running.is_sentence(done), done
    assert asking.DAMAGED in done.talk
    assert {answer.status for answer in asking.everything(data, token)} == {200}
