"""What a request costs each of them: application and database, in alternating rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec import Struct

from bench.peers.contenders import Asked, Contender, Kind, kinds
from bench.peers.filling import middle, ours
from bench.peers.postgres import Cluster
from regulars import errors
from regulars.app.bench import children, client, inside, loading
from regulars.app.bench.children import Child
from regulars.app.bench.client import Client, anew
from regulars.app.bench.loading import Plan
from regulars.app.bench.processes import Tree
from regulars.app.bench.report import Sample
from regulars.app.bench.rounds import Told, sample
from regulars.app.opening import open_directory
from regulars.directory import tokens
from regulars.model import instant


class Effort(Struct, frozen=True):
    """How long: rounds of each kind, the CPU seconds that a round is to take, requests of a round at most."""

    rounds: int
    round_seconds: float
    requests_max: int
    ingest_rounds: int
    ingest_batches: int  # of each round
    ingest_rows: int  # of each batch


QUICK = Effort(
    rounds=2, round_seconds=0.02, requests_max=32, ingest_rounds=2, ingest_batches=1, ingest_rows=100
)
FULL = Effort(
    rounds=5, round_seconds=0.3, requests_max=400, ingest_rounds=5, ingest_batches=2, ingest_rows=1_000
)
_WARM = 16
# A request that takes this long is not warmed up, and asked in so few rounds.
_DEAR_SECONDS, _DEAR_ROUNDS = 1.0, 3


class Cell(Struct, frozen=True):
    """What one kind costs one of them, CPU milliseconds a request, and how many customers its answer told of."""

    contender: str
    cost: Sample
    total: int | None


class Row(Struct, frozen=True):
    """One kind of request, and those that can answer it."""

    key: str
    what: str
    cells: list[Cell]

    def cell(self, contender: str) -> Cell | None:
        """Of this one; None when it was not asked."""
        return next((cell for cell in self.cells if cell.contender == contender), None)


class Server:
    """One of them, running."""

    def __init__(
        self, contender: Contender, child: Child, client: Client, cluster: Cluster | None, asked: Asked
    ) -> None:
        self.contender = contender
        self._tree = Tree(child.pid)
        self._client = client
        self._cluster = cluster if contender.uses_postgres else None
        self._asked = asked

    def request(self, kind: Kind) -> bytes | None:
        """The request of this kind, None when it has no such thing."""
        return self.contender.request(kind, self._asked)

    def total(self, request: bytes) -> int | None:
        """How many customers its answer tells of."""
        with self._named():
            return self.contender.total(self._client.body(request))

    def seconds(self, request: bytes, times: int) -> float:
        """CPU time of one such request."""
        requests = [anew(request) for _ in range(times)]  # that ours keeps answers is not to be measured here
        before = self._used()
        with self._named():
            self._client.ask(requests)
        return (self._used() - before) / times / 1e9

    def memory_bytes(self) -> int:
        """What its own processes hold, shared pages once; the database's not counted."""
        return sum(memory.pss for memory in self._tree.memories())

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except errors.Fatal as error:
            raise errors.Fatal(f"{self.contender.key}: {error}") from error

    def _used(self) -> int:
        database = self._cluster.cpu_nanoseconds() if self._cluster else 0
        return database + self._tree.cpu_nanoseconds()


@contextmanager
def servers(
    contenders: Sequence[Contender], cluster: Cluster | None, folder: Path, plan: Plan
) -> Iterator[list[Server]]:
    """All of them, running at the same time; only one is ever asked."""
    with ExitStack() as stack:
        found = []
        for contender in contenders:
            if contender.is_ours:
                database = ours(contender, cluster)
                asked = _asked_of_ours(folder / contender.key, plan, database)
                child = stack.enter_context(children.serving(folder / contender.key, database=database))
            else:
                asked = Asked(middle(plan))
                child = stack.enter_context(_serving(contender, cluster, folder))
            connections = stack.enter_context(Client(child.port))
            found.append(Server(contender, child, connections, cluster, asked))
        yield found


def rows(servers: Sequence[Server], plan: Plan, effort: Effort, told: Told) -> list[Row]:
    """Every kind, asked of everybody in turn."""
    every = kinds(plan.customers)
    found = []
    for at, kind in enumerate(every):
        told("asking", at, len(every))
        found.append(_row(servers, kind, effort))
    told("asking", len(every), len(every))
    return found


def _row(servers: Sequence[Server], kind: Kind, effort: Effort) -> Row:
    asked = [(server, request) for server in servers if (request := server.request(kind)) is not None]
    totals = {server.contender.key: server.total(request) for server, request in asked}
    times = {server.contender.key: _times(server.seconds, request, effort) for server, request in asked}
    seen: dict[str, list[float]] = {key: [] for key in times}
    for at in range(effort.rounds):
        for server, request in asked:
            key = server.contender.key
            if at < _DEAR_ROUNDS or min(seen[key]) < _DEAR_SECONDS * 1000:
                seen[key].append(server.seconds(request, times[key]) * 1000)
    return Row(kind.key, kind.what, [Cell(key, sample(costs), totals[key]) for key, costs in seen.items()])


def _times(seconds: Callable[[bytes, int], float], request: bytes, effort: Effort) -> int:
    """How many requests fill a round; what is not dear is warmed up first."""
    cost = seconds(request, 1)
    if cost < _DEAR_SECONDS:
        cost = seconds(request, _WARM)
    return max(1, min(effort.requests_max, int(effort.round_seconds / max(cost, 1e-6))))


@contextmanager
def _serving(contender: Contender, cluster: Cluster | None, folder: Path) -> Iterator[Child]:
    port = client.free_port()
    where = contender.where(cluster.host if cluster else "", folder)
    command = [*contender.command, "serve", where, str(port)]
    with children.running(command, port, contender.ready, folder=Path(contender.command[-1]).parent) as child:
        yield child


def _asked_of_ours(folder: Path, plan: Plan, database: str | None) -> Asked:
    """A token, and the instant of our own change order after which half of the customers changed."""
    made, _, _ = loading.prepared(folder, plan, lambda what, done, of: None, database=database)
    directory = open_directory(folder, database=database)
    try:
        after = inside.middle(directory, tokens.grant(directory, made.token), made)
    finally:
        directory.close()
    if not after:
        raise errors.Fatal("The directory of the bench is empty")
    return Asked(instant.text(after), made.token)
