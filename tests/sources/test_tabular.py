"""Rows of a table come out as they went in, in whatever chunks the file is read."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from regulars.sources.files import tabular
from regulars.sources.files.tabular import Dialect

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
ROWS = st.lists(st.tuples(st.integers(0, 99).map(str), CELLS, CELLS).map(list), min_size=1, max_size=6)
DIALECTS = st.builds(Dialect, delimiter=st.sampled_from(",;\t|"))


def written(rows: list[list[str]], dialect: Dialect, line_end: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=dialect.delimiter, lineterminator=line_end).writerows(rows)
    return out.getvalue().encode()


def chunked(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(ROWS, DIALECTS, st.sampled_from(["\r\n"]), st.integers(1, 30))
def test_every_cell_comes_out_as_it_went_in(
    rows: list[list[str]], dialect: Dialect, line_end: str, size: int
) -> None:
    """Delimiters, quotes and line ends within cells included."""
    data = written(rows, dialect, line_end)

    found = list(tabular.rows(chunked(data, size), dialect, width=3))

    assert [row.fault for row in found] == [None] * len(rows)
    assert [tabular.cells(row.data, dialect) for row in found] == rows
    assert [next(csv.reader([tabular.plain(row.data, dialect).decode()])) for row in found] == rows


@given(st.binary(max_size=200), DIALECTS, st.integers(1, 20))
def test_any_bytes_give_the_same_rows_in_any_chunks(data: bytes, dialect: Dialect, size: int) -> None:
    """And no byte is in two of them, but for what an unclosed quote makes be read again."""
    found = list(tabular.rows(chunked(data, size), dialect, width=3))

    assert found == list(tabular.rows([data], dialect, width=3))
    assert sum(len(row.data) for row in found) <= len(data)


@given(st.lists(st.text(st.sampled_from('",;x\n'), max_size=8), max_size=8))
def test_quotes_anywhere_lose_no_line(parts: list[str]) -> None:
    """Whatever quotes do, each line that is not blank is in some row."""
    data = "\n".join(parts).encode()

    found = b"\n".join(row.data for row in tabular.rows([data], Dialect(), width=4))

    assert [part for part in data.split(b"\n") if part.strip(b", \t")] == [
        part for part in found.split(b"\n") if part.strip(b", \t")
    ]


def test_a_space_behind_the_delimiter_is_not_part_of_a_quoted_field() -> None:
    """`a, "b"` is written by hand, and meant so."""
    dialect = tabular.sniff(b'id, name\n1, "a, b"\n2, "c"\n')

    assert dialect.skip_space
    assert [tabular.cells(row.data, dialect) for row in tabular.rows([b'1, "a, b"\n'], dialect)] == [
        ["1", "a, b"]
    ]
