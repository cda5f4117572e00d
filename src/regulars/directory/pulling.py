"""Connected sources: added, paused, pulled by whoever holds the lease. What a page of theirs becomes is in `taking`."""

from __future__ import annotations

from regulars import errors, limits
from regulars.directory import vanishing
from regulars.directory.directory import Directory
from regulars.model.pulling import NewPull, Pull, Run
from regulars.store import places
from regulars.store import pulls as stored

RUNS_KEPT = 100


# --- by a person ---------------------------------------------------------------------------------------------------


def add(directory: Directory, account_id: int, new: NewPull) -> Pull:
    """Connects a source; raises Conflict when one of this name is connected, NotFound for an unknown location."""
    store = directory.store
    _check_name(new.name)
    with store.write():
        if places.location(store, account_id, new.location_id) is None:
            raise errors.NotFound(
                f"Location {new.location_id} is not known",
                hint=f"regulars location add {new.location_id} --name … --country …",
            )
        source_id = places.source_id(store, account_id, new.name)
        if source_id is None:
            source_id = places.add_source(store, account_id, new.name)
        elif stored.maybe(store, account_id, source_id) is not None:
            raise _taken()
        stored.add(store, account_id, source_id, new, now=directory.clock())
        return _one(directory, account_id, source_id)


def check_free(directory: Directory, account_id: int, name: str) -> None:
    """Raises what `add` would raise of this name; for who must not use up anything before."""
    _check_name(name)
    if any(pull.name == name for pull in every(directory, account_id)):
        raise _taken()


def every(directory: Directory, account_id: int) -> list[Pull]:
    """The connected sources, by name."""
    with directory.store.read():
        return stored.every(directory.store, account_id)


def named(directory: Directory, account_id: int, name: str) -> Pull:
    """The connected source of this name; raises NotFound."""
    found = [pull for pull in every(directory, account_id) if pull.name == name]
    if not found:
        raise errors.NotFound("No source of this name is connected", hint="regulars source list")
    return found[0]


def one(directory: Directory, account_id: int, source_id: int) -> Pull | None:
    """The connected source with this number."""
    with directory.store.read():
        return stored.maybe(directory.store, account_id, source_id)


def pause(directory: Directory, pull: Pull) -> None:
    """It is not pulled until it is resumed; where it stands is kept."""
    with directory.store.write():
        stored.set_state(
            directory.store, pull.account_id, pull.source_id, "paused", None, now=directory.clock()
        )


def resume(directory: Directory, pull: Pull) -> None:
    """It is pulled again, at once; what vanished stays held."""
    state = "held" if pull.held_run is not None else "active"
    with directory.store.write():
        stored.set_state(directory.store, pull.account_id, pull.source_id, state, None, now=directory.clock())


def remove(directory: Directory, pull: Pull) -> None:
    """It is no longer pulled; its customers stay."""
    with directory.store.write():
        stored.drop(directory.store, pull.account_id, pull.source_id)


def keep_secret(directory: Directory, pull: Pull, sealed: bytes | None) -> None:
    """New credentials, sealed."""
    with directory.store.write():
        stored.set_secret(directory.store, pull.account_id, pull.source_id, sealed, now=directory.clock())


def keep_hook_secret(directory: Directory, pull: Pull, sealed: bytes) -> None:
    """What its webhooks are signed with, sealed."""
    with directory.store.write():
        stored.set_hook_secret(
            directory.store, pull.account_id, pull.source_id, sealed, now=directory.clock()
        )


def runs(directory: Directory, pull: Pull, *, limit: int = RUNS_KEPT) -> list[Run]:
    """The latest runs, newest first."""
    with directory.store.read():
        return stored.runs(directory.store, pull.account_id, pull.source_id, limit=limit)


def accept(directory: Directory, pull: Pull) -> int:
    """Deletes what a held run found vanished; how many. Raises Conflict when nothing is held."""
    if pull.held_run is None or pull.full_at is None:
        raise errors.Conflict("Nothing of this source is held", hint="regulars source list")
    # A held run is the last full one: a later one that came to its end would have let it go, or be held itself.
    deleted = vanishing.delete(directory, pull, run_no=pull.held_run, began_at=pull.full_at)
    with directory.store.write():
        stored.let_go(directory.store, pull.account_id, pull.source_id, now=directory.clock())
    return deleted


def hurry(directory: Directory, account_id: int, source_id: int) -> None:
    """It is due now, in a transaction of the caller's."""
    stored.hurry(directory.store, account_id, source_id, now=directory.clock())


# --- who pulls -------------------------------------------------------------------------------------------------------


def due(directory: Directory, account_id: int) -> list[int]:
    """Numbers of the sources whose time has come and whom nobody pulls."""
    with directory.store.read():
        return stored.due(directory.store, account_id, now=directory.clock())


def lease(directory: Directory, account_id: int, source_id: int, owner: str, *, seconds: int) -> Pull | None:
    """The source, for so long; None when somebody else has it.

    Its `lease_owner` is who had it before and never gave it back, as one that was killed does.
    """
    now = directory.clock()
    with directory.store.write():
        before = stored.maybe(directory.store, account_id, source_id)
        until = now + seconds * 1_000_000
        if before is None or not stored.lease(
            directory.store, account_id, source_id, owner, now=now, until=until
        ):
            return None
        return before


def release(directory: Directory, pull: Pull, owner: str) -> None:
    """Gives it back."""
    with directory.store.write():
        stored.release(directory.store, pull.account_id, pull.source_id, owner)


def _check_name(name: str) -> None:
    if not 0 < len(name.strip()) <= limits.NAME_LENGTH_MAX or not name.isprintable():
        raise errors.Invalid(
            f"A source's name has 1 to {limits.NAME_LENGTH_MAX} characters", field="name", rule="length"
        )


def _taken() -> errors.Conflict:
    return errors.Conflict("A source of this name is connected already", hint="regulars source list")


def _one(directory: Directory, account_id: int, source_id: int) -> Pull:
    found = stored.maybe(directory.store, account_id, source_id)
    assert found is not None  # noqa: S101  # asked in the transaction that made it
    return found
