"""Files into the directory: read, handed over in batches, counted. Nothing of a file is ever held whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, json

from regulars import errors, limits
from regulars.directory import Directory, ingest, places
from regulars.model.customer import Customer
from regulars.model.record import Ingested, Record, Unreadable
from regulars.sources import files
from regulars.sources.files import File, FileFormat
from regulars.wire import csv, shift4

SOURCE_DEFAULT = "files"
BATCH_BYTES_MAX = 8_388_608  # records may be large: a batch is bounded by rows and by bytes
PREVIEW_ROWS = 5

Progress = Callable[[File, Ingested], None]


class Look(Struct, frozen=True):
    """What an import would do with a file: how it is read, and its first customers as they would be served."""

    file: str
    format: str
    encoding: str
    columns: dict[str, str | None]  # what each column of a CSV file is taken for; None: for nothing
    rows: list[
        dict[str, Any]
    ]  # Shift4 customers, with `problems`; or `place` and `reason` of one that is refused


def run(
    directory: Directory,
    account_id: int,
    location_id: int,
    *,
    source: str = SOURCE_DEFAULT,
    paths: Sequence[Path],
    format: FileFormat = "auto",
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    begin: Callable[[File, dict[str, str | None]], None] | None = None,
    progress: Progress | None = None,
) -> Ingested:
    """Imports files one after the other; what each batch brought is durable before the next is read.

    `columns` is {column: field}. `begin` is told of each file and what its columns are taken for, `progress` of what
    is done so far. Raises NotFound for an unknown location or file, Invalid for a file that is none of the formats:
    before anything is written, but for standard input.
    """
    places.location(directory, account_id, location_id)
    named = [path for path in paths if str(path) != files.STDIN]
    for path in named:
        with File(path, format=format, columns=columns, encoding=encoding) as file:
            _mapping(file, columns or {})
    done = Ingested()
    for path in paths:
        with File(path, format=format, columns=columns, encoding=encoding) as file:
            mapping = _mapping(file, columns or {})
            if begin is not None:
                begin(file, mapping)
            for batch in batches(file.records()):
                done += ingest.batch(directory, account_id, location_id, source, batch)
                if progress is not None:
                    progress(file, done)
    ingest.settle(directory)
    return done


def look(
    directory: Directory,
    account_id: int,
    location_id: int,
    *,
    path: Path,
    format: FileFormat = "auto",
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> Look:
    """What `run` would make of a file; writes nothing."""
    region = places.location(directory, account_id, location_id).country
    with File(path, format=format, columns=columns, encoding=encoding) as file:
        mapping = _mapping(file, columns or {})
        first = [record for record, _ in zip(file.records(), range(PREVIEW_ROWS), strict=False)]
        return Look(
            file.name, file.format, file.encoding, mapping, [_previewed(record, region) for record in first]
        )


def batches(records: Iterable[Record | Unreadable]) -> Iterator[list[Record | Unreadable]]:
    """The records in lists, each bounded in rows and bytes."""
    batch: list[Record | Unreadable] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record.raw)
        if len(batch) >= limits.BATCH_ROWS_MAX or size >= BATCH_BYTES_MAX:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def columns(pairs: Sequence[str]) -> dict[str, str]:
    """{column: field} of `field=column` pairs; raises Invalid for a pair that is none, or an unknown field."""
    found = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        field = field.strip()
        if not equals or not column.strip() or field not in csv.FIELDS:
            raise errors.Invalid(
                "A mapping is FIELD=COLUMN", field="map", rule="form",
                hint=f"The fields are: {', '.join(csv.FIELDS)}",
            )  # fmt: skip
        found[column.strip()] = field
    return found


def _mapping(file: File, columns: Mapping[str, str]) -> dict[str, str | None]:
    """Raises Invalid when the file lacks a column that was named, or when no column is known."""
    if not file.is_csv:
        return {}
    absent = [column for column in columns if column not in file.header]
    if absent:
        raise errors.Invalid(
            f"{file.name} has no column {absent[0]!r}", field="map", rule="unknown_column",
            hint=f"Its columns are: {', '.join(file.header)}",
        )  # fmt: skip
    guessed = csv.guess(file.header, columns)
    if not any(guessed.values()):
        raise errors.Invalid(
            f"No column of {file.name} is known", field="map", rule="unknown_columns",
            hint=f"Name them with --map field=column. Its columns are: {', '.join(file.header)}",
        )  # fmt: skip
    return {column: guessed.get(column) for column in file.header}


def _previewed(record: Record | Unreadable, region: str) -> dict[str, Any]:
    if isinstance(record, Unreadable):
        return {"place": record.place, "reason": record.reason}
    try:
        customer = ingest.preview(record, region)
    except errors.Invalid as error:
        return {"place": record.place, "reason": error.message}
    return _served(customer)


def _served(customer: Customer) -> dict[str, Any]:
    document: dict[str, Any] = json.decode(shift4.write(customer))
    return document | {"problems": [json.decode(json.encode(problem)) for problem in customer.problems]}
