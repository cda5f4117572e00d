"""What every dialect's answer to an error has in common: its headers. The bodies and codes are the dialects' own."""

from __future__ import annotations

from regulars import errors

Headers = tuple[tuple[str, str], ...]

REALM = 'Bearer realm="regulars"'


class MethodNotAllowed(errors.RegularsError):
    """The path is there, the method is not; `allow` names those that are."""

    def __init__(self, allow: str) -> None:
        super().__init__("This path does not take this method")
        self.allow = allow


class Unexpected(errors.RegularsError):
    """An error that nobody foresaw; what it was is in the log, by type and place."""

    def __init__(self) -> None:
        super().__init__("Something went wrong here")


def headers(error: errors.RegularsError) -> Headers:
    """The headers that go with an error, whatever the dialect.

    WWW-Authenticate as in RFC 6750, section 3: no error code when no bearer token came at all.
    """
    match error:
        case errors.Unauthorised(reason="missing"):
            return (("www-authenticate", REALM),)
        case errors.Unauthorised(reason="signature"):
            return (("www-authenticate", 'Signature realm="regulars"'),)
        case errors.Unauthorised():
            return (("www-authenticate", f'{REALM}, error="invalid_token"'),)
        case errors.Forbidden(scope=scope):
            return (("www-authenticate", f'{REALM}, error="insufficient_scope", scope="{scope}"'),)
        case errors.TooMany(retry_after=seconds, limit=limit):
            return (("retry-after", str(seconds)), *rate_headers(limit, 0))
        case errors.Retriable(retry_after=seconds):
            return (("retry-after", str(seconds)),)
        case errors.TooLarge() | errors.Invalid(rule="too_slow"):
            # There is more of the body to come, and nobody will read it.
            return (("connection", "close"),)
        case MethodNotAllowed(allow=allow):
            return (("allow", allow),)
    return ()


def rate_headers(limit: int, remaining: int) -> Headers:
    """What a token with a rate is told with every answer (contracts/shift4.md, rate limit)."""
    return (("x-ratelimit-limit", str(limit)), ("x-ratelimit-remaining", str(remaining)))
