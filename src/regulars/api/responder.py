"""From a request to an answer, in order: who asks, how often, what for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import falcon

from regulars import errors, limits
from regulars.api import authorisation, body, json_body, query, reading
from regulars.api.failure import Headers, rate_headers
from regulars.api.kept import KEEPABLE
from regulars.api.representation import Representations
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
    if answer.status != "304 Not Modified":
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
    is_raw = route.body is bytes
    representations = Representations(inside.directory.key("entity tag")) if route.is_tagged else None

    def respond(request: falcon.Request, response: falcon.Response, **path: str) -> None:
        environ = request.env
        grant, told = environ.get(body.ADMITTED) or _admit(inside, route, environ, path)
        response.set_headers(told)
        sent = b""
        if route.body is not None and body.is_announced(environ):
            body.check_size(environ)
            if not is_raw:
                json_body.check_type(environ.get("CONTENT_TYPE"))
            if body.TO_COME in environ:
                environ[body.WANTED] = grant, told
                return
            sent = body.read(environ)
        _check_path(environ, request.path)
        given = query.read(request.query_string, declared)
        for key, parameter in headers:
            if (text := environ.get(key)) is not None:
                given[parameter.name] = parameter.read(text)
        place = environ.get("SCRIPT_NAME", "") + request.path
        heard = _headers(environ) if is_raw else {}

        def handle(within: Inside) -> Answer:
            return _handled(route, Call(within, grant, path, given, place, request.query_string, sent, heard))

        answer = reading.answer(route, inside, grant, handle)
        if representations is not None:
            answer = representations.shown(answer, environ, grant.account_id)
            environ[KEEPABLE] = grant
        send(answer, response)

    return respond


def _handled(route: Route, call: Call) -> Answer:
    """The answer. What only reads is asked again when the database had to break it off, as a standby sometimes must."""
    for _ in range(limits.DATABASE_TRIES_MAX - 1 if route.method == "GET" else 0):
        with suppress(errors.Collided):
            return route.handle(call)
    return route.handle(call)


def _admit(
    inside: Inside, route: Route, environ: dict[str, Any], path: Mapping[str, str]
) -> tuple[Grant, Headers]:
    """What whoever asks may see; a token with a rate is told how much of it is left, also when an error follows."""
    if route.scope == "public":
        return NOBODY, ()
    if route.scope == "hook":
        grant = authorisation.grant_of_hook(inside.directory, path["hook_id"])
        inside.rate_limit.take(grant.prefix, limits.HOOK_RATE_MAX)
        return grant, ()
    token = authorisation.token_of(environ.get("HTTP_AUTHORIZATION"))
    grant = authorisation.grant_for(inside.directory, route, token)
    if grant.rate is None:
        return grant, ()
    return grant, rate_headers(grant.rate, inside.rate_limit.take(token, grant.rate))


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """The request's headers."""
    named = {name[5:]: value for name, value in environ.items() if name.startswith("HTTP_")}
    named |= {name: environ[name] for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if name in environ}
    return {name.lower().replace("_", "-"): value for name, value in named.items()}


def _check_path(environ: dict[str, Any], path: str) -> None:
    """Raises NotFound for a path that is no UTF-8: Falcon reads its broken bytes as U+FFFD, which may be a name.

    granian has put U+FFFD there already: then there is no such name either, unless somebody is really called so.
    """
    if "\ufffd" not in path:
        return
    try:
        environ["PATH_INFO"].encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise errors.NotFound("There is no such path") from None
