"""Keeps one PostgreSQL for the process that started it: ends it, and takes its folder away, when that one is gone.

A program, not a module: `python postgres_keeper.py FOLDER [UID GID] -- postgres …`. On its standard output it says
the number of the process it started. It ends when "stop" comes on standard input, or when that is closed, which it is
however its starter dies; only then is the folder of no use to anybody and goes too.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading

_STOP_SECONDS = 25


def main(arguments: list[str]) -> int:
    """Runs until the server ends, or until it is to be ended."""
    cut = arguments.index("--")
    folder, *owner = arguments[:cut]
    server = _started(arguments[cut + 1 :], folder, [int(number) for number in owner])
    sys.stdout.write(f"{server.pid}\n")
    sys.stdout.flush()
    told: list[bytes] = []
    listener = threading.Thread(target=_listen, args=(server, told), daemon=True)
    listener.start()
    code = server.wait()
    if told == [b""]:
        shutil.rmtree(folder, ignore_errors=True)
    return abs(code)


def _started(command: list[str], folder: str, owner: list[int]) -> subprocess.Popen[bytes]:
    if not owner:
        return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=2)
    uid, gid = owner
    return subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=2, user=uid, group=gid, extra_groups=[]
    )


def _listen(server: subprocess.Popen[bytes], told: list[bytes]) -> None:
    told.append(os.read(0, 1))  # not by sys.stdin, whose lock would outlast a server that ends by itself
    os.kill(server.pid, signal.SIGINT)  # open connections are ended, what is committed is written
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.kill(server.pid, signal.SIGQUIT)


if __name__ == "__main__":
    # Whoever ends the tests from a terminal ends them, and they end this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(main(sys.argv[1:]))
