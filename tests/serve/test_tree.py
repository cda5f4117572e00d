"""One process tree: it begins whole, ends whole, and there is one for a data folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regulars import errors
from regulars.app import serving_locks, serving_ports
from tests.serve.tree import HOST, Server, drain, is_alive, parsed, port_of, serving, start, stop, until

EVERYWHERE = "0.0.0.0"  # noqa: S104  # nothing is bound to it

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at processes through /proc"
)


def test_a_killed_server_leaves_nothing_behind(tmp_path: Path) -> None:
    """Two seconds after SIGKILL no process of it runs, its port is free, and a new server starts on the same folder."""
    with serving(tmp_path) as server:
        family = server.family()
        assert len(server.workers()) == 2
        idle = server.connection()

        os.kill(server.pid, signal.SIGKILL)

        assert until(lambda: not any(map(is_alive, family)), seconds=2)
        idle.close()
        assert serving_ports.choose(HOST, server.port).port == server.port
        began = time.monotonic()
        with serving(tmp_path, port=server.port) as again:
            assert again.get("/healthz")[0] == 200
            assert time.monotonic() - began < 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_server_ends_well(tmp_path: Path, number: int) -> None:
    """Exit code 0, nothing left, though a client sits there and says nothing."""
    with serving(tmp_path) as server:
        family = server.family()
        with server.connection() as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert idle.recv(12) == b"HTTP/1.1 200"

            assert stop(server, number) == 0

        assert until(lambda: not any(map(is_alive, family)), seconds=2)
        assert server.process.stderr is not None
        assert server.process.stderr.read() == ""


def test_a_dead_worker_is_replaced(tmp_path: Path) -> None:
    """The other goes on answering, and soon there are two again."""
    with serving(tmp_path) as server:
        first, second = server.workers()

        os.kill(first, signal.SIGKILL)

        assert until(lambda: len(set(server.workers()) - {first, second}) == 1, seconds=5)
        assert second in server.workers()
        assert until(lambda: all(_answers(server) for _ in range(20)), seconds=10)
        assert stop(server) == 0


def _answers(server: Server) -> bool:
    try:
        return server.get("/readyz")[0] == 200
    except (OSError, IndexError):
        return False


def test_a_worker_that_dies_again_and_again_ends_the_server(tmp_path: Path) -> None:
    """With 1, and nothing is left."""
    with serving(tmp_path, workers=1) as server:
        family = server.family()
        [first] = server.workers()
        os.kill(first, signal.SIGKILL)
        assert until(lambda: server.workers() not in ([], [first]), seconds=5)
        [second] = server.workers()
        os.kill(second, signal.SIGKILL)

        assert server.process.wait(timeout=15) == 1
        assert until(lambda: not any(map(is_alive, [*family, second])), seconds=2)


def test_a_running_request_may_finish(tmp_path: Path) -> None:
    """SIGTERM while a request's head is still coming: its answer comes whole."""
    with serving(tmp_path, workers=1) as server, server.connection() as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /openapi.json HTTP/1.1\r\n")
        assert client.recv(4_096).startswith(b"HTTP/1.1 200")

        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        client.sendall(b"Host: localhost\r\nConnection: close\r\n\r\n")
        answer = drain(client)

        assert server.process.wait(timeout=15) == 0
        assert answer == b"" or parsed(answer)[0] == 200


def test_a_second_server_is_told_who_serves(tmp_path: Path) -> None:
    """With the process number, after waiting for one that might be ending."""
    with serving(tmp_path, workers=1) as server:
        holder = rf"process {server.pid}, since 20\d\d-"
        with pytest.raises(errors.Fatal, match=holder), serving_locks.server(tmp_path, seconds=0.1):
            pass
        assert server.get("/readyz")[0] == 200


def test_a_second_server_waits_for_the_first_to_end(tmp_path: Path) -> None:
    """As when one is restarted: the new one starts while the old one still ends."""
    with serving(tmp_path, workers=1) as server:
        second = start(tmp_path, workers=1)
        time.sleep(0.3)
        stop(server)
        try:
            assert port_of(second)
        finally:
            second.terminate()
            second.communicate(timeout=15)


def test_a_last_worker_counts_as_a_server(tmp_path: Path) -> None:
    """While one shares the lock, nobody else serves; another worker may."""
    file = serving_locks.share(tmp_path, seconds=0)
    other = serving_locks.share(tmp_path, seconds=0)

    with pytest.raises(errors.Fatal, match="Another server"), serving_locks.server(tmp_path, seconds=0):
        pass
    os.close(file)
    os.close(other)
    with serving_locks.server(tmp_path, seconds=0):
        os.close(serving_locks.share(tmp_path, seconds=0))


def test_a_lock_file_that_says_nothing(tmp_path: Path) -> None:
    """Then it is just another server."""
    with serving_locks.server(tmp_path, seconds=0):
        (tmp_path / "serve.lock").write_bytes(b"")
        with (
            pytest.raises(errors.Fatal, match=r"^Another server serves"),
            serving_locks.server(tmp_path, seconds=0),
        ):
            pass


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """Is said in words."""
    (tmp_path / "file").touch()

    with (
        pytest.raises(errors.Fatal, match="cannot be made"),
        serving_locks.server(tmp_path / "file" / "data"),
    ):
        pass


def test_a_taken_port_is_said_in_words(tmp_path: Path) -> None:
    """Also one that would let itself be shared, as granian's would; and nothing was started."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]

        for host in (HOST, "localhost", EVERYWHERE):
            with pytest.raises(errors.Fatal, match=f"Port {port} at .* is taken"):
                serving_ports.choose(host, port)
        assert serving_ports.next_free(HOST, port).port > port
        process = start(tmp_path / "data", port=port)
        assert process.communicate(timeout=20)[1] == f"fatal: Port {port} at 127.0.0.1 is taken\n"
        assert process.returncode == 1
        assert not (tmp_path / "data").exists()


def test_any_free_port() -> None:
    """Port 0."""
    assert serving_ports.choose(HOST, 0).port > 0
    assert serving_ports.choose(HOST, 0).url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "a" * 300, "256.1.1.1"])
def test_a_host_that_is_not_ours(host: str) -> None:
    """Is said in words."""
    with pytest.raises(errors.Fatal):
        serving_ports.choose(host, 0)


def test_addresses_as_this_machine_reaches_them() -> None:
    """Every address is also its own."""
    assert serving_ports.Address(EVERYWHERE, 80).url == "http://127.0.0.1:80"
    assert serving_ports.Address("::", 80).url == "http://[::1]:80"
    assert serving_ports.Address("192.0.2.1", 80).url == "http://192.0.2.1:80"


def test_a_store_that_cannot_be_opened_starts_no_worker(tmp_path: Path) -> None:
    """The sentence comes from the server itself, at once."""
    (tmp_path / "regulars.db").write_bytes(b"no store of ours" * 1_000)

    process = start(tmp_path)
    _out, talk = process.communicate(timeout=20)

    assert process.returncode == 1
    assert talk.startswith("fatal: ")
    assert "Traceback" not in talk


def test_a_worker_without_its_server_ends() -> None:
    """Even if the server ended before the worker could ask for a signal."""
    program = "from regulars.app import serving_worker; serving_worker.end_with(1 << 22); print('alive')"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False
    )

    assert (done.returncode, done.stdout) == (1, "")
