"""The searches of Square's dialect that are measured: one for each way in which they find who fits."""

from __future__ import annotations

from typing import Any

from msgspec import json

from regulars.app.bench.client import Client, get, post
from regulars.app.bench.loading import Made

PATH = "/v2/customers/search"
_LIMIT = 50  # as the pages that stand beside it

# (key, what, the filter with words that stand for somebody's, whether to count)
SEARCHES: tuple[tuple[str, str, dict[str, Any], bool], ...] = (
    ("email", "an exact e-mail", {"email_address": {"exact": "EMAIL"}}, False),
    ("reference", "an exact reference", {"reference_id": {"exact": "REFERENCE"}}, False),
    ("piece", "a piece of an e-mail that one has", {"email_address": {"fuzzy": "PIECE"}}, False),
    ("dense", "a piece of an e-mail that many have: mail", {"email_address": {"fuzzy": "mail"}}, False),
    ("phone", "four digits of a phone: 4240", {"phone_number": {"fuzzy": "4240"}}, False),
    (
        "both", "mail in the e-mail, 4240 in the phone",
        {"email_address": {"fuzzy": "mail"}, "phone_number": {"fuzzy": "4240"}}, False,
    ),
    ("set", "a creation source that all have: IMPORT", {"creation_source": {"values": ["IMPORT"]}}, False),
    ("none", "a creation source that none has: LOYALTY", {"creation_source": {"values": ["LOYALTY"]}}, False),
    ("count", "four digits of a phone, with count", {"phone_number": {"fuzzy": "4240"}}, True),
)  # fmt: skip


def requests(made: Made, client: Client) -> dict[str, tuple[str, bytes]]:
    """By key: what it is, and the request."""
    words = _words(made, client)
    return {
        key: (what, _request(made, _filled(filter, words), count)) for key, what, filter, count in SEARCHES
    }


def _request(made: Made, filter: dict[str, Any], count: bool) -> bytes:
    body = {"limit": _LIMIT, "query": {"filter": filter}, "count": count}
    return post(PATH, made.token, json.encode(body))


def _words(made: Made, client: Client) -> dict[str, str]:
    """Somebody with an e-mail, from the first page of the list."""
    page = json.decode(client.body(get("/v2/customers?limit=100&sort_field=CREATED_AT", made.token)))
    one = next(one for one in page["customers"] if "email_address" in one)
    email = one["email_address"]
    return {"EMAIL": email, "REFERENCE": one["reference_id"], "PIECE": email.partition("@")[0][1:]}


def _filled(filter: dict[str, Any], words: dict[str, str]) -> dict[str, Any]:
    return {
        field: {
            name: words.get(text, text) if isinstance(text, str) else text for name, text in asked.items()
        }
        for field, asked in filter.items()
    }
