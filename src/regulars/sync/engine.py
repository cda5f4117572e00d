"""The engine: leases a source and hands it to whoever pulls it, a step at a time.

    engine = Engine(directory, Parts(transport=Network(), unseal=…, reseal=…))
    with engine.pulling(account_id, source_id) as pulled:  # None: somebody else has it, or it is gone
        while (step := pulled.step()).goes_on: …

It reads no clock and no network of its own: both are parts, so that a history can be played again to the letter.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from regulars import errors, limits
from regulars.directory import Directory, pulling
from regulars.sync.parts import Parts
from regulars.sync.pulled import Pulled


class Engine:
    """Pulls the sources of one directory, one at a time; every process and thread has its own."""

    def __init__(self, directory: Directory, parts: Parts) -> None:
        self.directory = directory
        self.parts = parts
        self.owner = uuid.uuid4().hex

    @contextmanager
    def pulling(
        self, account_id: int, source_id: int, *, full: bool = False, only_due: bool = False
    ) -> Iterator[Pulled | None]:
        """One source, leased and opened when it is first asked.

        `full`: the next walk is a full one; `only_due`: none is begun before its time, whatever webhooks speak of.
        """
        directory = self.directory
        pull = pulling.lease(
            directory, account_id, source_id, self.owner, seconds=limits.SOURCE_LEASE_SECONDS
        )
        if pull is None:
            yield None
            return
        held = Pulled(directory, self.parts, pull, self.owner, full=full, only_due=only_due)
        try:
            yield held
        finally:
            held.close()
            with suppress(errors.RegularsError):  # the lease runs out by itself
                held.keep_spent()
                pulling.release(directory, pull, self.owner)
