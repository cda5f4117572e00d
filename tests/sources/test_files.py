"""Files of every kind become records, byte for byte; a bad row is told with its place, reason and bytes."""

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from regulars import errors, limits
from regulars.model.record import Record, Unreadable
from regulars.sources import files
from regulars.sources.files import File

SHIFT4 = b'{"posRef":"C-1","firstName":"Ada","customerEmails":[{"email":"ada@example.com"}]}'
SQUARE = b'{"id":"JDKYHBWT1D4F8MFH63DBMEN8Y4","given_name":"Am\xc3\xa9lie","version":0}'
TABLE = 'id,name,note\n1,Zoë,"a, b"\n2,Ада,"two\nlines"\n3,José,"""so"""\n'
CHINOOK = Path(__file__).parents[3] / "shared" / "data" / "chinook-customers.csv"


def write(folder: Path, data: bytes | str, name: str = "customers.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def good(path: Path, **options: object) -> list[bytes]:
    """The raw bytes of every record; nothing may be bad."""
    found = list(files.records(path, **options))  # type: ignore[arg-type]
    assert all(isinstance(each, Record) for each in found), found
    return [each.raw for each in found]


def cells(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode(), newline="")))


# --- what a file is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.csv", TABLE.encode(), "csv"),
        ("a", b"email\na@example.com\n", "csv"),
        ("a.json", b'{"results":[' + SHIFT4 + b"]}", "shift4-json"),
        ("a.json", b'{"customers":[' + SQUARE + b"]}", "square-json"),
        ("a.json", b"[\n" + SQUARE + b",\n" + SQUARE + b"\n]", "square-json"),
        ("a.json", b"[" + SHIFT4 + b"]", "shift4-json"),
        ("a.json", SHIFT4 + b"\n" + SQUARE + b"\n", "jsonl"),
        ("a.jsonl", SHIFT4, "jsonl"),
        ("a.json", SHIFT4, "shift4-json"),
        ("a.json", b'{"results":[' + SHIFT4 + b']}\n{"results":[]}\n', "shift4-json"),
        ("a.json", json.dumps({"customers": [json.loads(SQUARE)]}, indent=2).encode(), "square-json"),
    ],
)
def test_the_format_is_seen(tmp_path: Path, name: str, data: bytes, expected: str) -> None:
    """By what is in it; the name only decides what the content leaves open."""
    with File(write(tmp_path, data, name)) as file:
        assert file.format == expected
        assert len(list(file.records())) >= 1


def test_every_format_can_be_asked_for() -> None:
    """The command line offers what the source can read."""
    from typing import get_args

    from regulars.cli import importing

    assert get_args(importing.Format) == files.FORMATS


# --- CSV ---------------------------------------------------------------------------------------------------


def test_a_plain_row_keeps_its_bytes(tmp_path: Path) -> None:
    """Commas and UTF-8 are what a record holds already: header and row, untouched."""
    found = good(write(tmp_path, TABLE))

    assert found[0] == 'id,name,note\n1,Zoë,"a, b"'.encode()
    assert found[1] == 'id,name,note\n2,Ада,"two\nlines"'.encode()
    assert found[2] == 'id,name,note\n3,José,"""so"""'.encode()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "windows-1252"])
def test_every_dialect_gives_the_same_cells(
    tmp_path: Path, delimiter: str, line_end: str, encoding: str
) -> None:
    """Whatever separates fields and lines, in whatever encoding."""
    rows = [
        ["id", "name", "note"],
        ["1", "Zoë", "a, b; c"],
        ["2", "Käthe", f"two{line_end}lines"],
        ["3", "", 'say "é"'],
    ]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    mark = "\ufeff".encode(encoding) if encoding == "utf-16-be" else b""
    path = write(tmp_path, mark + out.getvalue().encode(encoding))

    found = good(path, encoding="windows-1252" if encoding == "windows-1252" else None)

    # A reader of text cannot tell a lone CR within quotes from a line's end; `wire` reads it as the row it is.
    assert [next(csv.reader([raw.split(b"\n", 1)[1].decode()])) for raw in found] == rows[1:]
    assert all(raw.startswith(b"id,name,note\n") for raw in found)


def test_places_are_lines(tmp_path: Path) -> None:
    """The line on which the row begins, blank lines and quoted line ends counted."""
    path = write(tmp_path, '\nid,name\n\n1,a\n,\n2,"b\nb"\n3,c\n')

    assert [each.place for each in files.records(path)] == [
        "customers.csv:4",
        "customers.csv:6",
        "customers.csv:8",
    ]


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    """Also Excel's own first line, which names the delimiter."""
    for above in ("Customers of June,,\nby Ada,,\n\n", "sep=;\n"):
        delimiter = ";" if ";" in above else ","
        body = "id,name,email\n1,a,a@example.com\n2,b,\n".replace(",", delimiter)

        with File(write(tmp_path, above + body)) as file:
            assert file.header == ("id", "name", "email")
            assert len(list(file.records())) == 2


