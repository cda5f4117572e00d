"""What clients delete is wiped in the background, in small steps, a while apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars.directory import Directory, deletion, tidying
from regulars.directory.tidying import Tidying
from regulars.model.place import Account
from regulars.store import erasing
from tests.directory.world import opened, settle_in
from tests.engines import Engine
from tests.webhooks import world
from tests.webhooks.world import HERE


class Watch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def directory(tmp_path: Path, engine: Engine) -> Iterator[Directory]:
    with opened(tmp_path / "data", engine=engine) as directory:
        yield directory


@pytest.fixture
def account(directory: Directory) -> Account:
    account = settle_in(directory, HERE)
    for number in range(40):
        world.add(directory, account, *(f"{number}-{each}" for each in range(20)))
    world.add(
        directory, account, "X", first="Xylophonia", last="Quillmarkson", email="xylo@quillmark.example.com"
    )
    return account


def words_in(folder: Path) -> list[bytes]:
    content = world.files_of(folder).lower()
    return [word for word in (b"xyloph", b"quillm") if word in content]


def all_steps(tidier: Tidying, directory: Directory) -> int:
    steps = 1
    while tidier.step(directory):
        steps += 1
    return steps


@pytest.mark.engines("SQLite", why="it looks for the bytes in the file, where they are to be read")
def test_what_was_deleted_leaves_no_byte(directory: Directory, account: Account, tmp_path: Path) -> None:
    """After the steps neither the file nor its log holds a word of the customer; then nothing is left to do."""
    deletion.delete(directory, account.account_id, [world.ids(directory, account)["X"]])
    assert words_in(tmp_path)
    tidier = Tidying()

    assert all_steps(tidier, directory) > 2

    assert words_in(tmp_path) == []
    assert erasing.mark(directory.store) is None
    assert all_steps(tidier, directory) == 1


@pytest.mark.engines("SQLite", why="it looks for the bytes in the file, where they are to be read")
def test_a_delete_while_it_is_wiped_is_wiped_next(
    directory: Directory, account: Account, tmp_path: Path
) -> None:
    """Its mark stays, and the next rewrite, some minutes later, goes past it."""
    watch = Watch()
    tidier = Tidying(watch)
    known = world.ids(directory, account)
    deletion.delete(directory, account.account_id, [known["1-1"]])
    assert tidier.step(directory)
    deletion.delete(directory, account.account_id, [known["X"]])
    all_steps(tidier, directory)
    assert erasing.mark(directory.store) is not None

    watch.now += tidying.PURGE_APART_SECONDS
    all_steps(tidier, directory)

    assert erasing.mark(directory.store) is None
    assert words_in(tmp_path) == []


@pytest.mark.engines("SQLite", why="it looks for the bytes in the file, where they are to be read")
def test_a_reader_in_the_way_is_not_waited_for(
    directory: Directory, account: Account, tmp_path: Path, engine: Engine
) -> None:
    """The log is emptied with a later step, when no reader is left."""
    deletion.delete(directory, account.account_id, [world.ids(directory, account)["X"]])
    tidier = Tidying()
    with opened(tmp_path / "data", engine=engine) as other:
        with other.store.read():
            other.store.connection.execute("SELECT count(*) FROM customer").fetchall()
            all_steps(tidier, directory)
            assert erasing.mark(directory.store) is not None
        all_steps(tidier, directory)

    assert erasing.mark(directory.store) is None
    assert words_in(tmp_path) == []


def test_deleting_by_hand_leaves_nothing_to_do(directory: Directory, account: Account) -> None:
    """`regulars delete` wipes right away."""
    deletion.delete(directory, account.account_id, [world.ids(directory, account)["X"]])

    assert deletion.purge(directory)

    assert erasing.mark(directory.store) is None
