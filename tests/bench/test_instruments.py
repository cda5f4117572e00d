"""The instruments: CPU time of other processes, alternating rounds, the client, nginx."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from regulars import errors
from regulars.app.bench import children, client, promises
from regulars.app.bench.processes import Tree
from regulars.app.bench.report import Figure
from regulars.app.bench.rounds import Effort, alternate

BUSY = "import subprocess, sys, time\nwhile time.process_time() < 0.2: pass\nprint(flush=True)\ninput()"
PARENT = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY!r}])"


def test_counts_the_cpu_time_of_a_tree() -> None:
    """What a child of the measured process uses is counted too."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()

        tree = Tree(process.pid)

        assert len(tree.pids) == 2
        assert 0.2e9 <= tree.cpu_nanoseconds() < 5e9
        assert all(memory.rss >= memory.pss > 0 for memory in tree.memories())
        process.communicate(b"\n")
    with pytest.raises(errors.Fatal):
        tree.cpu_nanoseconds()


def test_alternates() -> None:
    """Kinds take turns; the first two rounds warm up and tell how often, and are not counted."""
    order = []

    def kind(name: str, values: list[float]) -> float:
        order.append(name)
        return values.pop(0)

    slow, fast = [9000.0, 900.0, 5.0, 1.0, 3.0], [9000.0, 900.0, 2.0, 2.0, 2.0]
    effort = Effort(rounds=3, round_microseconds=1, starts=1, random_files=1, upserts=1)

    samples = alternate(
        {"a": lambda _: kind("a", slow), "b": lambda _: kind("b", fast)},
        effort=effort, what="", told=lambda what, done, of: None,
    )  # fmt: skip

    assert order == ["a", "b"] * 5
    assert (samples["a"].median, samples["a"].low, samples["a"].high) == (3.0, 1.0, 5.0)
    assert samples["b"].median == 2.0


def test_the_client_reads_answers_in_pieces() -> None:
    """An answer that comes in three pieces is one body; one that is not 200 is an error."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        threading.Thread(target=_answer_slowly, args=(listening,), daemon=True).start()

        with client.Client(port, width=1) as asking:
            assert asking.body(client.get("/")) == b"0123456789"
            with pytest.raises(errors.Fatal):
                asking.ask([client.get("/")])


def _answer_slowly(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(10_000)
        for piece in (b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 10\r\n\r\n012", b"3456789"):
            connection.sendall(piece)
            threading.Event().wait(0.02)
        connection.recv(10_000)
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def test_the_client_reads_chunks() -> None:
    """A chunked answer is one body, wherever it is cut, and the next one begins behind it."""
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n4;x=y\r\n6789\r\n0\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        threading.Thread(target=_answer_in_two, args=(listening, answer), daemon=True).start()

        with client.Client(port, width=1) as asking:
            bodies = [asking.body(client.get("/")) for _ in range(len(answer) - 1)]

    assert set(bodies) == {b"0123456789"}


def _answer_in_two(listening: socket.socket, answer: bytes) -> None:
    """The answer cut in another place each time."""
    connection, _ = listening.accept()
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(1, len(answer)):
            connection.recv(10_000)
            connection.sendall(answer[:at])
            threading.Event().wait(0.002)
            connection.sendall(answer[at:])


@pytest.mark.skipif(children.nginx_path() is None, reason="nginx is not installed")
def test_nginx_serves_the_bytes_and_ends(tmp_path: Path) -> None:
    """What it is given is what it serves; afterwards no process of it is left."""
    path = children.nginx_path()
    assert path is not None
    content = os.urandom(21_000)

    with children.nginx(path, tmp_path, {"first": content}) as child:
        pids = Tree(child.pid).pids
        with client.Client(child.port) as asking:
            assert asking.body(client.get("/first")) == content

    assert len(pids) == 2
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    """Its last words are in the error."""
    (tmp_path / "regulars.db").write_bytes(b"no store of ours" * 1000)

    with pytest.raises(errors.Fatal, match=r"did not start: .*regulars\.db"), children.serving(tmp_path):
        pass


def test_a_broken_promise_says_by_how_much() -> None:
    """Too slow is so many per cent above, too little so many below."""
    figures = [
        Figure("ratio.deep", "deep", 1.5, "x"),
        Figure("ingest.rate", "ingest", 5_000.0, "customers/s a core"),
    ]

    judged = {promise.key: promise for promise in promises.judged(figures)}

    assert (judged["ratio.deep"].kept, judged["ratio.deep"].short_by) == (False, "25 % above")
    assert (judged["ingest.rate"].kept, judged["ingest.rate"].short_by) == (False, "50 % below")
    assert judged["start.ready"].kept is None
