"""The command `regulars`: data on stdout, talk on stderr, and an exit code that says how it went."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    from regulars.cli import program

    program.app()
    sys.exit(0)


__all__ = ["main"]
