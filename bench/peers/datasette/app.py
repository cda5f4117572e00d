"""The peer `datasette`: one table and its full-text index, made by sqlite-utils, served by Datasette.

python app.py schema FILE | serve FILE PORT | ingest FILE | finish FILE
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import sqlite_utils

COLUMNS = {
    "id": int, "pos_ref": str, "first_name": str, "last_name": str, "company_name": str, "created_at": str,
    "updated_at": str, "emails": str, "phones": str, "addresses": str,
}  # fmt: skip
SEARCHED = ("first_name", "last_name", "company_name", "emails", "phones")


def schema(file: str) -> None:
    """The table, its indexes, its full-text index kept by triggers."""
    database = sqlite_utils.Database(file)
    database.enable_wal()
    table = database["customer"]
    table.create(COLUMNS, pk="id", not_null={"pos_ref"})
    table.create_index(["pos_ref"], unique=True)
    table.create_index(["updated_at"])
    table.enable_fts(SEARCHED, create_triggers=True)


def ingest(file: str) -> None:
    """Reads batches from standard input, one JSON array a line; each is one transaction, then a line is answered."""
    database = sqlite_utils.Database(file)
    for line in sys.stdin.buffer:
        database["customer"].insert_all(map(_row, json.loads(line)), batch_size=1_000)
        print("ok", flush=True)


def finish(file: str) -> None:
    """What whoever made such a file would do before serving it."""
    sqlite_utils.Database(file).execute("analyze")


def _row(customer: dict[str, Any]) -> dict[str, Any]:
    return {
        "pos_ref": customer["posRef"],
        "first_name": customer["firstName"],
        "last_name": customer["lastName"],
        "company_name": customer["companyName"],
        "created_at": customer["createdAt"],
        "updated_at": customer["updatedAt"],
        "emails": " ".join(one["email"] for one in customer["customerEmails"]),
        "phones": " ".join(one["phone"] for one in customer["customerPhones"]),
        "addresses": json.dumps(customer["customerAddresses"]),
    }


def _serve(file: str, port: str) -> None:
    program = os.path.join(os.path.dirname(sys.executable), "datasette")
    settings = {
        "sql_time_limit_ms": "60000", "suggest_facets": "off", "allow_facet": "off", "max_returned_rows": "1000",
        "default_cache_ttl": "0",
    }  # fmt: skip
    options = [word for name, value in settings.items() for word in ("--setting", name, value)]
    os.execv(  # noqa: S606  this process becomes the server
        program, [program, "serve", file, "--host", "127.0.0.1", "--port", port, *options]
    )


if __name__ == "__main__":
    what, file, *rest = sys.argv[1:]
    if what == "serve":
        _serve(file, rest[0])
    else:
        {"schema": schema, "ingest": ingest, "finish": finish}[what](file)
