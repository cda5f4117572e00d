"""A walk through what a tap says. Both protocols have the same: records, and now and then a state to go on from.

Where a walk is stands in its state: the tap's last state, and how many records came since, with a digest of them.
Whoever goes on, after a kill say, starts the tap anew at that state and lets the same records pass. When it says others
this time, nothing is skipped: a record that comes twice is no change.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
from msgspec import Struct

from regulars import errors, limits
from regulars.model.pull import Gone, Item, Page, State
from regulars.model.record import Record, Unreadable
from regulars.sources import mapping
from regulars.sources.contract import Given
from regulars.sources.taps import shapes, stream
from regulars.sources.taps.messages import Activated, Broken, Message, Protocol, Said, Schema, Standing

_PAGE_SECONDS: Final = 20.0  # a page ends after so long, so that the lease is renewed
_STATE_SECONDS: Final = 1.0  # and at a state, if it took longer than this
CUSTOMERS: Final = re.compile(r"(?:.*[^a-z])?customers?", re.IGNORECASE)
_STREAMS_NAMED: Final = 20  # in an error
_encode = msgspec.json.encode


class _At(Struct):
    """Where a walk is."""

    tap: Any  # the tap's last state; None: from the beginning
    past: int = 0  # records that came since
    digest: str = ""  # of these
    page: int = 1  # no two states of a walk are the same
    full: bool = False
    quiet: float = 0.0  # seconds without a word
    activated: bool = False
    met: bool = False  # the stream was met


class _Taken(Struct, frozen=True):
    """What a person says of how records are to be taken."""

    shape: str | None
    keys: tuple[str, ...]
    columns: Mapping[str, str]


class Walker:
    """A source whose pages are made of a tap's messages."""

    def __init__(self, given: Given, protocol: Protocol) -> None:
        options = given.options
        self._protocol = protocol
        self._options = options
        self._command = options.get("tap")
        self._stream = options.get("stream")
        self._taken = _Taken(
            shapes.chosen(options.get("shape")),
            tuple(key.strip() for key in options.get("key", "").split(",") if key.strip()),
            mapping.fields(options.get("map")),
        )
        self._patience = _seconds(options.get("patience"))
        self._tap: stream.Tap | None = None
        self._folder: stream.Folder | None = None
        self._piped = stream.Lines(None)
        self._talk = _Talk(None)
        self._live: dict[str, Any] | None = None  # the state that what is running is at
        self._failed: errors.RegularsError | None = None
        if self._command is not None:
            stream.words(self._command)

    # --- what the engine asks -----------------------------------------------------------------------------------

    def begin(self, bookmark: State | None, *, full: bool) -> State:
        """At the tap's last state; a full walk at none."""
        self._stop()
        known = None if full or bookmark is None else bookmark["tap"]
        return _builtins(_At(known, full=full or bookmark is None))

    def page(self, state: State) -> Page:
        """Up to a thousand records, or what came in some seconds."""
        at = msgspec.convert(state, _At)
        if self._live != state:
            self._start(at)
        if self._failed is not None:
            failed = self._failed
            self._stop()
            raise failed
        try:
            try:
                return self._page(at)
            except _Otherwise:
                at.past, at.digest = 0, ""
                self._start(at)
                return self._page(at)
        except errors.RegularsError:
            self._stop()
            raise

    def fetch(self, refs: Sequence[str]) -> Sequence[Item]:
        """A tap cannot be asked for one customer: whoever it is comes with the next walk."""
        return ()

    def check(self) -> None:
        """Whether the tap says anything that is a message."""
        if self._command is None:
            return
        self._start(_At(None))
        try:
            lines = self._lines()
            for _ in range(limits.BATCH_ROWS_MAX):
                line = lines.next(_PAGE_SECONDS)
                if line is None:
                    break
                with suppress(Broken):
                    if self._protocol.read(line.data) is not None:
                        return
            if lines.is_over and self._tap is not None:
                stream.judge(self._tap.ended())
            raise errors.Retriable("The tap says nothing that is a message")
        finally:
            self._stop()

    def honours_filters(self) -> bool:
        """What a tap does with its state is its own matter."""
        return True

    def close(self) -> None:
        """Ends the tap."""
        self._stop()

    # --- a page ---------------------------------------------------------------------------------------------------

    def _page(self, at: _At) -> Page:
        lines, talk = self._lines(), self._talk
        reading = _Reading(self._protocol, at, talk, self._taken)
        began = time.monotonic()
        while not reading.is_full and (left := began + _PAGE_SECONDS - time.monotonic()) > 0:
            line = lines.next(left)
            if line is None:
                break
            try:
                is_state = reading.take(line)
            except errors.RegularsError as error:
                return self._broken_off(reading, at, error)
            if is_state and time.monotonic() - began > _STATE_SECONDS:
                break
        else:
            return self._go_on(reading, at)
        if line is None and lines.is_over:
            return self._end(reading, at)
        return self._go_on(reading, at, silent=0.0 if reading.heard else time.monotonic() - began)

    def _go_on(self, reading: _Reading, at: _At, *, silent: float = 0.0) -> Page:
        at.page += 1
        at.quiet = at.quiet + round(silent, 1) if silent else 0.0
        if at.quiet >= self._patience:
            raise errors.Retriable("The tap has said nothing for a long time")
        following = _builtins(at)
        if len(_encode(following)) > limits.SOURCE_STATE_BYTES_MAX:
            raise errors.Fatal("The tap's state is too large to be kept", hint="Let it read fewer streams.")
        self._live = following
        return Page(reading.items, following, {"tap": at.tap} if reading.is_stated else None)

    def _end(self, reading: _Reading, at: _At) -> Page:
        """The tap has ended: well, or in the middle of something."""
        try:
            if self._tap is not None:
                stream.judge(self._tap.ended())
            if self._talk.replay is not None:
                raise _Otherwise
            self._talk.judge(at, is_piped=self._tap is None)
        except errors.RegularsError as error:
            return self._broken_off(reading, at, error)
        self._stop()
        is_whole = at.activated if self._command is None else True
        return Page(reading.items, None, {"tap": at.tap}, is_whole=is_whole)

    def _broken_off(self, reading: _Reading, at: _At, error: errors.RegularsError) -> Page:
        """What came before an error is kept; the next page says what happened."""
        if not reading.items:
            raise error
        page = self._go_on(reading, at)
        self._failed = error
        return page

    # --- the program ------------------------------------------------------------------------------------------------

    def _start(self, at: _At) -> None:
        self._stop()
        self._talk = _Talk(self._stream)
        if self._command is None:
            at.past, at.digest = 0, ""  # what is piped in cannot be asked for again
            self._piped = stream.Lines(_standard_input())
            return
        self._folder = stream.Folder()
        words = self._protocol.command(stream.words(self._command), self._options, self._folder)
        if at.tap is not None:
            words += ["--state", self._folder.file("state.json", self._protocol.state_file(at.tap))]
        self._tap = stream.Tap(words)
        if at.past:
            self._talk.replay = _Replay(at.past, at.digest)

    def _lines(self) -> stream.Lines:
        return self._tap.lines if self._tap is not None else self._piped

    def _stop(self) -> None:
        self._live = self._failed = None
        if self._tap is not None:
            self._tap.close()
            self._tap = None
        if self._folder is not None:
            self._folder.close()
            self._folder = None


