"""The one table of the native face from error to answer: RFC 9457 problem details."""

from __future__ import annotations

import msgspec

from regulars import errors
from regulars.api.failure import MethodNotAllowed, headers
from regulars.api.native.shapes import Problem
from regulars.api.route import Answer
from regulars.api.status import LINES

PROBLEM_JSON = "application/problem+json"

STATUS: dict[type[errors.RegularsError], int] = {
    errors.Invalid: 400,
    errors.Unauthorised: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    MethodNotAllowed: 405,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.Retriable: 503,
    errors.StorageFull: 507,
}
_STATUS_OF_RULE = {"too_slow": 408, "content_type": 415}


def answer(error: errors.RegularsError, _now: int) -> Answer:
    """The answer to an error; `about:blank` says that the status is all there is to its type (RFC 9457, 4.2.1)."""
    status = STATUS.get(type(error), 500)
    if isinstance(error, errors.Invalid):
        status = _STATUS_OF_RULE.get(error.rule, status)
    line = LINES[status]
    problem = Problem("about:blank", line.partition(" ")[2], status, error.message)
    return Answer(msgspec.json.encode(problem), line, headers(error), PROBLEM_JSON)
