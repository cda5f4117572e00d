"""Any text encoding in, UTF-8 out, a chunk at a time; what cannot be decoded stays visibly wrong in its own row."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from regulars import errors

ENCODING_DEFAULT = "utf-8"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "Unpack it, or save the sheet as CSV."),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", "Save the sheet as CSV."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first: gunzip FILE"),
    (b"BZh", "a bzip2 archive", "Unpack it first."),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Unpack it first."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it first."),
    (b"%PDF-", "a PDF", "Ask for the data as CSV or JSON."),
    (b"SQLite format 3\x00", "a database", "Export its customers as CSV or JSON."),
)
_NULS_MAX = 2  # text has no NULs; a stray one is one bad row
_NUL_SHARE_MAX = 0.01
_KEEP = "regulars.keep"


def canonical(name: str) -> str:
    """The name Python knows an encoding by; Invalid if it is none for text."""
    try:
        info = codecs.lookup(name)
        "".encode(name)  # bytes-to-bytes codecs such as `zip` refuse
    except (LookupError, ValueError, TypeError, AttributeError):
        raise errors.Invalid(
            "That is no encoding of text", field="encoding", rule="unknown",
            hint="Known are utf-8, utf-16, windows-1252, iso-8859-1, mac-roman and whatever else Python knows.",
        ) from None  # fmt: skip
    return ENCODING_DEFAULT if info.name in {"utf-8", "utf-8-sig", "ascii"} else info.name


def detect(start: bytes, declared: str | None) -> tuple[str, int]:
    """(encoding, bytes of its byte order mark) of a file that begins so. A mark wins over what was declared."""
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name, len(mark)
    return canonical(declared) if declared else ENCODING_DEFAULT, 0


def refuse_binary(start: bytes, name: str) -> None:
    """Invalid when a file that begins so is no text; `name` is the file's."""
    for mark, kind, hint in _MARKS:
        if start.startswith(mark):
            raise errors.Invalid(f"{name} is {kind}, not text", field="file", rule="binary", hint=hint)


def refuse_nuls(text: bytes, name: str) -> None:
    """Invalid when the start of a file, already in UTF-8, holds more NULs than any text does."""
    if text.count(0) > _NULS_MAX + len(text) * _NUL_SHARE_MAX:
        raise errors.Invalid(
            f"{name} is not text", field="file", rule="binary",
            hint="If it is UTF-16 without a mark, say --encoding utf-16-le (or -be).",
        )  # fmt: skip


def utf8(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The same text in UTF-8. Bytes that the encoding cannot decode come out as they are, which is no UTF-8."""
    if encoding == ENCODING_DEFAULT:
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors=_KEEP)
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "surrogateescape")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")


def _keep(error: UnicodeError) -> tuple[str, int]:
    """Undecodable bytes as lone surrogates, which `surrogateescape` turns back into the same bytes."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    kept = "".join(chr(0xDC00 + byte) if byte >= 0x80 else chr(byte) for byte in bad)
    # At least one of them must be seen to be wrong.
    return (kept if max(bad) >= 0x80 else "\udcff" + kept), error.end


codecs.register_error(_KEEP, _keep)