class _Otherwise(Exception):
    """The tap, started anew, does not say again what it said."""


class _Replay:
    """Records that are known already, on their way past."""

    def __init__(self, left: int, expected: str) -> None:
        self._left, self._expected, self._digest = left, expected, ""

    def is_over(self, raw: bytes) -> bool:
        """One more record; whether it was the last. Raises _Otherwise when they are not the same."""
        self._digest = _chained(self._digest, raw)
        self._left -= 1
        if self._left:
            return False
        if self._digest != self._expected:
            raise _Otherwise
        return True


class _Talk:
    """What a tap has said of itself since it was started."""

    def __init__(self, wanted: str | None) -> None:
        self._wanted = wanted
        self.streams: dict[str, tuple[str, ...]] = {}
        self.has_spoken = False
        self.replay: _Replay | None = None

    def is_ours(self, name: str) -> bool:
        """Whether a stream is that of the customers."""
        self.streams.setdefault(name, ())
        return name == self._wanted if self._wanted else CUSTOMERS.fullmatch(name) is not None

    def judge(self, at: _At, *, is_piped: bool) -> None:
        """Raises what there is to say against it, now that it has ended well."""
        if not self.has_spoken and is_piped:
            raise errors.OutOfBudget(
                "No tap is piped in", retry_after=limits.SOURCE_WAIT_SECONDS_MAX,
                hint="tap | regulars sync NAME, or add the source with --set tap='…'",
            )  # fmt: skip
        if not self.has_spoken:
            raise errors.Retriable("The tap says nothing that is a message")
        ours = [name for name in self.streams if self.is_ours(name)]
        names = ", ".join(sorted(self.streams)[:_STREAMS_NAMED])
        if len(ours) > 1:
            raise errors.Fatal(
                "Several streams may be that of the customers", hint=f"Name one as stream: {names}"
            )
        if not at.met and (at.full or (self.streams and not self._wanted)):
            raise errors.Fatal(
                "No stream is that of the customers",
                hint=f"Name it as stream: {names or 'the tap shows none'}",
            )


