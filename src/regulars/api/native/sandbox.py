"""`POST /sandbox/accounts`: what only a sandbox serves."""

from __future__ import annotations

import msgspec

from regulars.api.route import Answer, Call, Route
from regulars.directory import sandbox


def _add_account(call: Call) -> Answer:
    return Answer(msgspec.json.encode(sandbox.add_account(call.directory)))


ROUTES = (
    Route(
        name="addSandboxAccount",
        summary="A new account for one test, with a location and a token that may do everything there",
        dialect="native",
        method="POST",
        template="/sandbox/accounts",
        scope="admin",
        handle=_add_account,
        answer=sandbox.Seeded,
    ),
)
