"""The one table of Shift4's dialect from error to answer. Shift4 publishes one error body, its 429's."""

from __future__ import annotations

import msgspec

from regulars import errors
from regulars.api.failure import MethodNotAllowed, headers
from regulars.api.route import Answer
from regulars.api.shift4.shapes import Detail, PosFailure
from regulars.api.status import LINES
from regulars.model import instant

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
_STATUS_OF_RULE = {"too_slow": 408}


def answer(error: errors.RegularsError, now: int) -> Answer:
    """The answer to an error; what stands in no table is a 500. `now`: microseconds since 1970."""
    status = STATUS.get(type(error), 500)
    details = []
    if isinstance(error, errors.Invalid):
        status = _STATUS_OF_RULE.get(error.rule, status)
        details = [Detail(error.field, error.rule)] if error.field else []
    failure = PosFailure(status, instant.text(now), error.message, details)
    return Answer(msgspec.json.encode(failure), LINES[status], headers(error))
