"""Any Airbyte source that is a command: its messages are read as a destination would read them.

The Airbyte protocol, https://docs.airbyte.com/understanding-airbyte/airbyte-protocol
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from regulars import errors
from regulars.sources.contract import Given, Kind, Option, Source
from regulars.sources.http import Http
from regulars.sources.taps import shapes, stream
from regulars.sources.taps.messages import Broken, Message, Protocol, Said, Schema, Standing
from regulars.sources.taps.walk import CUSTOMERS, Walker

_DISCOVER_SECONDS: Final = 50.0  # within a lease


class _Record(Struct):
    stream: str
    data: Raw


class _Error(Struct):
    failure_type: str | None = None


class _Descriptor(Struct):
    name: str
    namespace: str | None = None


class _OfStream(Struct):
    stream_descriptor: _Descriptor


class _Trace(Struct):
    type: str
    error: _Error | None = None
    stream_status: _OfStream | None = None


class _Offered(Struct):
    name: str
    namespace: str | None = None
    supported_sync_modes: list[str] | None = None
    default_cursor_field: list[str] | None = None
    source_defined_primary_key: list[list[str]] | None = None


class _Catalog(Struct):
    streams: list[Raw]


class _Message(Struct):
    type: str
    record: _Record | None = None
    state: Raw = Raw()
    trace: _Trace | None = None
    catalog: _Catalog | None = None


class _State(Struct):
    type: str | None = None
    stream: _OfStream | None = None
    data: Raw = Raw()


def read(line: bytes) -> Message | None:
    """One message; what a source prints beside messages is talk. Raises Broken for a message that cannot be read."""
    if not line.lstrip().startswith(b"{"):
        return None
    try:
        found = _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Broken("The line is no message of a source") from None
    match found.type:
        case "RECORD" if found.record is not None:
            raw = bytes(found.record.data)
            if not raw.startswith(b"{"):
                raise Broken("The message has no record")
            return Said(found.record.stream, raw)
        case "STATE":
            return Standing(_state(bytes(found.state)))
        case "TRACE" if found.trace is not None:
            return _traced(found.trace)
    return None


def _state(raw: bytes) -> dict[str, Any]:
    """A state, under the name of what it belongs to."""
    try:
        found = msgspec.json.decode(raw, type=_State)
        whole = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Broken("The message has no state") from None
    # What is counted of the records belongs to the run that counted them.
    for name in ("sourceStats", "destinationStats"):
        whole.pop(name, None)
    if found.type == "STREAM" and found.stream is not None:
        descriptor = found.stream.stream_descriptor
        return {f"STREAM:{descriptor.namespace or ''}:{descriptor.name}": whole}
    return {"GLOBAL" if found.type == "GLOBAL" else "LEGACY": whole}


def _merged(old: Any, new: Any) -> Any:
    """Of each stream its newest; what belongs to all of them replaces everything."""
    return {**(old or {}), **new} if all(name.startswith("STREAM:") for name in new) else new


def _state_file(states: Any) -> bytes:
    """A list of states, as the platform writes it; of an old source the bare value."""
    legacy = states.get("LEGACY")
    return msgspec.json.encode(list(states.values()) if legacy is None else legacy.get("data"))


def _traced(trace: _Trace) -> Message | None:
    if trace.type == "ERROR":
        _fail(trace.error)
    if trace.stream_status is None:
        return None
    return Schema(trace.stream_status.stream_descriptor.name)


def _fail(error: _Error | None) -> None:
    """The message stays unread: it may hold what was asked with, or a customer."""
    if error is not None and error.failure_type == "config_error":
        raise errors.Fatal(
            "The source says that its configuration is wrong", hint="Run its check yourself to see why."
        )
    raise errors.Retriable("The source says that it has failed")


# --- the catalog -----------------------------------------------------------------------------------------------------


def _command(words: list[str], options: Mapping[str, str], folder: stream.Folder) -> list[str]:
    """The words as they are if they name a catalog, else with one that is made of what the source discovers."""
    if "read" not in words:
        raise errors.Fatal("The option tap is no read of an Airbyte source", hint="SOURCE read --config FILE")
    if any(word == "--catalog" or word.startswith("--catalog=") for word in words):
        return words
    catalog = _configured(_discovered(words), options.get("stream"))
    return [*words, "--catalog", folder.file("catalog.json", catalog)]


def _discovered(words: list[str]) -> list[bytes]:
    at = words.index("read")
    for line in _said([*words[:at], "discover", *words[at + 1 :]]):
        try:
            found = _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if found.catalog is not None:
            return [bytes(each) for each in found.catalog.streams]
        if found.trace is not None and found.trace.type == "ERROR":
            _fail(found.trace.error)
    raise errors.Retriable("The source discovers no catalog")


def _said(words: Sequence[str]) -> Iterator[bytes]:
    tap = stream.Tap(list(words))
    try:
        while (line := tap.lines.next(_DISCOVER_SECONDS)) is not None:
            yield line.data
        if not tap.lines.is_over:
            raise errors.Retriable("The source takes too long to discover its catalog")
        stream.judge(tap.ended())
    finally:
        tap.close()


def _configured(offered: Sequence[bytes], wanted: str | None) -> bytes:
    """A catalog of the customers' stream alone: from its cursor on, where it has one."""
    known = {msgspec.json.decode(each, type=_Offered).name: each for each in offered}
    ours = [name for name in known if (name == wanted if wanted else CUSTOMERS.fullmatch(name))]
    if len(ours) != 1:
        names = ", ".join(sorted(known)[:20])
        raise errors.Fatal(
            "It is not plain which stream is that of the customers", hint=f"Name it as stream: {names}"
        )
    one = msgspec.json.decode(known[ours[0]], type=_Offered)
    is_incremental = "incremental" in (one.supported_sync_modes or ()) and bool(one.default_cursor_field)
    chosen = {
        "stream": Raw(known[ours[0]]),
        "sync_mode": "incremental" if is_incremental else "full_refresh",
        "destination_sync_mode": "append" if is_incremental else "overwrite",
        "cursor_field": one.default_cursor_field or [],
        "primary_key": one.source_defined_primary_key or [],
    }
    return msgspec.json.encode({"streams": [chosen]})


PROTOCOL: Final = Protocol(
    name="airbyte",
    read=read,
    merged=_merged,
    state_file=_state_file,
    command=_command,
    deleted_key="_ab_cdc_deleted_at",
)


def opened(given: Given, _http: Http) -> Source:
    """The source; nothing is run yet."""
    if not given.options.get("tap"):
        raise errors.Fatal("The option tap is missing", hint="--set tap='SOURCE read --config FILE'")
    return Walker(given, PROTOCOL)


_DECODER = msgspec.json.Decoder(_Message)
KIND = Kind(
    name="airbyte",
    summary="any Airbyte source that is a command",
    proof="live",
    open=opened,
    is_incremental=True,
    timestamps=("those that the source goes by",),
    deletes="difference",
    is_kept_open=True,
    options=(
        Option("tap", "the command: SOURCE read --config FILE, with --catalog or without", is_required=True),
        Option("stream", "the stream of the customers; else the one that is called so"),
        Option("shape", f"the records' shape: {', '.join(shapes.SHAPES)}; else seen by their keys"),
        Option("key", "the keys that tell records apart, with commas", default="id"),
        Option("map", "what keys are taken for: FIELD=KEY; FIELD=KEY"),
        Option("patience", "seconds without a word before the source counts as hanging", default="300"),
    ),
)