def test_a_file_without_column_names_is_refused_in_words(tmp_path: Path) -> None:
    """Its first customer is not taken for a header."""
    with pytest.raises(errors.Invalid, match="not with column names") as refused:
        list(files.records(write(tmp_path, "Ada,ada@example.com\nBob,bob@example.com\n")))

    assert "ada" not in str(refused.value).lower()


def test_bad_bytes_convict_their_row_only(tmp_path: Path) -> None:
    """The row comes with its exact bytes; its neighbours are read."""
    found = list(files.records(write(tmp_path, b"id,name\n1,a\n2,\xff\xfe\n3,c\n")))

    assert [type(each) for each in found] == [Record, Unreadable, Record]
    assert (found[1].raw, found[1].place) == (b"2,\xff\xfe", "customers.csv:3")


def test_a_byte_that_the_declared_encoding_lacks_convicts_its_row_only(tmp_path: Path) -> None:
    """Windows-1252 has five holes."""
    found = list(files.records(write(tmp_path, b"id;name\n1;Jos\xe9\n2;\x81\n"), encoding="windows-1252"))

    assert found[0].raw == "id,name\n1,José".encode()
    assert isinstance(found[1], Unreadable)
    assert found[1].raw == b"2;\x81"


def test_half_a_character_of_utf16_convicts_its_row_only(tmp_path: Path) -> None:
    """A lone surrogate, or an odd byte at the end."""
    text = (
        "id,name\r\n1,a\r\n2,".encode("utf-16") + b"\x00\xd8" + "\r\n3,c\r\n4,d".encode("utf-16-le") + b"\x41"
    )

    found = list(files.records(write(tmp_path, text)))

    assert [type(each) for each in found] == [Record, Unreadable, Record, Unreadable]


@pytest.mark.parametrize(
    "bad",
    [
        b'2,"never closed,x',
        b'2,"never ""closed,x',
        b'2,x,"',
    ],
)
def test_an_unclosed_quote_convicts_its_line_only(tmp_path: Path, bad: bytes) -> None:
    """The rows behind it are read, quoted ones included."""
    rows = [b"id,name,note", b'1,a,"x, y"', bad, b'3,c,"x, y"', b'4,d,""', b"5,e,z", b'6,f,"two\nlines"']

    found = list(files.records(write(tmp_path, b"\n".join(rows) + b"\n")))

    unreadable = [each for each in found if isinstance(each, Unreadable)]
    assert [each.raw for each in unreadable] == [bad]
    assert [each.raw.split(b"\n", 1)[1] for each in found if isinstance(each, Record)] == [rows[1], *rows[3:]]


def test_an_unclosed_quote_in_the_last_row_is_told(tmp_path: Path) -> None:
    """The file's end closes nothing."""
    found = list(files.records(write(tmp_path, b'id,name\n1,a\n2,"b')))

    assert [(type(each), each.raw) for each in found][1] == (Unreadable, b'2,"b')


def test_a_quote_within_a_field_is_text(tmp_path: Path) -> None:
    """An inch mark opens nothing."""
    found = good(write(tmp_path, b'id,name,note\n1,5" pipe,x\n2,b,y\n'))

    assert [cells(raw)[1] for raw in found] == [["1", '5" pipe', "x"], ["2", "b", "y"]]


def test_a_row_over_the_bound_is_cut_and_the_next_is_whole(tmp_path: Path) -> None:
    """Also when the whole rest of the file is one line."""
    long = b"2," + b"x" * (limits.RECORD_BYTES_MAX + 500_000)

    found = list(files.records(write(tmp_path, b"id,name\n1,a\n" + long + b"\n3,c\n" + b"4," + long)))

    assert [type(each) for each in found] == [Record, Unreadable, Record, Unreadable]
    assert found[1].raw == long[: limits.RECORD_BYTES_MAX]
    assert found[2].raw == b"id,name\n3,c"


def test_a_field_that_the_csv_library_finds_too_long_by_default_is_read(tmp_path: Path) -> None:
    """A bound of ours, not of the library."""
    [raw] = good(write(tmp_path, b"id;note\n1;" + b"x" * 200_000 + b"\n"))

    assert len(raw) > 200_000


def test_mapped_columns_travel_with_the_record(tmp_path: Path) -> None:
    """What was said of a column is kept for the day the record is read again."""
    [record] = files.records(write(tmp_path, "id,x\n1,a\n"), columns={"x": "first_name"})

    assert isinstance(record, Record)
    assert record.columns == {"x": "first_name"}


# --- JSON --------------------------------------------------------------------------------------------------


