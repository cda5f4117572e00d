"""A new data folder that everybody opens at the same instant: one schema, one secret, one default account."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from regulars.store import keyfile
from tests.proof_faults import consistent, running

TORTURE = os.environ.get("REGULARS_TORTURE") == "1"
PROCESSES = 8
ROUNDS = 500 if TORTURE else 30

KILLS = 400 if TORTURE else 24


def test_eight_processes_make_one_store(tmp_path: Path) -> None:
    """All of them succeed and agree, plain and encrypted, again and again."""
    key_file = tmp_path / "key"
    keyfile.create(key_file)
    openers = [
        running.start(tmp_path, ROUNDS, key_file, module="tests.proof_faults.opener")
        for _ in range(PROCESSES)
    ]
    try:
        assert [said_by(opener) for opener in openers] == ["ready"] * PROCESSES
        for number in range(ROUNDS):
            (tmp_path / f"go-{number}").touch()
            said = {said_by(opener) for opener in openers}
            assert len(said) == 1, (number, said)
            assert len(said.pop().split()[0]) == 64  # the secret, in hexadecimal digits
            key = key_file if number % 2 else None
            assert consistent.complaints(tmp_path / f"data-{number}", key_file=key) == []
        assert [opener.wait(timeout=30) for opener in openers] == [0] * PROCESSES
    finally:
        for opener in openers:
            running.end(opener)


def test_killed_while_it_makes_a_folder(tmp_path: Path) -> None:
    """SIGKILL at any moment of making a new data folder, plain or encrypted: the next start makes it whole."""
    key_file, chance = tmp_path / "key", random.Random("killed makers")
    keyfile.create(key_file)
    for turn in range(KILLS // PROCESSES):
        folders = [tmp_path / f"{turn}-{number}" for number in range(PROCESSES)]
        makers = [
            running.start(folder, 2, key_file, module="tests.proof_faults.opener") for folder in folders
        ]
        try:
            assert [said_by(maker) for maker in makers] == ["ready"] * PROCESSES
            for maker, folder in zip(makers, folders, strict=True):
                folder.mkdir()
                for number in (0, 1):  # first the plain one, then at once the encrypted one
                    (folder / f"go-{number}").touch()
                time.sleep(chance.uniform(0, 0.06))
                running.kill(maker)
        finally:
            for maker in makers:
                running.end(maker)
        for folder in folders:
            assert consistent.complaints(folder / "data-0") == []
            assert consistent.complaints(folder / "data-1", key_file=key_file) == []


def said_by(opener: running.Process) -> str:
    assert opener.stdout is not None
    return opener.stdout.readline().strip()
