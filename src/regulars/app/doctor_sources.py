"""Are the connected sources well? Those that nobody pulls, that fail, that wait for a person, or whose key is lost."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from regulars import errors
from regulars.app import pulling as composing
from regulars.config import ACCOUNT_DEFAULT
from regulars.directory import Directory, places, pulling
from regulars.directory.upkeep import Finding
from regulars.model import instant
from regulars.model.pulling import Pull

_MICROSECONDS = 1_000_000
_LATE_SECONDS = 3_600  # beyond three of its pulls; a source may be away for a while
_LATE_PULLS = 3


def examine(directory: Directory) -> Iterator[Finding]:
    """One finding for each connected source."""
    for account in places.accounts(directory):
        for pull in pulling.every(directory, account.account_id):
            yield _finding(directory, pull, account.name)


def _finding(directory: Directory, pull: Pull, account: str) -> Finding:
    what, name = f"source {pull.name}", shlex.quote(pull.name)
    if account != ACCOUNT_DEFAULT:
        name += f" --account {account}"
    fresh = "never fresh" if pull.fresh_at is None else f"fresh at {instant.text(pull.fresh_at)}"
    message = pull.message or "it is not said why"
    try:
        composing.parts(directory).unseal(pull)
    except errors.RegularsError as error:
        cure = f"Bring the key file back, or: regulars source secret {name} --token-file …"
        return Finding(what, False, error.message, cure)
    match pull.state:
        case "paused":
            return Finding(what, True, f"paused; {fresh}")
        case "stopped":
            return Finding(
                what, False, f"stopped: {message}", f"Mend it, then: regulars source resume {name}"
            )
        case "held":
            cure = f"Look at the source. If they are gone there: regulars source accept {name}"
            return Finding(what, False, message, cure)
    if not _is_late(directory, pull):
        return Finding(what, True, f"{fresh}; {pull.message}" if pull.failures else fresh)
    if pull.failures:
        return Finding(what, False, f"{fresh}; {message}", f"Look at it with: regulars source test {name}")
    return Finding(what, False, f"{fresh}; nobody pulls it", "Start regulars serve, worker, or sync --watch.")


def _is_late(directory: Directory, pull: Pull) -> bool:
    """A walk under way that has not failed is none: a first one may take days, as the budget has it."""
    if (pull.walk is not None and not pull.failures) or composing.is_piped(pull):
        return False
    since = pull.created_at if pull.fresh_at is None else pull.fresh_at
    patience = _LATE_PULLS * pull.every_seconds + _LATE_SECONDS
    return directory.clock() > since + patience * _MICROSECONDS
