"""Runs another program that must not outlive us: `python -I leash.py PROGRAM ARGUMENTS`.

It is run as a program of its own, and imports nothing of ours. Its standard input is a pipe that we hold: when it
closes, however we died, the program and all that it started are killed. Exit codes 126 and 127 are the shell's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """The program's exit code; 128 and the signal's number when one ended it."""
    try:
        child = subprocess.Popen(
            sys.argv[1:], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
    except FileNotFoundError:
        return 127
    except OSError:
        return 126
    threading.Thread(target=_watch, args=(child.pid,), daemon=True).start()
    # Only the program writes: when it is gone, whoever reads is told so at once.
    os.close(1)
    code = child.wait()
    _kill(child.pid)
    return 128 - code if code < 0 else code


def _watch(group: int) -> None:
    while os.read(0, 1):
        pass
    _kill(group)


def _kill(group: int) -> None:
    """The program's whole group: a wrapper script's child, too."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    # Not sys.exit: nothing is to be flushed, and the watching thread must not hold us up.
    os._exit(main())
