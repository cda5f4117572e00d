"""The WSGI application: every route of every dialect, and one place where errors become answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any

import falcon

from regulars import errors
from regulars.api import openapi
from regulars.api.failure import MethodNotAllowed, Unexpected
from regulars.api.native import errors as native_errors
from regulars.api.native import routes as native
from regulars.api.responder import Resource, send
from regulars.api.route import Answer, Dialect, Inside, Route
from regulars.api.seal import Seal
from regulars.api.shift4 import errors as shift4_errors
from regulars.api.shift4 import routes as shift4
from regulars.api.square import errors as square_errors
from regulars.api.square import routes as square
from regulars.directory import Directory

if TYPE_CHECKING:
    from regulars.api.sandbox import Sandbox

App = falcon.App[falcon.Request, falcon.Response]

_log = logging.getLogger("regulars.api")

# Whose paths these are, also where nothing is served.
_PREFIXES: tuple[tuple[str, Dialect], ...] = (
    ("/v2/", "square"),
    ("/oauth2/", "square"),
    ("/pos/", "shift4"),
    ("/api/pos/", "shift4"),
    ("/marketplace/", "shift4"),
)
_ANSWERS: Mapping[Dialect, Callable[[errors.RegularsError, int], Answer]] = {
    "native": native_errors.answer,
    "shift4": shift4_errors.answer,
    "square": square_errors.answer,
}


def make(inside: Inside, sandbox: Sandbox | None = None) -> App:
    """The application over what is inside; one thread at a time (`Directory` says so)."""
    app: App = falcon.App(middleware=[*(sandbox.middleware() if sandbox else ()), _Methods()])
    handle = _Failures(inside).handle
    # Falcon takes the handler of the nearest class, and has one of its own for HTTPError.
    app.add_error_handler((falcon.HTTPError, Exception), handle)
    for template, found in by_template(routes(inside.directory, sandbox)).items():
        app.add_route(template, Resource(inside, found))
    return app


def routes(directory: Directory, sandbox: Sandbox | None = None) -> tuple[Route, ...]:
    """Every route there is; in a sandbox with its faults, and with the sandbox's own."""

    @cache
    def document() -> bytes:
        return openapi.document(every)

    every: tuple[Route, ...] = (
        *shift4.ROUTES,
        *square.routes(Seal(directory.key("square cursor"))),
        *native.routes(Seal(directory.key("native cursor")), document),
    )
    if sandbox is not None:
        every = tuple(sandbox.routes(every, _ANSWERS))
    return every


def by_template(every: Iterable[Route]) -> dict[str, list[Route]]:
    """The routes at each of Falcon's templates, one a method."""
    found: dict[str, list[Route]] = {}
    for route in every:
        for template in route.templates:
            found.setdefault(_falcon_template(route, template), []).append(route)
    return found


def dialect_of(path: str) -> Dialect:
    """The dialect in which a path is answered."""
    # Falcon's router takes any number of slashes in front for one.
    whole = f"/{path.lstrip('/')}/"
    return next((dialect for prefix, dialect in _PREFIXES if whole.startswith(prefix)), "native")


def _falcon_template(route: Route, template: str) -> str:
    for parameter in route.parameters:
        if parameter.rest:
            template = template.replace(f"{{{parameter.name}}}", f"{{{parameter.name}:path}}")
    return template


class _Methods:
    """Refuses what a path does not take; Falcon itself calls an unknown method a bad request."""

    def process_resource(
        self, req: falcon.Request, resp: falcon.Response, resource: object, params: dict[str, Any]
    ) -> None:
        assert isinstance(resource, Resource)  # noqa: S101  # nothing else is ever added
        if req.method not in resource.methods:
            raise MethodNotAllowed(resource.allow)


class _Failures:
    """Answers every error in the dialect of the path."""

    def __init__(self, inside: Inside) -> None:
        self._clock = inside.directory.clock

    def handle(
        self, req: falcon.Request, resp: falcon.Response, error: Exception, params: dict[str, Any]
    ) -> None:
        known = _known(req, error)
        send(_ANSWERS[dialect_of(req.path)](known, self._clock()), resp)


def _known(request: falcon.Request, error: Exception) -> errors.RegularsError:
    """The error of ours that says what to do; whatever nobody foresaw, or a person must mend, goes to the log.

    The log names the route and the place in the code, never the path, the query or an error's own words: those may
    hold a customer's data. Our own errors never do.
    """
    if isinstance(error, falcon.HTTPNotFound):
        return errors.NotFound("There is no such path")
    if isinstance(error, falcon.HTTPError):
        return errors.Invalid("The request cannot be understood", rule="bad_request")
    route = request.uri_template or "none"
    if not isinstance(error, errors.RegularsError):
        _log.error(
            "request.failed route=%s error=%s at=%s", route, type(error).__name__, _place(error.__traceback__)
        )
        return Unexpected()
    if isinstance(error, errors.Fatal | errors.StorageFull):
        words = " ".join(filter(None, (error.message, error.hint)))
        _log.error("request.failed route=%s error=%s: %s", route, type(error).__name__, words)
    return error


def _place(traceback: TracebackType | None) -> str:
    """The innermost place in our own code, as module:line."""
    place = "unknown"
    while traceback is not None:
        module = traceback.tb_frame.f_globals.get("__name__", "")
        if module.startswith("regulars"):
            place = f"{module}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place
