"""Every error of the program, grouped by what to do next; none of them knows HTTP.

A message says what happened, a hint says how to get out. Neither ever repeats a customer's data.
"""

from __future__ import annotations


class RegularsError(Exception):
    """The root: a sentence for people, and a hint with the cure."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(RegularsError):
    """What was asked for is not there, or not for whoever asks: both look the same."""


class Conflict(RegularsError):
    """It exists already, or has changed meanwhile: look again, then decide."""


class Invalid(RegularsError):
    """The input breaks a rule: repair it. `rule` is a short code such as `too_long`."""

    def __init__(
        self, message: str, *, field: str | None = None, rule: str = "invalid", hint: str | None = None
    ):
        super().__init__(message, hint=hint)
        self.field = field
        self.rule = rule


class Unauthorised(RegularsError):
    """No token, or one that opens nothing. `reason`: `missing`, `malformed`, `unknown`, `revoked`, `expired`.

    `signature`: a webhook that is not genuine.
    """

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Forbidden(RegularsError):
    """The token is good but lacks `scope`."""

    def __init__(self, message: str, *, scope: str) -> None:
        super().__init__(message)
        self.scope = scope


class TooMany(RegularsError):
    """More requests than the token may make: wait `retry_after` whole seconds."""

    def __init__(self, message: str, *, retry_after: int, limit: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.limit = limit


class TooLarge(RegularsError):
    """The input is bigger than its bound: send less."""


class Retriable(RegularsError):
    """It did not work this time; nothing was half-done. Ask again after `retry_after` whole seconds."""

    def __init__(self, message: str, *, retry_after: int = 1, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class Collided(Retriable):
    """Two transactions were in each other's way and this one was undone: begun again at once, it will pass."""


class OutOfBudget(Retriable):
    """A source may not be asked again before `retry_after` seconds; nothing failed."""


class StartOver(RegularsError):
    """What a walk through a source was to go on from no longer holds there: begin it anew."""


class StorageFull(RegularsError):
    """The disk is full: nothing was half-written, reading goes on. Make room, then ask again."""


class Fatal(RegularsError):
    """Only a person can mend this; the hint says how."""
