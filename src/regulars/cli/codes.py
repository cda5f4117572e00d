"""Exit codes: one for each thing a script may want to do next."""

from __future__ import annotations

from regulars import errors

OK = 0
FAILED = 1
USAGE = 2
NOT_FOUND = 3
PARTLY = 4
INTERRUPTED = 130
UNREAD = 141  # what a shell says of a program whose reader went away

HELP = (
    "Exit codes: 0 ok, 1 failed, 2 the command line or something it names is not as it must be, 3 not found, "
    "4 partly (some records were quarantined), 130 interrupted, 141 nobody read the output to its end. "
    "With --json, stdout holds exactly one JSON value, or nothing when the command failed; "
    "words are on stderr in any case. Environment: REGULARS_DATA, REGULARS_DATABASE, REGULARS_KEY_FILE, NO_COLOR, "
    "REGULARS_TRACEBACK=1 (shows where an unexpected error came from)."
)


def of(error: errors.RegularsError) -> int:
    """The exit code that an error ends with."""
    if isinstance(error, errors.NotFound):
        return NOT_FOUND
    return USAGE if isinstance(error, errors.Invalid | errors.TooLarge) else FAILED
