"""`/hooks/{hook_id}`: where points of sale tell of changes. Who sends is known by the id, and by the signature."""

from __future__ import annotations

import re

from msgspec import Struct

from regulars.api.parameters import PathText
from regulars.api.route import Answer, Call, Route
from regulars.directory import hooks
from regulars.directory.hooks import Sent

HOOK = PathText(name="hook_id", description="The id that was shown when the source was added.")

_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:_]{1,255}", re.ASCII)


class HeardWebhook(Struct):
    """It was heard, now or before."""


def hear(call: Call) -> Answer:
    """Heard; whom it speaks of is fetched in the background."""
    hooks.hear(call.directory, call.path[HOOK.name], Sent(_urls(call), call.headers, call.body))
    return Answer(b"{}")


def _urls(call: Call) -> list[str]:
    """What its sender calls this address: Square signs that, too.

    By the setting, else by what the request says of it. A proxy may say neither whether it was asked by TLS nor under
    which name; who has not the key can sign under no name at all, so it is safe to try.
    """
    behind = call.place + (f"?{call.query}" if call.query else "")
    public = call.inside.webhooks.public_url
    if public is not None:
        return [public + behind]
    named = [call.headers.get(name, "").partition(",")[0].strip() for name in ("x-forwarded-host", "host")]
    hosts = dict.fromkeys(name for name in named if _HOST.fullmatch(name))
    return [f"{scheme}://{host}{behind}" for host in hosts for scheme in ("https", "http")] or [behind]


ROUTES: tuple[Route, ...] = (
    Route(
        name="hearWebhook",
        summary="A webhook of a connected source",
        dialect="native",
        method="POST",
        template=hooks.PATH + "{hook_id}",
        scope="hook",
        handle=hear,
        body=bytes,
        answer=HeardWebhook,
        parameters=(HOOK,),
    ),
)
