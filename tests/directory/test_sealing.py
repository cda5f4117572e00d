"""Secrets of sources: sealed differently each time, opened by nobody else, under a key that appears whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars import errors
from regulars.app.opening import open_directory
from regulars.directory import Directory, places, sealing
from regulars.store import keyfile
from tests.engines import Engine

SECRET = "a-token-of-tests"


@pytest.fixture
def directory(tmp_path: Path, engine: Engine) -> Iterator[Directory]:
    folder = tmp_path / "data"
    opened = open_directory(folder, key_file=engine.key_file, database=engine.database(folder))
    places.account(opened, "default")
    yield opened
    opened.close()


def _key(directory: Directory) -> Path:
    return directory.store.folder / sealing.KEY_NAME


def test_what_is_sealed_opens_again(directory: Directory) -> None:
    """And never looks the same twice, nor tells its secret."""
    sealed = [sealing.seal(directory, 1, "till", SECRET) for _ in range(50)]

    assert {sealing.unseal(directory, 1, "till", one) for one in sealed} == {SECRET}
    assert len({one[1:13] for one in sealed}) == 50
    assert all(SECRET.encode() not in one for one in sealed)


@pytest.mark.parametrize(("account_id", "source"), [(2, "till"), (1, "till 2"), (1, "")])
def test_it_opens_for_its_own_source_alone(directory: Directory, account_id: int, source: str) -> None:
    """Not for another account's, nor for another source's."""
    sealed = sealing.seal(directory, 1, "till", SECRET)

    with pytest.raises(errors.Fatal, match="cannot be opened"):
        sealing.unseal(directory, account_id, source, sealed)


def test_a_changed_bit_is_noticed(directory: Directory) -> None:
    """Wherever it is; and a cut secret, too."""
    sealed = sealing.seal(directory, 1, "till", SECRET)
    changed = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    cut = [sealed[:at] for at in range(len(sealed))]

    for bad in [*changed, *cut]:
        with pytest.raises(errors.Fatal, match="cannot be opened"):
            sealing.unseal(directory, 1, "till", bad)


def test_a_key_file_is_made_once(directory: Directory) -> None:
    """By whoever is first of many; what one has sealed all can open, and nothing unfinished is left."""
    directory.key("warm")
    sealed: list[bytes] = []
    beginning = threading.Barrier(8)

    def make() -> None:
        beginning.wait()
        sealing._make_key(_key(directory))
        sealed.append(_key(directory).read_bytes())

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sealed) == 8
    assert set(sealed) == {keyfile.read(_key(directory))}
    assert [path.name for path in _key(directory).parent.glob("sources.key*")] == ["sources.key"]


@pytest.mark.engines(
    "SQLite",
    "PostgreSQL",
    "PostgreSQL, partitioned",
    why="an encrypted store has no second key: its own seals secrets, too",
)
def test_another_key_opens_nothing(directory: Directory) -> None:
    """Nor none; a key that others may read is named as such, since it is not lost."""
    sealed = sealing.seal(directory, 1, "till", SECRET)
    kept = _key(directory).read_bytes()
    _key(directory).unlink()
    with pytest.raises(errors.Fatal, match="lost or another") as lost:
        sealing.unseal(directory, 1, "till", sealed)
    assert "source secret" in str(lost.value.hint)
    keyfile.create(_key(directory))
    with pytest.raises(errors.Fatal, match="lost or another"):
        sealing.unseal(directory, 1, "till", sealed)

    _key(directory).write_bytes(kept)
    _key(directory).chmod(0o644)
    with pytest.raises(errors.Fatal, match="Others may read"):
        sealing.unseal(directory, 1, "till", sealed)
    _key(directory).chmod(0o600)
    assert sealing.unseal(directory, 1, "till", sealed) == SECRET
