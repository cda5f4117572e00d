"""Answers that a worker gives again, whole, to whoever asks the very same while nobody has written anything.

Only answers that depend on the request and on the store alone are kept, and only where the store tells its moments
apart: whatever anybody commits, in whichever process, empties all of it, revoked tokens and erased customers among it.
A question is remembered as a keyed hash; it has the token in it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Hashable, Iterable

from msgspec import Struct

from regulars import errors, limits
from regulars.model.place import Grant

KEEPABLE = "regulars.keepable"  # where the responder puts the grant of an answer that may be kept
_ENTRY_BYTES = 2_048  # what an answer takes beside its body, amply


class Kept(Struct, frozen=True):
    """One answer as it was sent. `until`: microseconds since 1970, when its token expires."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    until: int | None


class KeptAnswers:
    """The answers of one worker, the least lately asked for dropped first; one thread at a time.

    An answer is kept when it is asked for the second time, so that a walk through everybody drives out nothing.
    """

    def __init__(self, moment: Callable[[], Hashable | None], clock: Callable[[], int]) -> None:
        self._moment = moment
        self._clock = clock
        self._key = os.urandom(32)
        self._of: Hashable | None = None
        self._answers: dict[bytes, Kept] = {}
        self._bytes = 0
        self._asked: set[bytes] = set()

    def question(self, path: str, query: str, headers: Iterable[tuple[str, str]]) -> bytes:
        """What tells one GET request from another: everything that came with it, so nothing can be forgotten."""
        # The path comes last: it alone may hold a NUL.
        said = "\0".join([query, *(piece for header in headers for piece in header), "", path])
        return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()

    def find(self, question: bytes) -> Kept | None:
        """The answer, if it is what would be answered now."""
        found = self._answers.get(question)
        if found is None:
            return None
        self.look()
        if question not in self._answers or (found.until is not None and found.until <= self._clock()):
            return None
        self._answers[question] = self._answers.pop(question)
        return found

    def begin(self) -> Hashable | None:
        """The moment before an answer is made, which `keep` wants."""
        try:
            return self._moment()
        except errors.RegularsError:
            return None

    def is_worth_it(self, question: bytes) -> bool:
        """Whether it was asked before; it is from now on."""
        if question in self._asked:
            return True
        if len(self._asked) >= limits.KEPT_QUESTIONS_MAX:
            self._asked.clear()
        self._asked.add(question)
        return False

    def keep(
        self,
        question: bytes,
        grant: Grant,
        began: Hashable | None,
        said: tuple[int, list[tuple[str, str]], bytes],
    ) -> None:
        """Keeps an answer that was made since `began`, unless anybody has written meanwhile.

        A token with a rate is told with every answer how much of it is left: its answers are not kept.
        """
        if began is None or grant.rate is not None or began != self.begin():
            return
        if began != self._of:
            self._forget()
            self._of = began
        kept = Kept(*said, until=grant.expires_at)
        if len(kept.body) > limits.KEPT_BYTES_MAX // 8:
            return
        while self._answers and self._bytes + _size(kept) > limits.KEPT_BYTES_MAX:
            self._bytes -= _size(self._answers.pop(next(iter(self._answers))))
        self._answers[question] = kept
        self._bytes += _size(kept)

    def look(self) -> None:
        """Drops everything if anybody has written; a few times a second, so that nothing erased stays for long."""
        if self._answers and self.begin() != self._of:
            self._forget()

    def holds(self, piece: bytes) -> bool:
        """Whether any answer has these bytes in it, as far as it is not compressed."""
        return any(piece in one.body for one in self._answers.values())

    def __len__(self) -> int:
        return len(self._answers)

    def _forget(self) -> None:
        self._answers.clear()
        self._bytes = 0


def _size(kept: Kept) -> int:
    return len(kept.body) + _ENTRY_BYTES
