"""Where a connected source stands, moved on by whoever holds its lease; each verb is one transaction, or in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs

from regulars import errors, limits
from regulars.directory.directory import Directory
from regulars.model.pulling import Counts, Pull, Run, RunOutcome, Walk, Wanted
from regulars.store import pulls as stored
from regulars.store.pulls import Standing

_MICROSECONDS = 1_000_000


class Holding:
    """One source in the hands of one owner. Every verb raises Conflict when the lease is lost."""

    def __init__(self, directory: Directory, pull: Pull, owner: str) -> None:
        self.pull = pull
        self._directory = directory
        self._store = directory.store
        self._owner = owner

    def renewed(self) -> Pull:
        """The source as it stands now; its lease is renewed when half of it is over, since each page renews it too."""
        key = (self.pull.account_id, self.pull.source_id)
        with self._store.read():
            found = stored.maybe(self._store, *key)
        left = 0 if found is None else found.lease_until - self._directory.clock()
        self._held(found is not None and found.lease_owner == self._owner)
        if left < limits.SOURCE_LEASE_SECONDS * _MICROSECONDS // 2:
            with self._store.write():
                self._held(stored.renew(self._store, *key, self._owner, until=self._until()))
        assert found is not None  # noqa: S101  # it is held
        self.pull = found
        return found

    def wanted(self, *, limit: int) -> list[Wanted]:
        """Customers that webhooks spoke of."""
        with self._store.read():
            return stored.wanted(self._store, self.pull.account_id, self.pull.source_id, limit=limit)

    def begin(self, walk: Walk) -> None:
        """A walk begins, or begins anew within its run."""
        with self._store.write():
            run = Run(walk.run_no, walk.mode, walk.began_at, None, None, None, walk.counts)
            self._held(stored.begin_run(self._store, self.pull, walk, run, owner=self._owner))

    def move(self, walk: Walk, *, bookmark: Mapping[str, Any] | None, spent: Sequence[int]) -> None:
        """A page is in; in the transaction that takes it in."""
        self.pull = structs.replace(self.pull, walk=walk, bookmark=bookmark)
        self._held(
            stored.move(self._store, self.pull, walk, owner=self._owner, spent=spent, until=self._until())
        )

    def fetched(self, wanted: Sequence[Wanted], run: Run, spent: Sequence[int]) -> None:
        """What webhooks spoke of is in; in the transaction that takes it in."""
        run = structs.replace(run, ended_at=self._directory.clock())
        pull = self.pull
        self._held(stored.begin_run(self._store, pull, pull.walk, run, owner=self._owner))
        self._held(stored.spend(self._store, pull, owner=self._owner, spent=spent, until=self._until()))
        stored.fetched(self._store, pull.account_id, pull.source_id, wanted)

    def spend(self, spent: Sequence[int]) -> None:
        """A request is about to be sent."""
        with self._store.write():
            self._held(
                stored.spend(self._store, self.pull, owner=self._owner, spent=spent, until=self._until())
            )

    def end(self, walk: Walk, counts: Counts, spent: Sequence[int]) -> Run:
        """A walk came to its end: whatever the source held when it began is here."""
        pull, is_full = self.pull, walk.mode == "full"
        held_run = None if is_full else pull.held_run
        standing = self._standing(
            spent,
            state="held" if held_run is not None else "active",
            message=pull.message if held_run is not None else None,
            full_at=walk.began_at if is_full else pull.full_at,
            fresh_at=walk.began_at,
            held_run=held_run,
            next_at=self._next_at(walk),
            failures=0,
        )
        return self._ended(standing, walk, counts, "done", None)

    def hold(self, walk: Walk, vanished: int, spent: Sequence[int]) -> Run:
        """A full walk came to its end, but so many vanished that a person must look."""
        message = f"{vanished} customers are no longer at the source; none of them was deleted"
        standing = self._standing(
            spent,
            state="held",
            message=message,
            full_at=walk.began_at,
            fresh_at=walk.began_at,
            held_run=walk.run_no,
            next_at=self._next_at(walk),
            failures=0,
        )
        return self._ended(standing, walk, walk.counts, "held", message)

    def stop(
        self, message: str, spent: Sequence[int], *, bookmark: Mapping[str, Any] | None = None
    ) -> Run | None:
        """Only a person can mend it. `bookmark`: where a walk began that is not to be trusted."""
        standing = self._standing(spent, state="stopped", message=message)
        if bookmark is not None:
            standing = structs.replace(standing, bookmark=bookmark)
        return self._over(standing, "stopped", message)

    def abandon(self, message: str, spent: Sequence[int]) -> Run | None:
        """A walk will not come to its end; the next one begins from the bookmark."""
        standing = self._standing(spent, message=message)
        return self._over(standing, "abandoned", message)

    def wait(self, next_at: int, failures: int, message: str | None, spent: Sequence[int]) -> None:
        """It goes on at a later time."""
        with self._store.write():
            stored.wait(
                self._store,
                self.pull,
                owner=self._owner,
                next_at=next_at,
                failures=failures,
                message=message,
                spent=spent,
            )

    def _standing(self, spent: Sequence[int], **changed: Any) -> Standing:
        """Where the source stands, but for what has changed."""
        pull = self.pull
        return structs.replace(
            Standing(
                state=pull.state,
                message=pull.message,
                bookmark=pull.bookmark,
                full_at=pull.full_at,
                fresh_at=pull.fresh_at,
                held_run=pull.held_run,
                next_at=pull.next_at,
                failures=pull.failures,
                spent=spent,
            ),
            **changed,
        )

    def _over(self, standing: Standing, outcome: RunOutcome, message: str) -> Run | None:
        walk = self.pull.walk
        if walk is not None:
            return self._ended(standing, walk, walk.counts, outcome, message)
        with self._store.write():
            self._held(stored.stand(self._store, self.pull, standing, owner=self._owner))
        return None

    def _ended(
        self, standing: Standing, walk: Walk, counts: Counts, outcome: RunOutcome, message: str | None
    ) -> Run:
        run = Run(walk.run_no, walk.mode, walk.began_at, self._directory.clock(), outcome, message, counts)
        with self._store.write():
            self._held(stored.end_run(self._store, self.pull, standing, run, owner=self._owner))
        return run

    def _next_at(self, walk: Walk) -> int:
        return walk.began_at + self.pull.every_seconds * _MICROSECONDS

    def _until(self) -> int:
        return self._directory.clock() + limits.SOURCE_LEASE_SECONDS * _MICROSECONDS

    def _held(self, is_held: bool) -> None:
        if not is_held:
            raise errors.Conflict("Somebody else pulls this source now")
