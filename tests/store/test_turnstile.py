"""One writer at a time, in turn, across processes; a dead writer holds nobody up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regulars.store.turnstile import Turnstile

GREEDY = """
import sys, time
from pathlib import Path
from regulars.store.turnstile import Turnstile
turnstile = Turnstile(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    with turnstile.passed():
        time.sleep(0.010)
"""


@pytest.fixture
def greedy(tmp_path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", GREEDY, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.alone
def test_a_single_write_waits_for_one_turn_not_for_all(tmp_path: Path, greedy: subprocess.Popen[str]) -> None:
    """Beside a writer that takes the lock back at once, everybody else gets in after one turn of 10 ms."""
    turnstile = Turnstile(tmp_path)
    waits = []
    try:
        for _ in range(50):
            started = time.monotonic()
            with turnstile.passed():
                waits.append(time.monotonic() - started)
    finally:
        greedy.kill()
        greedy.communicate()
    assert sorted(waits)[len(waits) // 2] < 0.030
    turnstile.close()


def test_a_killed_writer_gives_its_locks_back(tmp_path: Path, greedy: subprocess.Popen[str]) -> None:
    """SIGKILL in the middle of a turn: the next writer gets in."""
    os.kill(greedy.pid, signal.SIGKILL)
    greedy.communicate()
    turnstile = Turnstile(tmp_path)
    with turnstile.passed():
        pass
    turnstile.close()
