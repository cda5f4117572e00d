"""A kind of source as another package brings it: a till whose webhooks are signed like most are."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from regulars.directory import Directory, hooks, sealing
from regulars.model.pulling import NewPull
from regulars.store import places, pulls

SECRET = "whsec_invented"
NAME = "invented-till"
_MODULE = """
import hashlib
import hmac
import json

from regulars import errors, limits
from regulars.sources.contract import Heard, Hook, Kind


def hook(sent: Hook) -> Heard:
    if "break" in sent.headers.get("x-till-mode", ""):
        raise KeyError(sent.body)
    at, _, signature = sent.headers.get("x-till-signature", "").partition(",")
    signed = f"{at}.{sent.url}.".encode() + sent.body
    expected = hmac.new(sent.secret.encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        raise errors.Unauthorised("Wrong signature", reason="unknown")
    if abs(sent.now - int(at)) > limits.HOOK_AGE_SECONDS_MAX:
        raise errors.Unauthorised("Too old", reason="unknown")
    try:
        said = json.loads(sent.body)
        return Heard(said["event"], tuple(said["refs"]), tuple(said.get("erased", ())))
    except (ValueError, KeyError):
        raise errors.Invalid("No event", rule="not_json") from None


KIND = Kind(
    name="invented-till", summary="A till of the tests", proof="live", open=None, is_incremental=True,
    deletes="none", hook=hook,
)
"""


def install(folder: Path) -> None:
    """The package, as pip would leave it in a folder of the import path."""
    (folder / "invented_till.py").write_text(_MODULE)
    info = folder / "invented_till-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: invented-till\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[regulars.sources]\ninvented-till = invented_till:KIND\n")


def connect(
    directory: Directory,
    account_id: int,
    location_id: int,
    name: str = "till",
    *,
    secret: str | None = SECRET,
    kind: str = NAME,
) -> int:
    """A connected source of this kind; its number. It is due in a long time."""
    store = directory.store
    sealed = None if secret is None else sealing.seal(directory, account_id, name, secret)
    new = NewPull(
        kind=kind,
        name=name,
        location_id=location_id,
        url="https://till.example.com",
        options={},
        secret=None,
        hook_secret=sealed,
        every_seconds=300,
        full_every_seconds=86_400,
        budget_requests=None,
        budget_milliseconds=None,
        fail_percent=10,
        vanish_percent=10,
    )
    with store.write():
        source_id = places.source_id(store, account_id, name) or places.add_source(store, account_id, name)
        pulls.add(store, account_id, source_id, new, now=directory.clock())
        store.connection.execute("UPDATE pull SET next_at = ?", (directory.clock() + 10**12,))
    return source_id


def opened(directory: Directory, account_id: int, source_id: int) -> str:
    """The path of its hook."""
    return hooks.PATH + hooks.open(directory, account_id, source_id)


def body(event: str = "evt-1", *refs: str) -> bytes:
    return json.dumps({"event": event, "refs": refs, "customer": {"name": "Ada Example"}}).encode()


def signed(content: bytes, url: str, *, at: int, secret: str = SECRET) -> dict[str, Any]:
    """The headers of a genuine webhook."""
    signature = hmac.new(secret.encode(), f"{at}.{url}.".encode() + content, hashlib.sha256).hexdigest()
    return {"X-Till-Signature": f"{at},{signature}"}
