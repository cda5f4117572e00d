"""From a request to an answer, in order: who asks, how often, what for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import falcon

from regulars import errors
from regulars.api import authorisation, body, query
from regulars.api.failure import rate_headers
from regulars.api.route import NOBODY, Answer, Call, Inside, Route
from regulars.model.place import Grant

Respond = Callable[..., None]


class Resource:
    """One path: a responder for each of its methods, found by Falcon under their names (`on_get`)."""

    def __init__(self, inside: Inside, routes: Sequence[Route]) -> None:
        self.methods = {"OPTIONS"}
        for route in routes:
            self._add(route.method, _responder(inside, route))
        if "GET" in self.methods:
            # RFC 9110, section 9.3.2: HEAD is GET without the body, which Falcon leaves out.
            self._add("HEAD", vars(self)["on_get"])
        self.allow = ", ".join(sorted(self.methods))

    def _add(self, method: str, respond: Respond) -> None:
        self.methods.add(method)
        setattr(self, f"on_{method.lower()}", respond)

    def on_options(self, _request: falcon.Request, response: falcon.Response, **_path: str) -> None:
        """Which methods there are."""
        response.status = falcon.HTTP_204
        response.set_header("allow", self.allow)


def send(answer: Answer, response: falcon.Response) -> None:
    """Puts an answer into Falcon's response. Nothing here may be kept by a cache or taken for a web page."""
    response.status = answer.status
    response.data = answer.body
    response.content_type = answer.content_type
    response.set_header("cache-control", "no-store")
    response.set_header("x-content-type-options", "nosniff")
    for name, value in answer.headers:
        response.set_header(name, value)


def _responder(inside: Inside, route: Route) -> Respond:
    declared = {one.name: one for one in route.parameters if one.place == "query"}
    headers = [
        ("HTTP_" + one.name.upper().replace("-", "_"), one)
        for one in route.parameters
        if one.place == "header"
    ]

    def respond(request: falcon.Request, response: falcon.Response, **path: str) -> None:
        environ = request.env
        grant = NOBODY
        if route.scope != "public":
            grant = _admit(inside, route, environ, response)
        sent = b""
        if route.scope != "public" and body.is_announced(environ):
            sent = inside.bodies.read(environ)
        _check_path(environ, request.path)
        given = query.read(request.query_string, declared)
        for key, parameter in headers:
            # An empty one was sent too; granian hands over as empty what is no visible ASCII.
            if (text := environ.get(key)) is not None:
                given[parameter.name] = parameter.read(text)
        place = environ.get("SCRIPT_NAME", "") + request.path
        call = Call(inside, grant, path, given, place, request.query_string, sent)
        send(route.handle(call), response)

    return respond


def _admit(inside: Inside, route: Route, environ: dict[str, Any], response: falcon.Response) -> Grant:
    """What whoever asks may see; a token with a rate is told how much of it is left, also when an error follows."""
    token = authorisation.token_of(environ.get("HTTP_AUTHORIZATION"))
    grant = authorisation.grant_for(inside.directory, route, token)
    if grant.rate is not None:
        response.set_headers(rate_headers(grant.rate, inside.rate_limit.take(token, grant.rate)))
    return grant


def _check_path(environ: dict[str, Any], path: str) -> None:
    """Raises NotFound for a path that is no UTF-8: Falcon reads its broken bytes as U+FFFD, which may be a name."""
    if "\ufffd" not in path:
        return
    try:
        environ["PATH_INFO"].encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise errors.NotFound("There is no such path") from None
