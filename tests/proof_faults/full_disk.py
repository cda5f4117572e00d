"""What happens on a small disk that fills up, run as a program in a mount namespace of its own.

    unshare --map-root-user --mount python -m tests.proof_faults.full_disk FOLDER

Mounts a file system in memory on FOLDER; it is gone when the program ends, however it ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from tests.cli.running import Done
from tests.proof_faults import consistent, people, running
from tests.proof_faults.running import SHOP, Server

MEGABYTE = 2**20
DISK_MEGABYTES = 144
COUNT = 20_000  # more than can be imported before the room is taken


class Filler:
    """A file that takes the room away and gives it back."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "filler"

    def leave(self, bytes_left: int) -> None:
        """Takes all but so many bytes, at once."""
        with self._path.open("ab") as file:
            space = os.statvfs(self._path)
            wanted = space.f_bavail * space.f_frsize - bytes_left
            # Others write meanwhile: take what is left, in ever smaller pieces.
            while wanted > 0:
                try:
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, wanted)
                    break
                except OSError:
                    wanted //= 2

    def go(self) -> None:
        """There is room again."""
        self._path.unlink(missing_ok=True)


class Reader:
    """Somebody who reads pages all the time, and remembers what came."""

    def __init__(self, server: Server) -> None:
        self._server = Server(server.process, f":{server.port}", server.token)
        self.came: Counter[int] = Counter()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        paths = ("?page=3", "?search=smith", "?updatedAfter=2020-01-01T00:00:00Z")
        number = 0
        while not self._is_over.is_set():
            status, body = self._server.get(f"/pos/v2/{SHOP}/customers{paths[number % 3]}")
            self.came[status if body.get("results") else 0] += 1
            number += 1

    def stop(self) -> None:
        """No more."""
        self._is_over.set()
        self._thread.join()
        self._server.close()


def check_refusal(done: Done) -> None:
    """Stopped because of the disk, in words."""
    assert running.is_sentence(done), done
    assert "full" in done.talk, done


def check_state(data: Path, server: Server, *, total: int) -> None:
    """All that was there is there, whole, and can be asked for by everybody."""
    assert consistent.complaints(data, contents=False) == []
    assert server.total() == running.well(data, "stats")["customers"] >= total


def check_what_goes_on(data: Path, server: Server, *, total: int) -> None:
    """On a full disk the server answers, says that it is not ready, and nothing can be written."""
    check_state(data, server, total=total)
    assert server.get("/healthz")[0] == 200
    time.sleep(1.1)  # how long an answer of readyz is kept
    status, _ = server.get("/readyz")
    assert status == 503
    check_refusal(running.run(data, "location", "add", 99, "--country", "US"))
    assert "disk\t" in running.run(data, "doctor").out


def fill_while_importing(
    data: Path, server: Server, filler: Filler, file: Path, *, bytes_left: int, after: int
) -> None:
    """The room goes when the import has brought so many; it stops with a sentence, while somebody reads on."""
    before = running.well(data, "stats")
    url = f"/pos/v2/{SHOP}/customers?updatedAfter={before['last_change_at']}&pageSize=1"
    reader = Reader(server)
    command = running.start("--data", data, "import", file, "--location", SHOP)
    try:
        while server.get(url)[1]["meta"]["totalCount"] < after:
            assert command.poll() is None, command.communicate()
        filler.leave(bytes_left)
        out, talk = command.communicate(timeout=60)
    finally:
        running.end(command)
        reader.stop()
    check_refusal(Done(command.returncode, out, talk))
    filler.leave(bytes_left)  # what the import's log has given back when it ended
    assert running.well(data, "stats")["changes"] >= before["changes"] + after
    assert reader.came.keys() == {200}, reader.came
    assert reader.came[200] > 10


def scene(folder: Path) -> None:
    """A shop's disk fills up in the middle of an import, twice; then somebody makes room."""
    data, filler = folder / "data", Filler(folder)
    nobody_has_it_open(folder, filler)
    token = running.settle_in(data)
    files = {
        version: people.file(folder.parent / f"{version}.jsonl", COUNT, version=version) for version in (1, 2)
    }
    first = running.well(data, "import", people.file(folder.parent / "0.jsonl", 300), "--location", SHOP)
    assert first["created"] == 300
    with running.serving(data, token) as server:
        fill_while_importing(data, server, filler, files[1], bytes_left=12 * MEGABYTE, after=500)
        check_what_goes_on(data, server, total=300)
        filler.go()
        fill_while_importing(data, server, filler, files[2], bytes_left=0, after=500)
        check_what_goes_on(data, server, total=300)
    with running.serving(data, token) as server:  # started on the full disk
        check_what_goes_on(data, server, total=300)
        filler.go()
        assert running.well(data, "import", files[2], "--location", SHOP)["read"] == COUNT
        check_state(data, server, total=COUNT)
        running.wait_until(server.answers)
    assert consistent.complaints(data) == []
    cannot_be_written(folder, data, token)


def nobody_has_it_open(folder: Path, filler: Filler) -> None:
    """Without a byte of room even a log to read by cannot be made: every command says so, and leaves all as it is."""
    data = folder / "quiet"
    token = running.settle_in(data)
    filler.leave(0)
    for words in (
        ["stats"],
        ["serve", "--port", "0"],
        ["backup", folder / "backup.db"],
        ["import", __file__],
    ):
        check_refusal(running.run(data, *words, *(["--location", SHOP] if words[0] == "import" else [])))
    key = running.run(data, "--key-file", folder / "key", "key", "create")
    assert running.is_sentence(key), key
    assert not (folder / "key").exists()
    assert "store: Make room" in running.run(data, "doctor").talk
    filler.go()
    with running.serving(data, token) as server:
        assert server.total() == 0
    assert consistent.complaints(data) == []


def cannot_be_written(folder: Path, data: Path, token: str) -> None:
    """A file system that turned read-only: refused in words, and all is there when it has turned back."""
    readonly = ["mount", "-o", "remount,ro", str(folder)]
    # The server's last process may still be closing its files.
    running.wait_until(lambda: subprocess.run(readonly, check=False, capture_output=True).returncode == 0)
    for words in (
        ["stats"],
        ["location", "add", "7", "--country", "US"],
        ["serve", "--port", "0"],
        ["doctor"],
    ):
        done = running.run(data, *words)
        assert done.code == 1, done
        assert not running.has_surprise(done.talk), done
    subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
    with running.serving(data, token) as server:
        check_state(data, server, total=COUNT)


def main(folder: Path) -> None:
    """Mounts the small disk, and plays the scene on it."""
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=0700", "tmpfs", str(folder)], check=True
    )
    scene(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
