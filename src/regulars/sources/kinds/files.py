"""A folder that somebody puts files into: each new or changed one is read, as `regulars import` reads it.

What is remembered of a file is a digest of its name, of its size and times, and of its content: a file that was only
touched is not read again. A file is done with once; one that is taken away takes nobody with it.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from regulars import errors, limits
from regulars.model import columns as table
from regulars.model.pull import Item, Page, State
from regulars.model.record import Record, Unreadable
from regulars.sources import mapping
from regulars.sources.contract import Given, Kind, Option
from regulars.sources.files import FORMATS, File, FileFormat, canonical
from regulars.sources.http import Http

_SETTLED_SECONDS: Final = 5.0  # a file that changed within these is still being written
_PAGE_BYTES: Final = 8_388_608
_CHUNK: Final = 1_048_576
_NEVER_SECONDS: Final = 3_153_600_000  # a hundred years: old files read again would undo newer ones


class _Found(Struct, frozen=True):
    """A file in the folder; `key` and `stat` are digests of its name, and of its size and times."""

    key: str
    name: str
    stat: str
    changed_at: float  # by the clock of the folder: nobody can set it back
    order: tuple[int, str]  # oldest first, so that the newest has the last word


class _At(Struct):
    """Where a walk is. `done`: by key, the stat and the content of those that were read."""

    done: dict[str, str]
    until: float  # files that changed later wait for the next walk
    key: str | None = None  # the file that is being read
    stat: str = ""
    content: str = ""
    at: int = 0  # records of it that are in
    page: int = 1


class Folder:
    """One folder, watched."""

    def __init__(self, given: Given, http: Http) -> None:
        options = given.options
        self._folder = Path(options.get("folder") or "")
        self._pattern = options.get("pattern") or "*"
        self._columns = mapping.fields(options.get("map"))
        self._format = _format(options.get("format"))
        self._encoding = _encoding(options.get("encoding"))
        self._now = http.now
        self._live: dict[str, Any] | None = None  # the state that the open file is at
        self._seen: Sequence[_Found] = ()  # the folder, when it was last looked through
        self._file: File | None = None
        self._records: Iterator[Record | Unreadable] = iter(())
        if not self._folder.is_absolute():
            raise errors.Fatal(
                "The option folder is no whole path", hint="Such as --set folder=/srv/customers"
            )

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """At the oldest file that is new; a full walk reads all of them again."""
        self.close()
        self._seen = []
        done = {} if full or bookmark is None else dict(bookmark["done"])
        return _builtins(_At(done, self._now() - _SETTLED_SECONDS))

    def page(self, state: State) -> Page:
        """Up to a thousand records of one file, or what there is to say of one that cannot be read."""
        at = msgspec.convert(state, _At)
        if self._live != state or self._file is None:
            self.close()
            found = _next(at, self._seen)
            if found is None:
                self._seen = self._files()
                found = _next(at, self._seen)
            if found is None:
                return Page((), None, {"done": _bounded(at.done, self._seen)})
            refused = self._open(found, at)
            if self._file is None:
                return self._done(at, refused)
        return self._read(at)

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        """A folder cannot be asked for one customer."""
        return ()

    def check(self) -> None:
        """Whether the folder is there, and can be read."""
        self._files()

    def honours_filters(self) -> bool:
        """What was read is known by its content."""
        return True

    def close(self) -> None:
        """Closes the file."""
        self._live = None
        if self._file is not None:
            self._file.close()
            self._file = None

    # --- one page ---------------------------------------------------------------------------------------------------

    def _open(self, found: _Found, at: _At) -> list[Item]:
        """Opens a file where the walk is; where it is not opened, what there is to say of it."""
        path = self._folder / found.name
        try:
            if at.key is None:
                at.key, at.stat, at.content = found.key, found.stat, ""
                if not found.name.isprintable():
                    shown = found.name.encode(errors="replace").decode()
                    return [Unreadable(b"", shown, "The file's name cannot be written down")]
                at.content = _content(path)
                if at.done.get(found.key, "").endswith(f" {at.content}"):
                    return []  # touched, not changed
            file = File(path, format=self._format, columns=self._columns, encoding=self._encoding)
        except (FileNotFoundError, errors.NotFound):
            return []
        except OSError as error:
            return [Unreadable(b"", found.name, f"The file cannot be read: {error.strerror}")]
        except errors.RegularsError as error:
            return [Unreadable(b"", found.name, error.message)]
        if file.is_csv and (reason := self._unfit(file.header)):
            file.close()
            return [Unreadable(b"", found.name, reason)]
        self._file, self._records = file, file.records()
        for _ in range(at.at):
            next(self._records, None)
        return []

    def _unfit(self, header: tuple[str, ...]) -> str | None:
        """Why no row of a table with these columns would be read."""
        if not self._columns.keys() <= set(header):
            return "The file lacks a column that the option map names"
        if not self._columns and not any(table.guess(header, {})):
            return "No column of the file is known"
        return None

    def _read(self, at: _At) -> Page:
        items: list[Item] = []
        size = 0
        for record in self._records:
            items.append(record)
            size += len(record.raw)
            if len(items) >= limits.BATCH_ROWS_MAX or size >= _PAGE_BYTES:
                at.at += len(items)
                at.page += 1
                self._live = _builtins(at)
                return Page(items, self._live)
        return self._done(at, items)

    def _done(self, at: _At, items: list[Item]) -> Page:
        """The file is done with, as it was when it was opened; the walk goes on with the next."""
        self.close()
        if at.key is not None:
            at.done.pop(at.key, None)
            at.done[at.key] = f"{at.stat} {at.content}"
        at.key, at.stat, at.content, at.at = None, "", "", 0
        at.page += 1
        return Page(items, _builtins(at), {"done": at.done})

    # --- the folder ---------------------------------------------------------------------------------------------------

    def _files(self) -> list[_Found]:
        """Its files, without hidden ones, links and whatever else is no file."""
        found = []
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    is_meant = not entry.name.startswith(".") and fnmatch.fnmatch(entry.name, self._pattern)
                    if is_meant and entry.is_file(follow_symlinks=False):
                        with suppress(FileNotFoundError):  # taken away meanwhile
                            found.append(_found(entry))
        except OSError as error:
            raise errors.Retriable(f"The folder cannot be read: {error.strerror}") from None
        if len(found) > limits.FOLDER_FILES_MAX:
            raise errors.Fatal(
                f"The folder holds more than {limits.FOLDER_FILES_MAX} files",
                hint="Take those away that were read, or name some: --set pattern='*.csv'",
            )
        return found


def _next(at: _At, files: Sequence[_Found]) -> _Found | None:
    """The file that is being read, if it is as it was; else the oldest that is new and no longer written."""
    for each in files:
        if (each.key, each.stat) == (at.key, at.stat):
            return each
    if not files:
        return None
    at.key, at.stat, at.content, at.at = None, "", "", 0
    fresh = [
        each
        for each in files
        if each.changed_at <= at.until and not at.done.get(each.key, "").startswith(f"{each.stat} ")
    ]
    return min(fresh, key=lambda each: each.order, default=None)


def _found(entry: os.DirEntry[str]) -> _Found:
    status = entry.stat(follow_symlinks=False)
    return _Found(
        _digest(entry.name.encode("utf-8", "surrogateescape"), 8),
        entry.name,
        _digest(f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}".encode(), 6),
        status.st_ctime,
        (status.st_mtime_ns, entry.name),
    )


def _bounded(done: dict[str, str], files: Sequence[_Found]) -> dict[str, str]:
    """What was done, as many as a folder may hold: of those taken away, the earliest are forgotten first."""
    there = {each.key for each in files}
    surplus = len(done) - limits.FOLDER_FILES_MAX
    gone = [key for key in done if key not in there][: max(0, surplus)]
    return {key: value for key, value in done.items() if key not in gone}


def _content(path: Path) -> str:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sha.update(chunk)
    return urlsafe_b64encode(sha.digest()[:9]).decode()


def _digest(data: bytes, size: int) -> str:
    return urlsafe_b64encode(hashlib.blake2b(data, digest_size=size).digest()).decode().rstrip("=")


def _format(name: str | None) -> FileFormat:
    for each in FORMATS:
        if each == (name or "auto"):
            return each
    raise errors.Fatal("The option format is none that is known", hint=f"Known are {', '.join(FORMATS)}.")


def _encoding(name: str | None) -> str | None:
    try:
        return canonical(name) if name else None
    except errors.Invalid as error:
        raise errors.Fatal("The option encoding is no encoding of text", hint=error.hint) from None


def _builtins(at: _At) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(at)
    return made


KIND = Kind(
    name="files",
    summary="a folder that files of customers are put into",
    proof="live",
    open=Folder,
    is_incremental=True,
    timestamps=("the files' contents",),
    deletes="none",
    every_seconds=60,
    full_every_seconds=_NEVER_SECONDS,
    is_kept_open=True,
    options=(
        Option("folder", "its whole path", is_required=True),
        Option("pattern", "which files of it, such as *.csv", default="*"),
        Option("format", f"what they are: {', '.join(FORMATS)}", default="auto"),
        Option("map", "what columns are taken for: FIELD=COLUMN; FIELD=COLUMN"),
        Option("encoding", "when they are neither UTF-8 nor marked, such as windows-1252"),
    ),
)
