"""`rel="next"`: how a client walks changes without missing one (docs/decisions/0003).

The next request asks page 1 again, after the last change of this page: whatever changes meanwhile moves behind that
point and is still to come, whereas page 2 of the old question would begin one customer too late.
"""

from __future__ import annotations

from urllib.parse import quote

from regulars.api import query
from regulars.model import instant

# What may stand in a query as it is (RFC 3986, section 3.4), and `%`, which what came uses already.
_KEPT = "%!$'()*+,;:@/?-._~=&"


def next_link(place: str, raw_query: str, *, last_updated_at: int, by_offset: bool) -> tuple[str, str]:
    """The Link header: the same URL, from its first page, after `last_updated_at` (microseconds since 1970).

    `place` is the request's path. The reference begins with it: no host, so that it holds behind any proxy. Every
    other parameter is kept as it was sent, also those that we do not know.
    """
    start = ("offset", "0") if by_offset else ("page", "1")
    replaced = {start[0], "updatedAfter"}
    kept = [pair for name, pair in query.pairs(raw_query) if name not in replaced]
    after = quote(instant.text(last_updated_at), safe="")
    # What a client sent raw, such as `>`, could end the reference early.
    safe = [quote(pair.encode("latin-1", "replace"), safe=_KEPT) for pair in kept]
    return (
        "link",
        f'<{quote(place)}?{"&".join([*safe, "=".join(start), "updatedAfter=" + after])}>; rel="next"',
    )
