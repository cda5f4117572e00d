"""Bearer tokens (RFC 6750): the header only. A token in a query string ends up in logs, so it opens nothing.

Ids of hooks stand in the path: that is all that points of sale know how to send.
"""

from __future__ import annotations

import hashlib
import re
from typing import cast

from regulars import errors, limits
from regulars.api.route import Route
from regulars.directory import Directory, hooks, tokens
from regulars.model.place import Grant, Scope

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
    scope = route.scope
    if scope not in {"public", "token", "hook"} and not grant.may(cast("Scope", scope)):
        raise errors.Forbidden("The token lacks a scope", scope=route.scope)
    return grant


def grant_of_hook(directory: Directory, hook_id: str) -> Grant:
    """What a hook's id opens: nothing but itself. Raises NotFound for an unknown one."""
    opened = hooks.opened(directory, hook_id)
    prefix = (
        f"hk_{hashlib.sha256(hook_id.encode()).hexdigest()[:16]}"  # tells one from another, and opens nothing
    )
    return Grant(opened.account_id, "", prefix, (), ())
