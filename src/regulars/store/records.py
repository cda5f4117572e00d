"""Records kept: compressed with a dictionary of what each format repeats.

The dictionaries lie beside this page (`tools/dictionaries` trained them, on invented customers). One that a release
has packed records with stays for ever; a better one gets the next number, and the number goes before the packed bytes.
Number 0 is none: that of formats which no dictionary was trained for.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from regulars import limits
from regulars.store import sqlite

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_NEWEST = 1
_NO_DICTIONARY = 0
_LEVEL = 3
# The decompressed size of a record is bounded before it is made.
_ROOM = limits.RECORD_BYTES_MAX + 1


def pack(format: str, raw: bytes) -> bytes:
    """The record, compressed: one byte that names the dictionary, then one zstd frame."""
    number, packer = _packer(format)
    return number + packer.compress(raw, zstd.ZstdCompressor.FLUSH_FRAME)


def unpack(format: str, packed: bytes) -> bytes:
    """The record as it came; raises Fatal when its bytes are not what was packed."""
    try:
        opener = _opener(format, packed[0])
        raw = opener.decompress(packed[1:], _ROOM)
    except (zstd.ZstdError, FileNotFoundError, IndexError) as error:
        raise sqlite.damaged() from error
    if not opener.eof:
        raise sqlite.damaged()
    return raw


def _opener(format: str, number: int) -> zstd.ZstdDecompressor:
    if number == _NO_DICTIONARY:
        return zstd.ZstdDecompressor()
    return zstd.ZstdDecompressor(zstd_dict=_dictionary(format, number).as_digested_dict)


@cache
def _packer(format: str) -> tuple[bytes, zstd.ZstdCompressor]:
    """The number to write first, and what packs. Kept for the next record: it costs more than a record to set up."""
    options: dict[int, int] = {
        zstd.CompressionParameter.compression_level: _LEVEL,
        zstd.CompressionParameter.dict_id_flag: 0,  # ours is the byte before the frame
        zstd.CompressionParameter.checksum_flag: 1,  # a plain store has none of its own
    }
    if not _path(format, _NEWEST).is_file():
        return bytes((_NO_DICTIONARY,)), zstd.ZstdCompressor(options=options)
    dictionary = _dictionary(format, _NEWEST).as_digested_dict
    return bytes((_NEWEST,)), zstd.ZstdCompressor(options=options, zstd_dict=dictionary)


@cache
def _dictionary(format: str, number: int) -> zstd.ZstdDict:
    return zstd.ZstdDict(_path(format, number).read_bytes())


def _path(format: str, number: int) -> Traversable:
    return files("regulars.store") / "dictionaries" / f"{format}-{number}.zstd"
