"""One source, taken a step further at a time; `Pulled.step` says what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from regulars import errors, limits
from regulars.directory import Directory, pulling, taking, vanishing
from regulars.directory.standing import Holding
from regulars.model.pull import Gone, Item, Merged, Page, State
from regulars.model.pulling import Counts, Mode, Pull, Run, Walk
from regulars.sources.contract import Kind, Source
from regulars.sync import circles, pausing
from regulars.sync.parts import Parts, Step
from regulars.sync.reaching import Failed, Reach

_MICROSECONDS = 1_000_000


class Pulled:
    """One source in the hands of whoever leased it."""

    def __init__(
        self,
        directory: Directory,
        parts: Parts,
        pull: Pull,
        owner: str,
        *,
        full: bool = False,
        only_due: bool = False,
    ) -> None:
        self._directory = directory
        self._parts = parts
        self._full = full
        self._only_due = only_due
        self._holding = Holding(directory, pull, owner)
        self._reach = Reach(directory, parts, self._holding, was_killed=pull.lease_owner is not None)

    def close(self) -> None:
        """Gives back what is open."""
        self._reach.close()

    def keep_spent(self) -> None:
        """Keeps when the latest requests were made, for whoever goes on."""
        self._reach.keep_spent()

    def step(self) -> Step:
        """Takes the source one step further: one page, one chunk of what webhooks spoke of, or the end of a run.

        Raises what the directory raises (Retriable, StorageFull): that is no fault of the source. Conflict when the
        lease is lost.
        """
        pull = self._holding.renewed()
        if pull.state not in {"active", "held"}:
            return Step(False, message=pull.message)
        try:
            return self._next(pull)
        except Failed as failed:
            return self._settle(failed.error)

    # --- one step --------------------------------------------------------------------------------------------------

    def _next(self, pull: Pull) -> Step:
        source = self._reach.opened(pull)
        # Every second time after a failure it walks on: one customer who cannot be fetched must not stop all others.
        wanted = self._holding.wanted(limit=self._reach.together(pull)) if pull.failures % 2 == 0 else []
        if wanted:
            return self._fetch(source, [one.ref for one in wanted])
        walk = pull.walk
        if walk is not None and self._full and walk.mode != "full":
            self._holding.abandon("Everything is asked anew", self._reach.spent(pull))
            pull, walk = self._holding.pull, None  # what it has brought stays
        if walk is None and self._only_due and not self._full and not self._is_due(pull):
            return self._rest(pull)
        if walk is None:
            walk = self._begin(source, pull)
        if walk.is_walked:
            return self._finish(source, pull, walk)
        return self._page(source, pull, walk)

    def _begin(self, source: Source, pull: Pull) -> Walk:
        kind = self._parts.kind(pull.kind)
        full = self._full or self._is_full_due(pull, kind)
        if not full and not self._reach.asked(source.honours_filters):
            full = True
        self._full = False
        began_at = self._directory.clock()
        state = self._reach.asked(lambda: source.begin(pull.bookmark, full=full))
        walk = Walk(
            run_no=pull.run_no + 1,
            mode="full" if full else "changes",
            began_at=began_at,
            state=state,
            counts=Counts(),
            bookmark=pull.bookmark,
            seen=(circles.digest(state),),
        )
        self._holding.begin(walk)
        return walk

    def _is_due(self, pull: Pull) -> bool:
        """Whether the next walk is; a webhook makes the source due before that."""
        return pull.fresh_at is None or self._directory.clock() >= self._due_at(pull.fresh_at, pull)

    def _rest(self, pull: Pull) -> Step:
        next_at = self._due_at(pull.fresh_at or 0, pull)
        self._holding.wait(next_at, pull.failures, pull.message, self._reach.spent(pull))
        return Step(False)

    @staticmethod
    def _due_at(fresh_at: int, pull: Pull) -> int:
        return fresh_at + pull.every_seconds * _MICROSECONDS

    def _is_full_due(self, pull: Pull, kind: Kind) -> bool:
        if pull.full_at is None or pull.bookmark is None or not kind.is_incremental:
            return True
        return self._directory.clock() >= pull.full_at + pull.full_every_seconds * _MICROSECONDS

    def _page(self, source: Source, pull: Pull, walk: Walk) -> Step:
        page = self._reach.asked(lambda: source.page(walk.state))
        walk = self._with_survivors(source, pull, walk, page.items)
        after = walk

        def commit(counts: Counts) -> None:
            nonlocal after
            after = self._after(walk, page, counts)
            self._holding.move(after, bookmark=page.bookmark or pull.bookmark, spent=self._reach.spent(pull))

        taking.take(self._directory, pull, page.items, sighting=_sighting(walk), within=commit)
        if _is_alarming(pull, after.counts):
            return self._stop("More records could not be read than is likely", bookmark=walk.bookmark)
        if page.state is not None and circles.is_circle(walk, page.state):
            raise Failed(errors.StartOver("The source's pages go round in a circle"))
        return Step(True, after.counts, after.total)

    def _after(self, walk: Walk, page: Page, counts: Counts) -> Walk:
        requests = self._reach.take_requests()
        counts = walk.counts + counts + Counts(pages=1, requests=requests)
        is_walked = page.state is None
        state: State = walk.state if page.state is None else page.state
        return structs.replace(
            walk,
            # A clock that was put back: who is met from now on must not look as if seen before the walk began.
            began_at=min(walk.began_at, self._directory.clock()),
            state={} if is_walked else state,
            counts=counts,
            is_walked=is_walked,
            seen=() if is_walked else circles.remembered(walk, state),
            empty_pages=0 if page.items else walk.empty_pages + 1,
            total=walk.total if page.total is None else page.total,
            is_whole=page.is_whole,
        )

    def _with_survivors(self, source: Source, pull: Pull, walk: Walk, items: Sequence[Item]) -> Walk:
        """Takes in those who answer for the merged, before the page: a merge does not touch them at the source.

        A few at a time, each for good: where the budget is small, whoever goes on need not fetch them all again. In a
        full walk those who are here are met anyway (contracts/pos-systems.md 2.2).
        """
        into = list(dict.fromkeys(item.into for item in items if isinstance(item, Merged)))
        if into:
            met = taking.met(self._directory, pull, walk, into)
            into = [ref for ref in into if ref not in met]
        together = self._reach.together(pull)
        for at in range(0, len(into), together):
            walk = self._with_few(pull, walk, self._fetched(source, into[at : at + together]))
        return walk

    def _with_few(self, pull: Pull, walk: Walk, items: Sequence[Item]) -> Walk:
        after = walk

        def commit(counts: Counts) -> None:
            nonlocal after
            requests = self._reach.take_requests()
            after = structs.replace(walk, counts=walk.counts + counts + Counts(requests=requests))
            self._holding.move(after, bookmark=pull.bookmark, spent=self._reach.spent(pull))

        taking.take(self._directory, pull, items, sighting=walk.run_no, within=commit)
        return after

    def _fetched(self, source: Source, refs: Sequence[str]) -> list[Item]:
        """As they are now; who of them was merged away himself is no survivor."""
        return [
            item for item in self._reach.asked(lambda: source.fetch(refs)) if not isinstance(item, Merged)
        ]

    def _looked_at(self, source: Source, refs: Sequence[str]) -> list[Item]:
        """A few customers as they are now, behind those who answer for the merged among them."""
        items = self._reach.asked(lambda: source.fetch(refs))
        into = list(dict.fromkeys(item.into for item in items if isinstance(item, Merged)))
        return [*(self._fetched(source, into) if into else ()), *items]

    def _fetch(self, source: Source, refs: Sequence[str]) -> Step:
        """What webhooks spoke of: looked at now; a run of its own."""
        wanted = self._holding.wanted(limit=len(refs))
        pull = self._holding.pull
        began_at = self._directory.clock()
        items = self._looked_at(source, [one.ref for one in wanted])
        said = Counts()

        def commit(counts: Counts) -> None:
            nonlocal said
            requests = self._reach.take_requests()
            said = counts + Counts(pages=1, requests=requests)
            self._holding.fetched(
                wanted, _run(pull.run_no, "wanted", began_at, said), self._reach.spent(pull)
            )

        taking.take(self._directory, pull, items, sighting=None, within=commit)
        return Step(True, said)

    def _finish(self, source: Source, pull: Pull, walk: Walk) -> Step:
        """The last page is in: whoever a full walk has not met has vanished; then the run is over."""
        directory, counts, since = self._directory, walk.counts, walk.began_at
        shows_all = walk.mode == "full" and walk.is_whole
        if shows_all and self._parts.kind(pull.kind).deletes != "none":
            if walk.looked_after is None:
                unmet, every_one = vanishing.count(directory, pull, run_no=walk.run_no, began_at=since)
                if vanishing.is_too_many(pull, unmet, every_one):
                    return Step(False, counts, run=self._holding.hold(walk, unmet, self._reach.spent(pull)))
            refs = vanishing.next_refs(
                directory,
                pull,
                run_no=walk.run_no,
                began_at=since,
                after=walk.looked_after or "",
                limit=self._reach.together(pull),
            )
            if refs:
                return self._ask_after(source, pull, walk, refs)
        return Step(False, counts, run=self._holding.end(walk, counts, self._reach.spent(pull)))

    def _ask_after(self, source: Source, pull: Pull, walk: Walk, refs: Sequence[str]) -> Step:
        """Whoever a full walk has not met may have been skipped: pages move while others come and go.

        Who is answered with nothing has vanished, unless there were records that nobody could read. Where nothing is
        answered again and again, they stay until the next full walk.
        """
        is_given_up = pull.failures > limits.SOURCE_RESTARTS_MAX
        items = [] if is_given_up else self._looked_at(source, refs)
        if not is_given_up and not walk.counts.quarantined:
            items = [*(Gone(ref) for ref in taking.unanswered(refs, items)), *items]
        after = walk

        def commit(counts: Counts) -> None:
            nonlocal after
            requests = self._reach.take_requests()
            counts = structs.replace(counts, deleted=0, vanished=counts.deleted, requests=requests)
            after = structs.replace(walk, counts=walk.counts + counts, looked_after=refs[-1])
            self._holding.move(after, bookmark=pull.bookmark, spent=self._reach.spent(pull))

        taking.take(self._directory, pull, items, sighting=walk.run_no, within=commit)
        return Step(True, after.counts, after.total)

    # --- when it fails -----------------------------------------------------------------------------------------------

    def _settle(self, error: errors.RegularsError) -> Step:
        pull = self._holding.renewed()
        match error:
            case errors.OutOfBudget():
                return self._wait(pull, error.retry_after, pull.failures, error.message)
            case errors.StartOver():
                return self._start_over(pull, error.message)
            case errors.Retriable():
                return self._back_off(pull, error.message, error.retry_after)
            case errors.Unauthorised():
                return self._refresh(pull, error.message)
            case _:
                return self._stop(error.message)

    def _start_over(self, pull: Pull, message: str) -> Step:
        """The walk begins anew, within the same run; who keeps having to is a source that fails."""
        walk = pull.walk
        if walk is None or walk.restarts >= limits.SOURCE_RESTARTS_MAX:
            self._holding.abandon(message, self._reach.spent(pull))
            return self._back_off(self._holding.renewed(), message, 0)
        try:
            source = self._reach.opened(pull)
            full = walk.mode == "full"
            state = self._reach.asked(lambda: source.begin(walk.bookmark, full=full))
        except Failed as failed:
            return self._back_off(pull, failed.error.message, 0)
        anew = structs.replace(
            walk, state=state, restarts=walk.restarts + 1, seen=(circles.digest(state),), empty_pages=0
        )
        self._holding.begin(anew)
        return Step(True, walk.counts, walk.total, message=message)

    def _back_off(self, pull: Pull, message: str, retry_after: int) -> Step:
        failures = pull.failures + 1
        wait = pausing.seconds(failures, retry_after=retry_after, chance=self._parts.chance())
        return self._wait(pull, wait, failures, message)

    def _wait(self, pull: Pull, seconds: float, failures: int, message: str) -> Step:
        until = self._directory.clock() + round(seconds * _MICROSECONDS)
        self._holding.wait(until, failures, message, self._reach.spent(pull))
        counts = pull.walk.counts if pull.walk is not None else Counts()
        return Step(False, counts, until=until, message=message)

    def _refresh(self, pull: Pull, message: str) -> Step:
        """New credentials for those that the source refuses, where the kind knows how; once, then a person must."""
        kind = self._parts.kind(pull.kind)
        if kind.refresh is None or pull.failures:
            return self._stop(message)
        try:
            refresh, http, given = kind.refresh, self._reach.http(pull, kind), self._reach.given(pull)
            fresh = self._reach.asked(lambda: refresh(given, http))
        except Failed as failed:
            error = failed.error
            if isinstance(error, errors.Retriable):
                return self._back_off(pull, error.message, error.retry_after)
            return self._stop(message)
        pulling.keep_secret(self._directory, pull, self._parts.reseal(pull, fresh.secret))
        self._reach.close()
        # Counts as a failure until a page comes in: fresh credentials that are refused too are a person's matter.
        self._holding.wait(self._directory.clock(), pull.failures + 1, None, self._reach.spent(pull))
        return Step(True)

    def _stop(self, message: str, *, bookmark: State | None = None) -> Step:
        pull = self._holding.renewed()
        run = self._holding.stop(message, self._reach.spent(pull), bookmark=bookmark)
        counts = pull.walk.counts if pull.walk is not None else Counts()
        return Step(False, counts, message=message, run=run)


def _sighting(walk: Walk) -> int | None:
    return walk.run_no if walk.mode == "full" else None


def _is_alarming(pull: Pull, counts: Counts) -> bool:
    return (
        counts.read >= limits.SOURCE_ALARM_RECORDS_MIN
        and counts.quarantined * 100 > pull.fail_percent * counts.read
    )


def _run(run_no: int, mode: Mode, began_at: int, counts: Counts) -> Run:
    return Run(run_no + 1, mode, began_at, None, "done", None, counts)