class _Reading:
    """One page on its way in: messages become items, and the place where the walk is moves on."""

    def __init__(self, protocol: Protocol, at: _At, talk: _Talk, taken: _Taken) -> None:
        self.items: list[Item] = []
        self.heard = False
        self.is_stated = False
        self._size = 0
        self._protocol, self._at, self._talk = protocol, at, talk
        self._shape, self._keys, self._columns = taken.shape, taken.keys, taken.columns

    @property
    def is_full(self) -> bool:
        return len(self.items) >= limits.BATCH_ROWS_MAX or self._size >= limits.TAP_PAGE_BYTES_MAX

    def take(self, line: stream.Line) -> bool:
        """One line; whether it was a state."""
        self.heard = True
        try:
            if line.is_cut:
                raise Broken("The line is too long")
            message = self._protocol.read(line.data)
        except Broken as broken:
            self._broken(line.data, str(broken))
            return False
        if message is not None:
            self._talk.has_spoken = True
        return self._said(message)

    def _said(self, message: Message | None) -> bool:
        at, talk = self._at, self._talk
        match message:
            case Schema():
                talk.streams[message.stream] = message.keys
                at.met = talk.is_ours(message.stream) or at.met
            case Activated():
                at.activated = talk.is_ours(message.stream) or at.activated
            case Said() if talk.is_ours(message.stream):
                at.met = True
                self._record(message)
            case Standing():
                if talk.replay is not None:
                    raise _Otherwise
                at.tap = self._protocol.merged(at.tap, message.value)
                at.past, at.digest = 0, ""
                self.is_stated = True
                return True
        return False

    def _record(self, said: Said) -> None:
        at, talk = self._at, self._talk
        if talk.replay is not None:
            if talk.replay.is_over(said.raw):
                talk.replay = None
            return
        self._size += len(said.raw)
        at.past += 1
        at.digest = _chained(at.digest, said.raw)
        keys = self._keys or talk.streams[said.stream] or ("id",)
        if shapes.is_marked(said.raw, self._protocol.deleted_key):
            ref = shapes.ref(said.raw, keys)
            if ref is not None:
                self.items.append(Gone(ref))
            else:
                self._broken(said.raw, "Of a deleted record, its keys are missing")
            return
        format = self._shape or shapes.guess(said.raw)
        columns: Mapping[str, str] = {}
        if format == shapes.ANY:
            named = "pos_ref" in self._columns.values()
            columns = self._columns if named else {**dict.fromkeys(keys, "pos_ref"), **self._columns}
        place = f"{self._protocol.name}:page={at.page}"
        if len(said.raw) > limits.RECORD_BYTES_MAX:
            raw = said.raw[: limits.RECORD_BYTES_MAX]
            self.items.append(Unreadable(raw, place, "The record is larger than the bound", format))
        else:
            self.items.append(Record(format, said.raw, place, columns))

    def _broken(self, data: bytes, reason: str) -> None:
        if self._talk.replay is None:
            self._size += len(data)
            place = f"{self._protocol.name}:page={self._at.page}"
            self.items.append(Unreadable(data[: limits.RECORD_BYTES_MAX], place, reason, shapes.ANY))


def _chained(digest: str, raw: bytes) -> str:
    return hashlib.blake2b(digest.encode() + raw, digest_size=12).hexdigest()


def _builtins(at: _At) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(at)
    return made


def _seconds(text: str | None) -> float:
    if text is None:
        return limits.TAP_SILENT_SECONDS_DEFAULT
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= limits.SOURCE_WAIT_SECONDS_MAX:
        raise errors.Fatal("The option patience is whole seconds, at most an hour")
    return float(text)


def _standard_input() -> int | None:
    """Its descriptor; a terminal, or nothing at all, is no tap."""
    try:
        os.fstat(0)
    except OSError:
        return None
    return None if os.isatty(0) else 0
