"""Any Singer tap: its messages on standard input, or from a command that is run (option `tap`).

The Singer specification, https://github.com/singer-io/getting-started/blob/master/docs/SPEC.md
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from regulars import errors
from regulars.sources.contract import Given, Kind, Option, Source
from regulars.sources.http import Http
from regulars.sources.taps import shapes
from regulars.sources.taps.messages import Activated, Broken, Message, Protocol, Said, Schema, Standing
from regulars.sources.taps.stream import Folder
from regulars.sources.taps.walk import Walker


class _Message(Struct):
    type: str
    stream: str | None = None
    record: Raw = Raw()
    value: Raw = Raw()
    key_properties: list[str] | None = None


def read(line: bytes) -> Message | None:
    """One message; raises Broken for a line that is none."""
    try:
        found = _DECODER.decode(line)
        if found.type == "STATE":
            return Standing(msgspec.json.decode(found.value))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Broken("The line is no message of a tap") from None
    if found.stream is None:
        return None
    match found.type:
        case "RECORD":
            raw = bytes(found.record)
            if not raw.startswith(b"{"):
                raise Broken("The message has no record")
            return Said(found.stream, raw)
        case "SCHEMA":
            return Schema(found.stream, tuple(found.key_properties or ()))
        case "ACTIVATE_VERSION":
            return Activated(found.stream)
        case "BATCH":
            raise errors.Fatal(
                "The tap writes its records to files", hint="Take batch_config out of its configuration."
            )
    return None


def _command(words: list[str], _options: Mapping[str, str], _folder: Folder) -> list[str]:
    return words


def _newest(_old: Any, new: Any) -> Any:
    return new


PROTOCOL: Final = Protocol(
    name="singer",
    read=read,
    merged=_newest,
    state_file=msgspec.json.encode,
    command=_command,
    deleted_key="_sdc_deleted_at",
)


def opened(given: Given, _http: Http) -> Source:
    """The tap; nothing is run yet."""
    return Walker(given, PROTOCOL)


_DECODER = msgspec.json.Decoder(_Message)
KIND = Kind(
    name="singer",
    summary="any Singer tap: piped in, or run as a command",
    proof="live",
    open=opened,
    is_incremental=True,
    timestamps=("those that the tap goes by",),
    deletes="difference",
    is_kept_open=True,
    piped_without="tap",
    options=(
        Option("tap", "the tap's command, with its --config and --catalog; without it, a tap is piped in"),
        Option("stream", "the stream of the customers; else the one that is called so"),
        Option("shape", f"the records' shape: {', '.join(shapes.SHAPES)}; else seen by their keys"),
        Option("key", "the keys that tell records apart, with commas; else those that the tap names"),
        Option("map", "what keys are taken for: FIELD=KEY; FIELD=KEY"),
        Option("patience", "seconds without a word before the tap counts as hanging", default="300"),
    ),
)
