"""Where a request may be answered besides the primary database: what only reads may be told by a replica.

Whoever can write reads their own writes, so only tokens that cannot are sent there, and only on routes that read.
"""

from __future__ import annotations

from collections.abc import Callable

from regulars import errors
from regulars.api.route import Answer, Inside, Route
from regulars.model.place import Grant

_READ = ":read"


def may_lag(route: Route, grant: Grant) -> bool:
    """Whether the answer may be some seconds old: the route reads, and the token can do nothing else."""
    return route.scope.endswith(_READ) and all(scope.endswith(_READ) for scope in grant.scopes)


def answer(route: Route, inside: Inside, grant: Grant, handle: Callable[[Inside], Answer]) -> Answer:
    """The answer of a replica, if there is one for this request; else, and when that fails, the primary's."""
    replicas = inside.replicas
    if replicas is None or not may_lag(route, grant):
        return handle(inside)
    elsewhere = replicas.inside_for(grant)
    if elsewhere is not None:
        try:
            return handle(elsewhere)
        except (
            errors.Retriable,
            errors.Fatal,
        ):  # it went away, or had to end the query to follow the primary
            replicas.failed(grant)
    try:
        return handle(inside)
    finally:
        replicas.answered(grant)
