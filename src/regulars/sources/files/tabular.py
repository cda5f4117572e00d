"""CSV: which kind a file is, where its header stands, and its rows one by one as bytes.

A row is whatever lies between two line ends outside quotes. One with a quote that is never closed would swallow
all that follow; so a quote that closes where no field ends, a row wider than the header, or the end of the file
convicts the row's first line alone, and reading goes on behind it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from regulars import errors, limits
from regulars.sources.files.lines import Line, lines

csv.field_size_limit(limits.RECORD_BYTES_MAX)  # the library stops at 131,072 and would lose the row
_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 50
TOO_LONG = f"The row is longer than {limits.RECORD_BYTES_MAX} bytes"
UNCLOSED = "A quote is opened and never closed"
UNDECODABLE = "The row holds bytes that are no text in this encoding"
OLD_ENCODING = "An older program's export may need --encoding windows-1252"


class Dialect(Struct, frozen=True):
    """How a file separates its fields and lines."""

    delimiter: str = ","
    line_end: bytes = b"\n"
    skip_space: bool = False  # `a, "b"`: the space is not part of the field

    @property
    def is_plain(self) -> bool:
        """Whether rows are already what a record holds."""
        return self.delimiter == "," and not self.skip_space


class Row(NamedTuple):
    """One row as it stands in the file, without its line end; `fault` says why it is none."""

    number: int
    data: bytes
    fault: str | None


class Header(Struct, frozen=True):
    """The column names, where they stand, and how a record carries them."""

    names: tuple[str, ...]
    line: int
    raw: bytes


def sniff(sample: bytes) -> Dialect:
    """The dialect of a file that begins so (in UTF-8, whole lines)."""
    line_end = b"\r" if b"\r" in sample and b"\n" not in sample else b"\n"
    first = sample.split(line_end, 1)[0].strip().lower()
    if first.startswith(b"sep=") and len(first) == 5:  # Excel's own way to say it
        return Dialect(first[4:].decode("ascii", "replace"), line_end)
    candidates = [Dialect(d, line_end, _is_spaced(sample, d)) for d in _DELIMITERS]
    return max(candidates, key=lambda dialect: _evidence(sample, dialect))


def find_header(sample: bytes, dialect: Dialect, name: str) -> Header:
    """The row of column names; `name` is the file's. Raises Invalid when there is none."""
    sampled = [(row, cells(row.data, dialect)) for row in _sampled(sample, dialect) if row.fault is None]
    if not sampled:
        raise errors.Invalid(
            f"{name} has no row that can be read", field="file", rule="no_header", hint=OLD_ENCODING
        )
    widest = Counter(len(row) for _, row in sampled if len(row) > 1).most_common(1)
    enough = max(2, (widest[0][0] + 1) // 2) if widest else 1
    row, names = next((pair for pair in sampled if sum(map(bool, _stripped(pair[1]))) >= enough), sampled[0])
    names = _stripped(names)
    if len(names) > limits.TABLE_COLUMNS_MAX:
        raise errors.Invalid(
            f"{name} has more than {limits.TABLE_COLUMNS_MAX} columns", field="file", rule="too_many"
        )
    if _looks_like_data(names):
        raise errors.Invalid(
            f"{name} begins with a customer, not with column names", field="file", rule="no_header",
            hint="Put a line of column names on top, such as: id,first name,last name,email,phone",
        )  # fmt: skip
    return Header(tuple(names), row.number, plain(row.data, dialect))


def rows(chunks: Iterable[bytes], dialect: Dialect, *, width: int | None = None) -> Iterator[Row]:
    """Every row that is not blank, whole or faulty. `width` is the number of columns, once it is known."""
    source = lines(chunks, end=dialect.line_end, size_max=limits.RECORD_BYTES_MAX)
    again: deque[Line] = deque()
    while (line := again.popleft() if again else next(source, None)) is not None:
        data = line.data.removesuffix(b"\r")
        if line.is_cut:
            yield Row(line.number, line.data, TOO_LONG)
        elif b'"' not in data or not _leaves_open(data, dialect):
            if not _is_blank(data, dialect):
                yield Row(line.number, data, _fault(data))
        else:
            more, is_whole = _gather(line, again, source, dialect, width)
            if is_whole:
                data = dialect.line_end.join([line.data, *(part.data for part in more)]).removesuffix(b"\r")
                yield Row(line.number, data, _fault(data))
            else:
                again.extendleft(reversed(more))
                yield Row(line.number, data, UNCLOSED)


def plain(data: bytes, dialect: Dialect) -> bytes:
    """A row as a record holds it: UTF-8, commas, RFC 4180. One that is that already stays as it is."""
    if dialect.is_plain:
        return data
    out = io.StringIO()
    # Only the characters of its own line end make the writer put quotes around a line end.
    csv.writer(out, lineterminator="\r\n").writerow(cells(data, dialect))
    return out.getvalue().removesuffix("\r\n").encode()


def cells(data: bytes, dialect: Dialect) -> list[str]:
    """The fields of one row. Raises csv.Error when one of them is too long."""
    text = data.decode("utf-8")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=dialect.delimiter, skipinitialspace=dialect.skip_space
    )
    if dialect.line_end == b"\r" or "\r" in text:
        # The reader would end the row at a lone CR; the row is known to be one.
        reader = csv.reader([text], delimiter=dialect.delimiter, skipinitialspace=dialect.skip_space)
    return next(reader, [])


