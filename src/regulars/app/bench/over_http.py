"""What a request costs the server over HTTP, and nginx for the very same bytes, in alternating rounds."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from msgspec import Struct, json

from regulars.app.bench import children, square_searches
from regulars.app.bench.client import Client, anew, get
from regulars.app.bench.inside import PAGE_SIZE, SEARCHES, deep_page, full_pages
from regulars.app.bench.loading import Made
from regulars.app.bench.processes import Memory, Tree
from regulars.app.bench.report import Figure, Sample
from regulars.app.bench.rounds import Effort, Kind, Told, alternate, sample
from regulars.model import instant

Requests = Callable[[int], Sequence[bytes]]  # so many of them
_CURSORS = 100  # pages of Square's list walked before they are asked again in the same order


class Asked(Struct, frozen=True):
    """One kind of request, for people, and the requests themselves."""

    what: str
    requests: Requests


def figures(
    made: Made, middle: int, *, seed: int, effort: Effort, told: Told
) -> tuple[list[Figure], list[str]]:
    """CPU per request of every kind, of nginx where it is installed, start and memory; and what was not measured."""
    starts = [_start_seconds(made) for _ in range(effort.starts - 1)]
    with children.serving(made.folder) as server, Client(server.port) as client:
        starts.append(server.ready_seconds)
        tree = Tree(server.pid)
        before = tree.memories()[0]
        asked = asked_of(made, middle, client, seed)
        kinds = {key: kind(tree, client, one.requests) for key, one in asked.items()}
        nginx = children.nginx_path()
        if nginx is None:
            samples = alternate(kinds, effort=effort, what="asking over HTTP", told=told)
        else:
            bodies = _bodies(client, asked, effort.random_files)
            samples, beside = _beside_nginx(nginx, bodies, kinds, seed=seed, effort=effort, told=told)
            asked |= beside
        memory = _memory(tree, before)
    notes = [] if nginx else ["nginx was not measured, nor what is compared with it: it is not installed."]
    http = [_figure(key, asked[key].what, one) for key, one in samples.items()]
    return [_start(sample(starts)), *memory, *http], notes


def _beside_nginx(
    nginx: str, bodies: dict[str, bytes], kinds: dict[str, Kind], *, seed: int, effort: Effort, told: Told
) -> tuple[dict[str, Sample], dict[str, Asked]]:
    """All rounds, with nginx's among them."""
    with (
        TemporaryDirectory(prefix="regulars-bench-") as folder,
        children.nginx(nginx, Path(folder), bodies) as child,
        Client(child.port) as client,
    ):
        asked = _asked_of_nginx(bodies, seed)
        tree = Tree(child.pid)
        kinds = {key: kind(tree, client, one.requests) for key, one in asked.items()} | kinds
        return alternate(kinds, effort=effort, what="asking over HTTP", told=told), asked