def test_json_lines_tell_their_shape_line_by_line(tmp_path: Path) -> None:
    """By their keys; a page on a line gives its customers, what is no customer is told."""
    lines = [
        SHIFT4,
        SQUARE,
        b"",
        b'{"customers":[' + SQUARE + b"," + SQUARE + b"]}",
        b"{}",
        b'{"email":"a@example.com"}',
    ]

    found = list(files.records(write(tmp_path, b"\r\n".join(lines), "a.jsonl")))

    assert [(type(each), each.format, each.place) for each in found] == [
        (Record, "shift4", "a.jsonl:1"),
        (Record, "square", "a.jsonl:2"),
        (Record, "square", "a.jsonl:4"),
        (Record, "square", "a.jsonl:4"),
        (Unreadable, "square", "a.jsonl:5"),
        (Unreadable, "square", "a.jsonl:6"),
    ]
    assert [each.raw for each in found[:4]] == [SHIFT4, SQUARE, SQUARE, SQUARE]


def test_a_json_line_of_bad_bytes_convicts_itself_only(tmp_path: Path) -> None:
    """With its exact bytes."""
    bad = SHIFT4.replace(b"Ada", b"\xff\xfe")

    found = list(files.records(write(tmp_path, SHIFT4 + b"\n" + bad + b"\n" + SHIFT4 + b"\n", "a.jsonl")))

    assert [type(each) for each in found] == [Record, Unreadable, Record]
    assert found[1].raw == bad


@pytest.mark.parametrize("answer", [b"{}", b"[]", b'{"results":[],"meta":{}}', b'{"errors":[{"code":"X"}]}'])
def test_an_answer_without_customers_holds_none(tmp_path: Path, answer: bytes) -> None:
    """Square's empty page is `{}`; it is no customer without a name."""
    assert good(write(tmp_path, answer, "a.json")) == []


def test_json_in_utf16_is_read(tmp_path: Path) -> None:
    """PowerShell writes it so."""
    text = b'{"customers":[' + SQUARE + b"]}"

    assert good(write(tmp_path, text.decode().encode("utf-16"), "a.json")) == [SQUARE]


# --- what is no file of customers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \r\n\n", "is empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\x1f\x8brest", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"\x00\x01\x02\x03" * 100, "is not text"),
        ("id,name\n1,a\n".encode("utf-16-le"), "is not text"),
        (b"\xff\xfa\xc1,\xfe\n" * 9, "no row that can be read"),
    ],
)
def test_what_is_no_text_is_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    """Before anything is imported, and with a way out."""
    with pytest.raises(errors.Invalid, match=words) as refused:
        File(write(tmp_path, data))

    assert refused.value.hint or data.strip() == b""


def test_a_folder_or_nothing_at_all_is_refused_in_words(tmp_path: Path) -> None:
    """Neither is a file."""
    with pytest.raises(errors.Invalid, match="is a folder"):
        File(tmp_path)
    with pytest.raises(errors.NotFound, match="no file"):
        File(tmp_path / "absent.csv")


def test_an_unknown_encoding_is_refused_in_words(tmp_path: Path) -> None:
    """Also one that Python knows but that is no text."""
    for name in ("klingon", "base64", "zlib", "utf-8\0"):
        with pytest.raises(errors.Invalid, match="no encoding"):
            File(write(tmp_path, TABLE), encoding=name)


# --- size ------------------------------------------------------------------------------------------------------

_READER = """
import resource, sys
from pathlib import Path
from regulars.sources import files
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for _ in files.records(Path(sys.argv[1])))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str) -> None:
    """A file far larger than what reading it takes."""
    import os
    import subprocess

    size = 2_000_000_000 if os.environ.get("REGULARS_TORTURE") == "1" else 25_000_000
    one = b'7,Ada,"Lovelace, the countess of %s"\n' % (b"x" * 60) if name == "a.csv" else SHIFT4 + b"\n"
    start, end = {
        "a.csv": (b"id,first,last\n", b""),
        "a.jsonl": (b"", b""),
        "a.json": (b'{"results":[', b"{}]}"),
    }[name]
    one = one.replace(b"\n", b",\n") if name == "a.json" else one
    times = size // len(one)
    with (tmp_path / name).open("wb") as file:
        file.write(start)
        for _ in range(times // 1_000):
            file.write(one * 1_000)
        file.write(end)

    done = subprocess.run(
        [sys.executable, "-c", _READER, str(tmp_path / name)], capture_output=True, text=True, check=True
    )

    count, grown = map(int, done.stdout.split())
    assert count == times // 1_000 * 1_000 + (name == "a.json")
    assert grown < 16_384  # KB


@pytest.mark.skipif(not CHINOOK.exists(), reason="the shared sample is not here")
def test_the_shared_sample_is_read_whole() -> None:
    """59 customers of 24 countries, not one of them bad."""
    assert len(good(CHINOOK)) == 59