def _gather(
    first: Line, again: deque[Line], source: Iterator[Line], dialect: Dialect, width: int | None
) -> tuple[list[Line], bool]:
    """The lines after `first` up to the one that closes its quote, and whether they make a row with it."""
    more: list[Line] = []
    size = len(first.data)
    while (line := again.popleft() if again else next(source, None)) is not None:
        more.append(line)
        size += len(line.data) + 1
        if line.is_cut or size > limits.RECORD_BYTES_MAX:
            return more, False
        data = line.data.removesuffix(b"\r")
        closing = _closing_quote(data, 0)
        if closing < 0:
            continue
        behind = data[closing + 1 : closing + 2]
        if behind not in {b"", dialect.delimiter.encode()}:
            return more, False
        if not _leaves_open(data, dialect, closing + 1):
            return more, _fits(
                dialect.line_end.join([first.data, *(part.data for part in more)]), dialect, width
            )
    return more, False


def _leaves_open(data: bytes, dialect: Dialect, at: int = -1) -> bool:
    """Whether a quote is still open at the end; `at` is behind a closing quote, -1 at the start of the row."""
    delimiter = dialect.delimiter.encode()
    if at < 0 and not data.lstrip(b" " if dialect.skip_space else b"").startswith(b'"'):
        at = 0
    elif at < 0:
        closing = _closing_quote(data, data.index(b'"') + 1)
        if closing < 0:
            return True
        at = closing + 1
    while (at := data.find(delimiter, at)) >= 0:
        at += 1
        if dialect.skip_space:
            at += len(data) - at - len(data[at:].lstrip(b" "))
        if data[at : at + 1] == b'"':
            closing = _closing_quote(data, at + 1)
            if closing < 0:
                return True
            at = closing + 1
    return False


def _closing_quote(data: bytes, at: int) -> int:
    """Where the quote that is open at `at` closes; -1 if it does not. Two together are one of the text."""
    while (at := data.find(b'"', at)) >= 0:
        if data[at + 1 : at + 2] != b'"':
            return at
        at += 2
    return -1


def _fits(data: bytes, dialect: Dialect, width: int | None) -> bool:
    if _fault(data) is not None:
        return width is None
    try:
        return width is None or len(cells(data, dialect)) <= width
    except csv.Error:
        return False


def is_utf8(data: bytes) -> bool:
    """Whether it is; ASCII, which most rows are, is known at once."""
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _fault(data: bytes) -> str | None:
    return None if is_utf8(data) else UNDECODABLE


def _is_blank(data: bytes, dialect: Dialect) -> bool:
    """Nothing but separators and space: no row, and nothing to tell anyone about."""
    return not data.strip(b" \t\r\x00" + dialect.delimiter.encode())


def _sampled(sample: bytes, dialect: Dialect) -> Iterator[Row]:
    """The first rows of the sample, without Excel's `sep=` line."""
    for row, _ in zip(rows([sample], dialect), range(_SAMPLE_ROWS), strict=False):
        if not row.data.lower().startswith(b"sep=") or len(row.data) != 5:
            yield row


def _evidence(sample: bytes, dialect: Dialect) -> tuple[float, int]:
    """How well the dialect fits: the share of rows with the usual number of fields, then that number."""
    counts = Counter(len(cells(row.data, dialect)) for row in _sampled(sample, dialect) if row.fault is None)
    if not counts:
        return 0.0, 0
    width, times = max(counts.items(), key=lambda item: (item[1], item[0]))
    return (round(times / counts.total(), 1), width) if width > 1 else (0.0, 1)


def _is_spaced(sample: bytes, delimiter: str) -> bool:
    return f'{delimiter} "'.encode() in sample


def _stripped(names: list[str]) -> list[str]:
    return [name.strip() for name in names]


def _looks_like_data(names: list[str]) -> bool:
    """An address with an @, or two cells of digits and punctuation: no program names its columns so."""
    if any("@" in name and "." in name.rpartition("@")[2] for name in names):
        return True
    numeric = [name for name in names if any(map(str.isdigit, name)) and not any(map(str.isalpha, name))]
    return len(numeric) >= 2
