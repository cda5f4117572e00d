"""Status lines, as WSGI wants them."""

from __future__ import annotations

from http import HTTPStatus

LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
