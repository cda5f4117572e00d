"""One file, open: what it is, and its records in constant memory."""

from __future__ import annotations

import csv
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from regulars import errors, limits
from regulars.model.record import Record, Unreadable
from regulars.sources.files import encoding as encodings
from regulars.sources.files import shapes, splitter, tabular
from regulars.sources.files.lines import lines
from regulars.sources.files.shapes import FileFormat, Shape

STDIN = "-"
CHUNK_BYTES = 65_536
SAMPLE_BYTES = 65_536
UNDECODABLE = "The record holds bytes that are no UTF-8"
NO_CUSTOMER = "The object has no field of a customer"


class File:
    """A file or `-`, opened, its start looked at. `size` is None where it cannot be known."""

    def __init__(
        self,
        path: Path,
        *,
        format: FileFormat = "auto",
        columns: Mapping[str, str] | None = None,
        encoding: str | None = None,
    ) -> None:
        self.name = "stdin" if str(path) == STDIN else path.name
        self.position = 0
        self._columns = dict(columns or {})
        self._stream = _open(path, self.name)
        try:
            self.size = _size(self._stream)
            start = self._read_start()
            self.encoding, mark = encodings.detect(start, encoding)
            encodings.refuse_binary(start, self.name)
            self._start = start[mark:]
            sample = _whole_lines(b"".join(encodings.utf8([self._start], self.encoding)))
            encodings.refuse_nuls(sample, self.name)
            self.format: FileFormat = shapes.guess(self.name, sample) if format == "auto" else format
            self.is_csv = self.format in {"csv", "square-csv"}
            self.dialect = tabular.sniff(sample) if self.is_csv else None
            self._header = tabular.find_header(sample, self.dialect, self.name) if self.dialect else None
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> File:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the file back; standard input stays open."""
        if self._stream is not sys.stdin.buffer:
            self._stream.close()

    @property
    def header(self) -> tuple[str, ...]:
        """The column names of a CSV file; none for any other."""
        return self._header.names if self._header else ()

    def records(self) -> Iterator[Record | Unreadable]:
        """Every record from the first on; once."""
        chunks = encodings.utf8(self._chunks(), self.encoding)
        if self.dialect is not None and self._header is not None:
            return self._rows(chunks, self.dialect, self._header)
        return self._json_lines(chunks) if self.format == "jsonl" else self._objects(chunks)

    # --- CSV ------------------------------------------------------------------------------------------------

    def _rows(
        self, chunks: Iterator[bytes], dialect: tabular.Dialect, header: tabular.Header
    ) -> Iterator[Record | Unreadable]:
        start = header.raw + b"\n"
        for row in tabular.rows(chunks, dialect, width=len(header.names)):
            if row.number <= header.line:
                continue
            place = f"{self.name}:{row.number}"
            if row.fault is not None:
                yield Unreadable(row.data, place, row.fault)
                continue
            try:
                yield Record("csv", start + tabular.plain(row.data, dialect), place, self._columns)
            except csv.Error:
                yield Unreadable(row.data, place, "A field of the row is too long")

    # --- JSON -----------------------------------------------------------------------------------------------

    def _json_lines(self, chunks: Iterator[bytes]) -> Iterator[Record | Unreadable]:
        """One object a line; a line that is a page gives all of its customers."""
        usual: Shape = "shift4"
        for line in lines(chunks, end=b"\n", size_max=limits.RECORD_BYTES_MAX):
            place, data = f"{self.name}:{line.number}", line.data.strip()
            if line.is_cut:
                yield Unreadable(line.data, place, tabular.TOO_LONG, usual)
            elif not splitter.is_page(data):
                if data:
                    usual = shapes.shape(data) or usual
                    yield _document(data, place, usual)
            else:
                page = splitter.Splitter(limits.RECORD_BYTES_MAX)
                for piece in page.feed(data) + page.close():
                    usual = shapes.shape(piece.data) or usual
                    yield _piece(piece, place, usual)

    def _objects(self, chunks: Iterator[bytes]) -> Iterator[Record | Unreadable]:
        """Objects of pages, arrays or one after the other; the place is the object's number."""
        asked: Shape = "square" if self.format == "square-json" else "shift4"
        split = splitter.Splitter(limits.RECORD_BYTES_MAX)
        number = 0
        for pieces in _fed(split, chunks):
            for piece in pieces:
                number += 1
                shape = shapes.shape(piece.data)
                # Alone and without customers it is an answer of the API: an empty page, an error.
                if shape or piece.fault or not piece.is_alone:
                    yield _piece(piece, f"{self.name}:{number}", shape or asked)

    # --- bytes ----------------------------------------------------------------------------------------------

    def _read_start(self) -> bytes:
        start = b""
        while len(start) < SAMPLE_BYTES and (more := self._stream.read(SAMPLE_BYTES)):
            start += more
        self.position = len(start)
        if not start.strip():
            raise errors.Invalid(f"{self.name} is empty", field="file", rule="empty")
        return start

    def _chunks(self) -> Iterator[bytes]:
        yield self._start
        while chunk := self._stream.read(CHUNK_BYTES):
            self.position += len(chunk)
            yield chunk


def records(
    path: Path,
    *,
    format: FileFormat = "auto",
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> Iterator[Record | Unreadable]:
    """Every record of a file, opened and closed again."""
    with File(path, format=format, columns=columns, encoding=encoding) as file:
        yield from file.records()


def _open(path: Path, name: str) -> BinaryIO:
    if str(path) == STDIN:
        return sys.stdin.buffer
    try:
        if path.is_dir():
            raise errors.Invalid(
                f"{name} is a folder", field="file", rule="folder", hint="Name the files in it."
            )
        return path.open("rb", buffering=0)
    except FileNotFoundError:
        raise errors.NotFound(f"There is no file {path}") from None
    except OSError as error:
        raise errors.Fatal(f"{path} cannot be read: {error.strerror}") from None


def _size(stream: BinaryIO) -> int | None:
    try:
        status = os.fstat(stream.fileno())
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _whole_lines(sample: bytes) -> bytes:
    """Without the line that the sample cuts, unless it is the only one."""
    end = max(sample.rfind(b"\n"), sample.rfind(b"\r"))
    return sample[: end + 1] if end > 0 and len(sample) >= SAMPLE_BYTES // 2 else sample


def _fed(split: splitter.Splitter, chunks: Iterator[bytes]) -> Iterator[list[splitter.Piece]]:
    for chunk in chunks:
        yield split.feed(chunk)
    yield split.close()


def _piece(piece: splitter.Piece, place: str, shape: Shape) -> Record | Unreadable:
    if piece.fault is not None:
        return Unreadable(piece.data, place, piece.fault, shape)
    return _document(piece.data, place, shape)


def _document(data: bytes, place: str, shape: Shape) -> Record | Unreadable:
    if not tabular.is_utf8(data):
        return Unreadable(data, place, UNDECODABLE, shape)
    # Read as it stands it would make a customer of nothing; what is no object at all `wire` says better.
    if data.startswith(b"{") and shapes.shape(data) is None:
        return Unreadable(data, place, NO_CUSTOMER, shape)
    return Record(shape, data, place)
