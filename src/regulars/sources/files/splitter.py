"""Cuts a stream of JSON into the bytes of each customer, whatever the size of the stream.

The stream may be a page of either API (`{"results": […]}`, `{"customers": […]}`), an array, single objects, or
any number of these one after the other. Only extents are found here: whether an object is good JSON is for
`wire` to say. Most objects are found whole by one regular expression; the rest, and whatever lies across two
chunks, by walking from bracket to bracket.

An object that is never closed would swallow all that follow. So when it is no JSON, or passes the bound, or the
stream ends, the first thing within it that begins as its neighbours do is taken for the next customer.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

TOO_LARGE = "The object is larger than the bound"
NO_OBJECT = "Not a JSON object"
UNCLOSED = "The object is never closed"
CUT_OFF = "The file ends in the middle of a page: customers are missing"

_STRING = rb'"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"'
_PLAIN = rb'[^"{}\[\]]*+'
_DEPTH_FAST = 5  # a customer has three levels; deeper ones take the slow way


def _balanced(opening: bytes, closing: bytes, inner: bytes) -> bytes:
    """Possessive throughout: never more than one pass over the text."""
    return opening + _PLAIN + b"(?:(?:" + _STRING + inner + b")" + _PLAIN + b")*+" + closing


_inner = b""
for _ in range(_DEPTH_FAST):
    _inner = b"|" + _balanced(rb"[{\[]", rb"[}\]]", _inner)
_OBJECT = re.compile(_balanced(rb"\{", rb"\}", _inner))
_PAGE_KEY = re.compile(rb'"(?:results|customers)"\s*:\s*\[')
_PAGE_KEYS = {b"results", b"customers"}
_KEY_LENGTH = 10  # one more than the longest of them
_VALUE = re.compile(rb"[^\s,\x1e]")  # also RFC 7464's separator
_BRACKET_ONLY = re.compile(rb"[{}\[\]]")
_BRACKET = re.compile(rb'["{}\[\]]')
_IN_STRING = re.compile(rb'["\\\n]')
_FIRST_KEYS = rb"\{\s*(%s)\s*:\s*(?:" + _STRING + rb'|[^,"{}\[\]]+)\s*,\s*(%s)\s*:'
_ANY_FIRST_KEYS = re.compile(_FIRST_KEYS.replace(b"%s", _STRING))
_NESTING_MAX = 8  # arrays and pages around a customer
_AGAIN_BYTES_MAX = (
    16_777_216  # read a second time after damage; a file more broken than that is not worth the time
)


class Piece(NamedTuple):
    """The bytes of one object, or of something that is none and why."""

    data: bytes
    fault: str | None = None
    is_alone: bool = False  # in no array: perhaps an answer without customers


def is_whole_object(text: bytes) -> bool:
    """Whether a line is one object and nothing else."""
    return _OBJECT.fullmatch(text.strip()) is not None


def is_page(text: bytes) -> bool:
    """Whether a line is, or begins, a page of customers."""
    return text.lstrip().startswith(b"{") and _PAGE_KEY.search(text) is not None


class Splitter:
    """Takes chunks, gives pieces. Holds one object at a time, cut to `size_max`."""

    def __init__(self, size_max: int) -> None:
        self._size_max = size_max
        self._arrays: list[bool] = []  # those around us that hold customers; True: within a page
        self._depth = 0  # within the object being read; 0: between objects
        self._is_page = False  # that object is a page: nothing of it is kept
        self._held: list[bytes] = []
        self._size = 0
        self._in_string = False
        self._escaped = False
        self._key = b""  # the last string, cut; before a `[` directly within an object it is a key
        self._junk = b""
        self._last = b""  # the last good object
        self._mark = b"{"  # what stands behind its first bracket: its first key
        self._again = 0  # bytes read a second time
        self._waiting: list[bytes] = []  # chunks to read, the next one last
        self._found: list[Piece] = []

    def feed(self, chunk: bytes) -> list[Piece]:
        """The pieces that end within this chunk."""
        self._waiting.append(chunk)
        return self._consume()

    def close(self) -> list[Piece]:
        """What is left when the stream ends."""
        found: list[Piece] = []
        while self._depth and not self._is_page:
            if not self._restart():
                self._found.append(Piece(b"".join(self._held)[: self._size_max], UNCLOSED))
                self._forget()
            found += self._consume()
        self._end_junk()
        if self._arrays or self._is_page:
            self._found.append(Piece(b"", CUT_OFF))
        return found + self._consume()

    def _consume(self) -> list[Piece]:
        while self._waiting:
            chunk, at = self._waiting.pop(), 0
            while at < len(chunk):
                at = self._within(chunk, at) if self._depth else self._between(chunk, at)
        found, self._found = self._found, []
        return found

    # --- between objects ------------------------------------------------------------------------------------

    def _between(self, chunk: bytes, at: int) -> int:
        """Takes whole objects until one is not whole, or something else comes."""
        if self._junk:
            return self._in_junk(chunk, at)
        while (value := _VALUE.search(chunk, at)) is not None:
            at = value.start()
            if chunk[at] != 0x7B:  # {
                return self._at_array(chunk, at)
            match = _OBJECT.match(chunk, at)
            if match is None or (not self._in_page() and _PAGE_KEY.search(chunk, at, match.end())):
                self._depth = 1
                self._keep(b"{")
                return at + 1
            at += self._emit(match[0])
        return len(chunk)

    def _at_array(self, chunk: bytes, at: int) -> int:
        if chunk[at] == 0x5B and len(self._arrays) < _NESTING_MAX:  # [
            self._arrays.append(False)
        elif chunk[at] == 0x5D and self._arrays:  # ]
            self._is_page = self._arrays.pop()
            self._depth = int(self._is_page)
        else:
            self._junk = chunk[at : at + 1]
        return at + 1

    def _in_junk(self, chunk: bytes, at: int) -> int:
        bracket = _BRACKET_ONLY.search(chunk, at)
        end = bracket.start() if bracket else len(chunk)
        self._junk = (self._junk + chunk[at:end])[: self._size_max]
        if bracket:
            self._end_junk()
        return end

    def _end_junk(self) -> None:
        if self._junk:
            self._found.append(Piece(self._junk.rstrip(b" \t\r\n,"), NO_OBJECT))
            self._junk = b""

    def _in_page(self) -> bool:
        return bool(self._arrays) and self._arrays[-1]

    # --- within an object -----------------------------------------------------------------------------------

    def _within(self, chunk: bytes, begin: int) -> int:
        """Walks to the object's end, or to the array of a page, or to the end of the chunk."""
        if self._size > self._size_max and (sibling := self._sibling(chunk, begin)) >= 0:
            self._give_up(b"")
            return sibling
        at = begin
        while True:
            at = self._skip_string(chunk, at) if self._in_string else at
            bracket = None if self._in_string else _BRACKET.search(chunk, at)
            if bracket is None:
                break
            at = bracket.end()
            if self._step(bracket[0]):
                self._keep(chunk[begin:at])
                return self._end_object(chunk, at)
            if not self._depth:
                return at
        self._keep(chunk[begin:])
        if self._size - len(chunk) + begin <= self._size_max < self._size and not self._restart():
            self._held = [b"".join(self._held)[: self._size_max]]
        return len(chunk)

    def _step(self, bracket: bytes) -> bool:
        """One bracket or quote further; True when it ends the object."""
        if bracket == b'"':
            self._in_string, self._key = True, b""
        elif bracket in b"{[":
            if bracket == b"[" and self._depth == 1 and self._opens_page():
                self._forget()
                self._arrays.append(True)
            else:
                self._depth += 1
        else:
            self._depth -= 1
            return not self._depth
        return False

    def _opens_page(self) -> bool:
        return self._key in _PAGE_KEYS and not self._in_page() and len(self._arrays) < _NESTING_MAX

    def _skip_string(self, chunk: bytes, at: int) -> int:
        """To the end of the string, or of the chunk. No string holds a line end: one that does was never closed."""
        begin = at
        if self._escaped:
            self._escaped, at = False, at + 1
        while (match := _IN_STRING.search(chunk, at)) is not None:
            at = match.end()
            if match[0] != b"\\":
                self._in_string = False
                break
            if at == len(chunk):
                self._escaped = True
            at += 1
        end = at if match else len(chunk)
        if len(self._key) < _KEY_LENGTH:
            self._key += chunk[begin : end - (not self._in_string)][: _KEY_LENGTH - len(self._key)]
        return min(end, len(chunk))

    def _keep(self, data: bytes) -> None:
        if not self._is_page:
            if self._size <= self._size_max:
                self._held.append(data)
            self._size += len(data)

    def _end_object(self, chunk: bytes, at: int) -> int:
        """Lets the object go; what it turns out to have swallowed is read again, before the rest of the chunk."""
        data = b"" if self._is_page else b"".join(self._held)
        is_cut = len(data) < self._size
        self._forget()
        if is_cut:
            self._found.append(Piece(data, TOO_LARGE))
        elif data and (end := self._emit(data)) < len(data):
            self._waiting += [chunk[at:], data[end:]]
            return len(chunk)
        return at

    def _emit(self, data: bytes) -> int:
        """One object; how much of the data it is: less than all when it swallowed its neighbour."""
        if data.find(self._mark, 1 + len(self._mark)) > 0 and (end := self._swallowed(data)) > 0:
            self._again += len(data) - end
            self._found.append(Piece(data[: min(end, self._size_max)], UNCLOSED))
            return end
        if len(data) > self._size_max:
            self._found.append(Piece(data[: self._size_max], TOO_LARGE))
            return len(data)
        if not data.startswith(self._mark, 1):
            self._mark = _first_key(data)
        self._last = data
        self._found.append(Piece(data, None, not self._arrays))
        return len(data)

    def _swallowed(self, data: bytes) -> int:
        """Where the neighbour begins within an object that is no JSON; -1 when all is well."""
        at = self._sibling(data, 1)
        return -1 if at < 0 or _is_json(data) else at

    def _forget(self) -> None:
        self._depth = self._size = 0
        self._is_page = self._in_string = self._escaped = False
        self._held = []

    # --- after damage ---------------------------------------------------------------------------------------

    def _restart(self) -> bool:
        """Gives up the object being read and goes on at the next one within it; False when none is seen."""
        held = b"".join(self._held)
        at = self._sibling(held, 1)
        if at < 0:
            return False
        self._waiting.append(held[at:])
        self._again += len(held) - at
        self._held = []
        self._give_up(held[:at])
        return True

    def _give_up(self, rest: bytes) -> None:
        self._found.append(Piece((b"".join(self._held) + rest)[: self._size_max], UNCLOSED))
        self._forget()

    def _sibling(self, text: bytes, at: int) -> int:
        """Where an object begins with the same two keys as the last good one, or as this one; else -1."""
        if self._again >= _AGAIN_BYTES_MAX:
            return -1
        for example in (self._last, b"".join(self._held[:2])):
            keys = _ANY_FIRST_KEYS.match(example)
            if keys is not None:
                pattern = _FIRST_KEYS % (re.escape(keys[1]), re.escape(keys[2]))
                match = re.compile(pattern).search(text, at)
                if match is not None:
                    return match.start()
        return -1


def _first_key(data: bytes) -> bytes:
    """The first key of an object with what stands before it, to find another one by."""
    keys = _ANY_FIRST_KEYS.match(data)
    return data[1 : keys.end(1)] if keys else b"{"


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
