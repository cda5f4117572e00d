"""Webhooks through the whole server: the bytes that were signed are the bytes that are judged."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from regulars.directory import hooks
from regulars.store import pulls
from tests.api import till
from tests.api.shop import HERE
from tests.directory.world import opened, settle_in
from tests.serve.tree import parsed, serving


def test_a_signed_webhook_over_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or in pieces it is heard, by a kind that another package brings; a forged one is 401, a stray one 404."""
    packages = tmp_path / "packages"
    packages.mkdir()
    till.install(packages)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(packages), os.environ.get("PYTHONPATH", "")]))
    data = tmp_path / "data"
    with opened(data) as directory:
        account = settle_in(directory, HERE)
        source_id = till.connect(directory, account.account_id, HERE)
        path = till.opened(directory, account.account_id, source_id)

    def request(
        content: bytes, *, path: str = path, chunked: bool = False, secret: str = till.SECRET
    ) -> bytes:
        signature = till.signed(
            content, f"https://shop.example.com{path}", at=int(time.time()), secret=secret
        )
        lines = [
            f"POST {path} HTTP/1.1", "Host: shop.example.com", "Connection: close",
            "Content-Type: application/x-www-form-urlencoded",
            *(f"{name}: {value}" for name, value in signature.items()),
            "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(content)}",
        ]  # fmt: skip
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content) if chunked else content
        return "\r\n".join([*lines, "", ""]).encode() + body

    with serving(data) as server:
        asked = [
            request(till.body("evt-1", "C-1")),
            request(till.body("evt-2", "C-é") + b"\n", chunked=True),
            request(till.body("evt-1", "C-1")),
            request(till.body("evt-3", "C-3"), secret="other"),
            request(till.body("evt-3", "C-3"), path=hooks.PATH + "hk_" + "A" * 43),
        ]
        answers = [parsed(server.ask(each)) for each in asked]

    assert [status for status, _ in answers] == [200, 200, 200, 401, 404]
    with opened(data) as directory, directory.store.read():
        wanted = pulls.wanted(directory.store, account.account_id, source_id, limit=9)
    assert sorted(one.ref for one in wanted) == ["C-1", "C-é"]
