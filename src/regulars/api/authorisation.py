"""Bearer tokens (RFC 6750): the header only. A token in a query string ends up in logs, so it opens nothing."""

from __future__ import annotations

import re

from regulars import errors, limits
from regulars.api.route import Route
from regulars.directory import Directory, tokens
from regulars.model.place import Grant

# RFC 6750, section 2.1: b64token; the scheme's case does not matter (RFC 9110, section 11.1).
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.ASCII | re.IGNORECASE)
_SCHEME = re.compile(r"bearer(?: |$)", re.ASCII | re.IGNORECASE)


def token_of(header: str | None) -> str:
    """The token in an Authorization header.

    Raises Unauthorised: `missing` without one or with another scheme, `malformed` when it is not one token.
    """
    if header is None or not _SCHEME.match(header):
        raise errors.Unauthorised("A bearer token is needed", reason="missing")
    match = _BEARER.fullmatch(header) if len(header) <= limits.TOKEN_LENGTH_MAX + 8 else None
    if match is None:
        raise errors.Unauthorised("The bearer token is malformed", reason="malformed")
    return match[1]


def grant_for(directory: Directory, route: Route, token: str) -> Grant:
    """What the token opens, if it may use the route.

    Raises Unauthorised for a token that opens nothing, Forbidden when it lacks the route's scope.
    """
    grant = tokens.grant(directory, token)
    if route.scope != "public" and not grant.may(route.scope):
        raise errors.Forbidden("The token lacks a scope", scope=route.scope)
    return grant
