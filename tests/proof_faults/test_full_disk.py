"""A disk fills up in mid-import: reads go on, nothing is half-written, and with room again the import completes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.proof_faults import running

# As root without the first, as anybody with it, where the kernel permits.
NAMESPACES = (["unshare", "--map-root-user", "--mount"], ["unshare", "--mount"])
SECONDS_MAX = 240


def own_mounts() -> list[str]:
    """The command before a command that lets it mount what nobody else sees; skips the test where none works."""
    for command in NAMESPACES:
        try:
            probe = [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
            if subprocess.run(probe, check=False, capture_output=True, timeout=10).returncode == 0:
                return command
        except OSError:
            continue
    pytest.skip("this machine lets a test mount nothing, so no small disk can be made")


def test_a_full_disk_stops_writing_only(tmp_path: Path) -> None:
    """An import beside a server meets the end of the disk, first politely, then in the middle of a write."""
    command = [*own_mounts(), sys.executable, "-m", "tests.proof_faults.full_disk", str(tmp_path / "disk")]

    played = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=SECONDS_MAX, cwd=running.ROOT,
        env=running.ENVIRONMENT,
    )  # fmt: skip

    assert played.returncode == 0, played.stderr