def asked_of(made: Made, middle: int, client: Client, seed: int) -> dict[str, Asked]:
    """Every kind of request that our server is asked."""
    base = f"/pos/v2/{made.location_id}/customers?pageSize={PAGE_SIZE}"
    deep, pages = deep_page(made.customers), full_pages(made.customers)
    since = f"{base}&updatedAfter={instant.text(middle)}"
    changed_page = max(1, pages // 4)
    dice = random.Random(seed)

    def ask(path: str) -> bytes:
        return get(path, made.token)

    def random_pages(times: int) -> list[bytes]:
        return [ask(f"{base}&page={dice.randint(1, pages)}") for _ in range(times)]

    square = f"/v2/customers?limit={PAGE_SIZE}"
    kinds = {
        "http.nothing": Asked("GET /healthz", _same(get("/healthz"))),
        "http.page.first": Asked("page 1, the very same request", _same(ask(f"{base}&page=1"))),
        "http.page.deep": Asked(f"page {deep}, the very same request", _same(ask(f"{base}&page={deep}"))),
        "http.page.anew": Asked("page 1", each_anew(_same(ask(f"{base}&page=1")))),
        "http.page.random": Asked("random pages", random_pages),
        "http.changes.first": Asked("changes after the middle, with count, page 1", _same(ask(since))),
        "http.changes.deep": Asked(
            f"changes after the middle, with count, page {changed_page}",
            _same(ask(f"{since}&page={changed_page}")),
        ),
        "http.square.first": Asked("Square's list, page 1", _same(ask(square))),
        "http.square.walk": Asked(
            "Square's list, walked by cursor", _in_turn(_walk(client, square, made.token))
        ),
    }
    for text in SEARCHES:
        kinds[f"http.search.{text}"] = Asked(
            f"search {text}, with count", _same(ask(f"{base}&search={quote(text)}"))
        )
    for key, (what, request) in square_searches.requests(made, client).items():
        kinds[f"http.square.search.{key}"] = Asked(f"Square's search, {what}", _same(request))
    return {key: Asked(f"over HTTP: {one.what}", one.requests) for key, one in kinds.items()}


def _asked_of_nginx(bodies: dict[str, bytes], seed: int) -> dict[str, Asked]:
    dice = random.Random(seed)
    size = len(next(iter(bodies.values())))
    first, *others = [get("/" + name) for name in bodies]
    return {
        "nginx.page.first": Asked(f"nginx: page 1 as a file, {size:,} bytes", _same(first)),
        "nginx.page.random": Asked(
            f"nginx: {len(others)} pages as files, at random", lambda times: dice.choices(others, k=times)
        ),
    }


def _bodies(client: Client, asked: dict[str, Asked], random_files: int) -> dict[str, bytes]:
    """The bytes of page 1, and of some random pages, by file name."""
    bodies = {"first": client.body(asked["http.page.first"].requests(1)[0])}
    for at, request in enumerate(asked["http.page.random"].requests(random_files)):
        bodies[f"random-{at}"] = client.body(request)
    return bodies


def _walk(client: Client, path: str, token: str) -> list[bytes]:
    """The requests of a walk through Square's list, after its first page."""
    walked: list[bytes] = []
    request = get(path, token)
    while len(walked) < _CURSORS:
        cursor = json.decode(client.body(request)).get("cursor")
        if cursor is None:
            break
        request = get(f"{path}&cursor={cursor}", token)
        walked.append(request)
    return walked or [request]


def _same(request: bytes) -> Requests:
    return lambda times: [request] * times


def each_anew(requests: Requests) -> Requests:
    """The same requests, none of which is the very same as one before (client.py)."""
    return lambda times: [anew(request) for request in requests(times)]


def _in_turn(requests: Sequence[bytes]) -> Requests:
    endless = cycle(requests)
    return lambda times: list(islice(endless, times))


def kind(tree: Tree, client: Client, requests: Requests) -> Kind:
    """Asks, and says what it cost the processes that answered."""

    def work(times: int) -> float:
        every = requests(times)
        started = tree.cpu_nanoseconds()
        client.ask(every)
        return (tree.cpu_nanoseconds() - started) / times / 1000

    return work


def _start_seconds(made: Made) -> float:
    with children.serving(made.folder) as server:
        return server.ready_seconds


def _start(seconds: Sample) -> Figure:
    return Figure(
        "start.ready", "start of `serve` to ready", seconds.median, "s", seconds.low, seconds.high,
        note=f"{seconds.rounds} starts",
    )  # fmt: skip


def _memory(tree: Tree, before: Memory) -> list[Figure]:
    """The largest process, which is the worker; what it held before the first request is subtracted for the growth."""
    memories = tree.memories()
    worker, everyone = memories[0], sum(each.pss for each in memories)
    return [
        Figure("memory.worker", "resident memory of a worker, after all requests", worker.rss / 1e6, "MB"),
        Figure("memory.growth", "its growth while it was asked", (worker.rss - before.rss) / 1e6, "MB"),
        Figure(
            "memory.all", "memory of all processes of `serve`, shared pages once", everyone / 1e6, "MB",
            note=f"{len(memories)} processes",
        ),
    ]  # fmt: skip


def _figure(key: str, what: str, one: Sample) -> Figure:
    return Figure(key, what, one.median, "µs CPU", one.low, one.high)
