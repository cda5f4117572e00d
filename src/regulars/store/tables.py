"""Which tables there are, and of whom: what is copied from one engine to the other, and how Citus spreads it.

A test compares these lists with both engines' catalogues.
"""

from __future__ import annotations

from typing import Final

# Of one account: `account_id` begins every key, every statement pins it. Parents before what hangs on them.
TENANT: Final = (
    "account",
    "location",
    "source",
    "customer",
    "doc",
    "extra",
    "record",
    "edited",
    "tombstone",
    "bucket",
    "merger",
    "merged",
    "customer_set",
    "member",
    "definition_counter",
    "definition",
    "definition_gone",
    "attribute",
    "attribute_term",
    "quarantine",
    "answer",
    "event_counter",
    "event",
    "event_object",
    "subscription",
    "pull",
    "pull_run",
    "sighting",
    "suppressed",
    "pinned",
    "heard",
    "wanted",
)

# Of the whole store, and small: secrets and numbers of the store, and what is looked up before an account is known.
SHARED: Final = ("meta", "counter", "account_name", "token", "hook")

# The search indexes. Each engine has its own kind, made from the customers; nothing is in them that is not elsewhere.
SEARCH: Final = ("find", "part")

# What was done to the store itself, not to what is in it.
OWN: Final = ("migration",)
