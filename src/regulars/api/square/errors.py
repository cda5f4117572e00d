"""The one table of Square's dialect from error to answer (contracts/square.md, section 2.8)."""

from __future__ import annotations

import msgspec

from regulars import errors
from regulars.api.failure import MethodNotAllowed, headers
from regulars.api.route import Answer
from regulars.api.square.shapes import ErrorResponse
from regulars.api.status import LINES
from regulars.wire.square import Error

_INVALID = "INVALID_REQUEST_ERROR"
_AUTHENTICATION = "AUTHENTICATION_ERROR"
_API = "API_ERROR"

# error: (status, category, code)
TABLE: dict[type[errors.RegularsError], tuple[int, str, str]] = {
    errors.Invalid: (400, _INVALID, "INVALID_VALUE"),
    errors.Unauthorised: (401, _AUTHENTICATION, "UNAUTHORIZED"),
    errors.Forbidden: (403, _AUTHENTICATION, "INSUFFICIENT_SCOPES"),
    errors.NotFound: (404, _INVALID, "NOT_FOUND"),
    MethodNotAllowed: (405, _INVALID, "METHOD_NOT_ALLOWED"),
    errors.Conflict: (409, _INVALID, "CONFLICT"),
    errors.TooLarge: (413, _INVALID, "REQUEST_ENTITY_TOO_LARGE"),
    errors.TooMany: (429, "RATE_LIMIT_ERROR", "RATE_LIMITED"),
    errors.Retriable: (503, _API, "SERVICE_UNAVAILABLE"),
    errors.StorageFull: (507, _API, "SERVICE_UNAVAILABLE"),
}
_ANYTHING_ELSE = (500, _API, "INTERNAL_SERVER_ERROR")

# The rules of Invalid: what is not here is an INVALID_VALUE.
CODES = {
    "not_an_integer": "EXPECTED_INTEGER",
    "not_a_boolean": "EXPECTED_BOOLEAN",
    "not_a_choice": "INVALID_ENUM_VALUE",
    "not_an_order": "INVALID_SORT_ORDER",
    "not_a_time": "INVALID_TIME",
    "not_a_time_range": "INVALID_TIME_RANGE",
    "not_a_cursor": "INVALID_CURSOR",
    "not_a_version": "INVALID_SQUARE_VERSION_FORMAT",
    "too_low": "VALUE_TOO_LOW",
    "too_high": "VALUE_TOO_HIGH",
    "too_long": "VALUE_TOO_LONG",
    "repeated": "CONFLICTING_PARAMETERS",
    "conflicting": "CONFLICTING_PARAMETERS",
    "too_slow": "REQUEST_TIMEOUT",
    "not_json": "EXPECTED_JSON_BODY",
    "content_type": "UNSUPPORTED_MEDIA_TYPE",
    "expected_string": "EXPECTED_STRING",
    "expected_object": "EXPECTED_OBJECT",
    "expected_array": "EXPECTED_ARRAY",
    "incorrect_type": "INCORRECT_TYPE",
    "missing": "MISSING_REQUIRED_PARAMETER",
    "form": "VALUE_REGEX_MISMATCH",
    "empty": "VALUE_EMPTY",
    "too_short": "VALUE_TOO_SHORT",
    "array_empty": "ARRAY_EMPTY",
    "array_too_long": "ARRAY_LENGTH_TOO_LONG",
    "map_empty": "VALUE_EMPTY",
    "map_too_large": "TOO_MANY_MAP_ENTRIES",
    "map_key_too_long": "MAP_KEY_LENGTH_TOO_LONG",
    "nobody": "BAD_REQUEST",
    "not_an_email": "INVALID_EMAIL_ADDRESS",
    "not_a_phone": "INVALID_PHONE_NUMBER",
    "key_reused": "IDEMPOTENCY_KEY_REUSED",
    "unknown_segment": "BAD_REQUEST",
    "sandbox_only": "BAD_REQUEST",
    "not_reached": "BAD_REQUEST",
    "not_a_card": "INVALID_CARD_DATA",
}
_STATUS_OF_CODE = {"REQUEST_TIMEOUT": 408, "UNSUPPORTED_MEDIA_TYPE": 415}
_CODE_OF_REASON = {"expired": "ACCESS_TOKEN_EXPIRED", "revoked": "ACCESS_TOKEN_REVOKED"}


def answer(error: errors.RegularsError, _now: int) -> Answer:
    """The answer to an error."""
    status, category, code = TABLE.get(type(error), _ANYTHING_ELSE)
    field = None
    if isinstance(error, errors.Invalid):
        code, field = CODES.get(error.rule, code), error.field
        status = _STATUS_OF_CODE.get(code, status)
    elif isinstance(error, errors.Unauthorised):
        code = _CODE_OF_REASON.get(error.reason, code)
    failure = ErrorResponse([Error(category, code, error.message, field)])
    return Answer(msgspec.json.encode(failure), LINES[status], headers(error))
