"""The real network: urllib3 with deadlines, bounded answers, certificates checked, no redirect, no proxy of chance."""

from __future__ import annotations

import time

import urllib3

import regulars
from regulars import errors, limits
from regulars.sources.http import Request, Response

_PIECE = 65_536


class Network:
    """Connections that are kept open for the next page. One thread."""

    def __init__(self, *, seconds: float = limits.SOURCE_ANSWER_SECONDS_MAX) -> None:
        self._seconds = seconds
        self._pool = urllib3.PoolManager(
            num_pools=4,
            maxsize=1,
            timeout=urllib3.Timeout(connect=min(10.0, seconds), read=seconds),
            retries=False,
        )

    def send(self, request: Request) -> Response:
        """The whole answer; raises Retriable for what the network does."""
        deadline = time.monotonic() + self._seconds
        try:
            answer = self._pool.request(
                request.method,
                request.url,
                body=request.body,
                headers={"user-agent": f"regulars/{regulars.__version__}", **request.headers},
                redirect=False,
                preload_content=False,
                decode_content=True,
            )
            try:
                body = _whole(answer, deadline)
            except BaseException:
                answer.close()
                raise
            answer.release_conn()
        except urllib3.exceptions.LocationValueError:
            raise errors.Fatal(
                "The source's address is none", hint="Give it as --url https://host/…"
            ) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise errors.Retriable(f"The source could not be asked: {type(error).__name__}") from None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status, headers, body)

    def close(self) -> None:
        """Closes every connection."""
        self._pool.clear()


def _whole(answer: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """The body, whole: a piece at a time, so that neither a flood nor a trickle goes on for ever."""
    pieces = []
    size = 0
    while piece := answer.read(_PIECE):
        size += len(piece)
        if size > limits.SOURCE_ANSWER_BYTES_MAX:
            raise errors.Retriable("The source's answer is too long")
        if time.monotonic() > deadline:
            raise errors.Retriable("The source's answer takes too long")
        pieces.append(piece)
    return b"".join(pieces)
