"""Files that are put into a folder come in once, whole, whatever happens meanwhile."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars import errors, limits
from regulars.model.pull import Item
from regulars.model.record import Record, Unreadable
from regulars.sources.contract import Source
from regulars.sources.kinds.files import KIND
from tests.sources.kinds import walks

HEADER = "id,name\n"


@pytest.fixture(autouse=True)
def closing() -> Iterator[None]:
    yield
    walks.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "incoming"
    path.mkdir()
    return path


def source(folder: Path, **options: str) -> Source:
    """The folder, looked at a minute after everything was written."""
    return walks.opened(KIND, {"folder": str(folder), **options}, later=60.0)


def put(folder: Path, name: str, content: str | bytes, *, age: int = 0) -> Path:
    """A file of so many seconds."""
    path = walks.write(folder, name, content)
    moment = path.stat().st_mtime - age
    os.utime(path, (moment, moment))
    return path


def rows(items: list[Item]) -> list[str]:
    """The second line of each record."""
    assert all(isinstance(each, Record) for each in items), items
    return [each.raw.decode().splitlines()[1] for each in items if isinstance(each, Record)]


def table(count: int, name: str = "Ada") -> str:
    return HEADER + "".join(f"C-{n},{name}\n" for n in range(count))


def test_each_file_comes_once(folder: Path) -> None:
    """The oldest first, so that the newest has the last word; then only what is new or changed."""
    put(folder, "a.csv", HEADER + "1,New\n", age=10)
    put(folder, "b.csv", HEADER + "1,Old\n", age=20)
    watched = source(folder)
    watched.check()
    items, bookmark = walks.walked(watched)
    assert rows(items) == ["1,Old", "1,New"]
    assert items[0].place == "b.csv:2"  # type: ignore[union-attr]
    assert walks.walked(watched, bookmark)[0] == []

    put(folder, "a.csv", HEADER + "1,Newer\n")
    put(folder, "c.jsonl", '{"id":"2","given_name":"Zoe"}\n', age=5)
    os.utime(folder / "b.csv")
    items, bookmark = walks.walked(watched, bookmark)
    assert [each.raw.decode().splitlines()[-1] for each in items if isinstance(each, Record)] == [
        '{"id":"2","given_name":"Zoe"}',
        "1,Newer",
    ]
    assert walks.walked(watched, bookmark)[0] == []
    assert len(walks.walked(watched, bookmark, full=True)[0]) == 3


def test_a_file_that_is_being_written_waits(folder: Path) -> None:
    """Whatever time it claims to be of."""
    put(folder, "a.csv", HEADER + "1,Ha", age=100)

    items, bookmark = walks.walked(walks.opened(KIND, {"folder": str(folder)}))
    assert items == []

    put(folder, "a.csv", HEADER + "1,Half\n2,Whole\n", age=100)
    assert rows(walks.walked(source(folder), bookmark)[0]) == ["1,Half", "2,Whole"]


def test_a_file_that_was_half_read_goes_on(folder: Path) -> None:
    """After a kill, at the record where the page ended."""
    put(folder, "a.csv", table(2_300))
    first = source(folder)
    page = first.page(first.begin(None, full=False))
    assert len(page.items) == 1_000
    assert page.state is not None

    second = source(folder).page(walks.kept(page.state))

    assert rows(list(second.items)) == [f"C-{n},Ada" for n in range(1_000, 2_000)]


def test_a_file_that_changes_while_it_is_read_comes_again(folder: Path) -> None:
    """Whole, when it rests."""
    put(folder, "a.csv", table(1_500))
    watched = source(folder)
    page = watched.page(watched.begin(None, full=False))
    put(folder, "a.csv", table(3, "Zoe"))
    watched.close()
    assert page.state is not None

    assert rows(list(source(folder).page(walks.kept(page.state)).items)) == [f"C-{n},Zoe" for n in range(3)]


def test_a_file_that_grows_behind_an_open_one_comes_again(folder: Path) -> None:
    """What was done is the file as it was when it was opened."""
    put(folder, "a.csv", table(1_500))
    watched = source(folder)
    pages = walks.pages(watched)
    next(pages)
    put(folder, "a.csv", table(2, "Zoe"))

    assert rows([item for page in pages for item in page.items])[-2:] == ["C-0,Zoe", "C-1,Zoe"]


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (b"PK\x03\x04rest", {}, "zip"),
        (b"", {}, "empty"),
        (b"shoe,size\nred,41\n", {}, "No column"),
        (table(1).encode(), {"map": "email=post"}, "lacks a column"),
    ],
    ids=["binary", "empty", "unknown", "unmapped"],
)
def test_a_file_that_cannot_be_read_is_told_once(
    folder: Path, content: bytes, options: dict[str, str], reason: str
) -> None:
    """The others go in."""
    put(folder, "a.csv", content, age=10)
    put(folder, "b.jsonl", '{"id":"2","given_name":"Zoe"}\n')
    watched = source(folder, **options)

    [bad, good], bookmark = walks.walked(watched)

    assert isinstance(bad, Unreadable)
    assert reason in bad.reason
    assert bad.place == "a.csv"
    assert isinstance(good, Record)
    assert walks.walked(watched, bookmark)[0] == []


def test_bad_rows_are_told_with_the_rest(folder: Path) -> None:
    """As an import tells them."""
    put(folder, "a.csv", b"id,name\n1,Ada\n2,\xff\xfe\n3,Zoe\n")

    items, _ = walks.walked(source(folder))

    assert [type(each) for each in items] == [Record, Unreadable, Record]


def test_only_files_of_the_folder_are_read(folder: Path, tmp_path: Path) -> None:
    """No hidden ones, which are on their way, no links to elsewhere, no folders, none of another pattern."""
    put(folder, ".a.csv.part", table(1))
    put(tmp_path, "secret.csv", table(1))
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "sub.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    put(folder, "a.txt", table(1))
    put(folder, "b.csv", HEADER + "1,Ada\n")

    assert rows(walks.walked(source(folder, pattern="*.csv"))[0]) == ["1,Ada"]


def test_what_was_taken_away_takes_nobody_along(folder: Path) -> None:
    """A file that comes back is not read again, as when a share is mounted anew."""
    put(folder, "a.csv", HEADER + "1,Ada\n", age=30)
    watched = source(folder)
    _, bookmark = walks.walked(watched)
    assert KIND.deletes == "none"
    shutil.move(folder / "a.csv", folder.parent / "a.csv")

    items, bookmark = walks.walked(watched, bookmark)
    assert items == []
    shutil.move(folder.parent / "a.csv", folder / "a.csv")
    assert walks.walked(watched, bookmark)[0] == []


def test_columns_and_encodings_are_as_in_an_import(folder: Path) -> None:
    """Named once, for every file."""
    put(folder, "a.csv", "nr;wer\n1;Zoë\n".encode("windows-1252"))

    [one], _ = walks.walked(source(folder, map="pos_ref=nr; full_name=wer", encoding="windows-1252"))

    assert isinstance(one, Record)
    assert "Zoë" in one.raw.decode()
    assert one.columns == {"nr": "pos_ref", "wer": "full_name"}


@pytest.mark.parametrize(
    "options", [{"folder": "here"}, {"folder": ""}, {"format": "pdf"}, {"encoding": "zip"}, {"map": "x=y"}]
)
def test_options_that_are_none_are_told(folder: Path, options: dict[str, str]) -> None:
    """Before anything is read."""
    with pytest.raises(errors.Fatal):
        walks.opened(KIND, {"folder": str(folder), **options})


def test_a_folder_that_is_not_there_may_come_back(tmp_path: Path) -> None:
    """A share that is not mounted."""
    with pytest.raises(errors.Retriable):
        source(tmp_path / "none").check()


def test_a_full_folder_fits_into_a_state(folder: Path) -> None:
    """A thousand files; one more is for a person to clear up, not to be passed over."""
    for n in range(limits.FOLDER_FILES_MAX):
        walks.write(folder, f"customers of the year {n}.csv", HEADER + f"{n},Ada\n")
    watched = source(folder)

    items, bookmark = walks.walked(watched)

    assert len(items) == limits.FOLDER_FILES_MAX
    assert len(bookmark["done"]) == limits.FOLDER_FILES_MAX
    walks.write(folder, "one more.csv", HEADER)
    with pytest.raises(errors.Fatal):
        watched.check()


def test_a_name_that_is_no_text_is_told(folder: Path) -> None:
    """It could not even be written down."""
    (folder / os.fsdecode(b"\xff.csv")).write_text(table(1))

    [bad] = walks.unreadable(walks.walked(source(folder))[0])

    assert bad.place.encode().decode() == bad.place
