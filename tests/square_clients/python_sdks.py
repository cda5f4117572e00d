"""Square's SDKs for Python: today's, its asynchronous twin, and the one of before 2025."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
from square import AsyncSquare, Square
from square.core.api_error import ApiError
from square.core.pagination import AsyncPager, SyncPager
from square.utils.webhooks_helper import verify_signature
from square_legacy.client import Client as OldSquare  # type: ignore[import-untyped]
from square_legacy.http.auth.o_auth_2 import BearerAuthCredentials  # type: ignore[import-untyped]
from square_legacy.utilities.webhooks_helper import (  # type: ignore[import-untyped]
    is_valid_webhook_event_signature,
)

from tests.square_clients.client import Refused
from tests.square_clients.operations import OPERATIONS

# It would repeat a 409 for three seconds.
_ONCE = {"max_retries": 0}


class Python:
    """`square.Square`."""

    def __init__(self, url: str, token: str) -> None:
        self._connections = httpx.Client()
        self._square = Square(base_url=url, token=token, httpx_client=self._connections)

    def ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        answer = self._called(operation, arguments)
        return _plain(answer.response if isinstance(answer, SyncPager) else answer)

    def walk(self, operation: str, **arguments: Any) -> list[dict[str, Any]]:
        pager = self._called(operation, arguments)
        return [_plain(page.response) for page in pager.iter_pages()]

    def accepts(self, *, body: str, signature: str, key: str, url: str) -> bool:
        return verify_signature(
            request_body=body, signature_header=signature, signature_key=key, notification_url=url
        )

    def close(self) -> None:
        self._connections.close()

    def _called(self, operation: str, arguments: dict[str, Any]) -> Any:
        try:
            return _method(self._square, operation)(**arguments, request_options=_ONCE)
        except ApiError as error:
            raise _refusal(error) from None


class AsyncPython(Python):
    """`square.AsyncSquare`, driven from a loop of its own."""

    def __init__(self, url: str, token: str) -> None:
        self._loop = asyncio.Runner()
        self._connections_there = httpx.AsyncClient()
        self._square_there = AsyncSquare(base_url=url, token=token, httpx_client=self._connections_there)

    def ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        answer = self._loop.run(self._called_there(operation, arguments))
        return _plain(answer.response if isinstance(answer, AsyncPager) else answer)

    def walk(self, operation: str, **arguments: Any) -> list[dict[str, Any]]:
        async def pages() -> list[dict[str, Any]]:
            pager = await self._called_there(operation, arguments)
            return [_plain(page.response) async for page in pager.iter_pages()]

        return self._loop.run(pages())

    def close(self) -> None:
        self._loop.run(self._connections_there.aclose())
        self._loop.close()

    async def _called_there(self, operation: str, arguments: dict[str, Any]) -> Any:
        try:
            return await _method(self._square_there, operation)(**arguments, request_options=_ONCE)
        except ApiError as error:
            raise _refusal(error) from None


class OldPython:
    """`square_legacy.client.Client`."""

    def __init__(self, url: str, token: str) -> None:
        bearer = BearerAuthCredentials(access_token=token)
        self._square = OldSquare(bearer_auth_credentials=bearer, environment="custom", custom_url=url)

    def ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        how = OPERATIONS[operation]
        method = getattr(getattr(self._square, how.api), operation)
        path = [arguments.pop(name) for name in how.path]
        answer = method(*path, arguments) if how.query is None else method(*path, **arguments)
        if answer.is_error():
            raise Refused(answer.status_code, answer.errors)
        body: dict[str, Any] = json.loads(answer.text)
        return body

    def walk(self, operation: str, **arguments: Any) -> list[dict[str, Any]]:
        pages = [self.ask(operation, **arguments)]
        while cursor := pages[-1].get("cursor"):
            pages.append(self.ask(operation, **arguments, cursor=cursor))
        return pages

    def accepts(self, *, body: str, signature: str, key: str, url: str) -> bool:
        return bool(is_valid_webhook_event_signature(body, signature, key, url))

    def close(self) -> None:
        session = self._square.config.http_client.session
        session.close()


def _method(square: Any, operation: str) -> Any:
    found = square
    for name in OPERATIONS[operation].call.split("."):
        found = getattr(found, name)
    return found


def _plain(response: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(response.json())
    return value


def _refusal(error: ApiError) -> Refused:
    assert error.status_code is not None
    return Refused(error.status_code, [json.loads(one.json()) for one in error.errors])
