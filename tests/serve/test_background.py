"""The background process: beside a server or alone, it delivers, survives being killed, and ends with its server."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from square import Square
from square.core.api_error import ApiError
from square.utils.webhooks_helper import verify_signature
from standardwebhooks import Webhook

from regulars.directory.directory import microseconds
from regulars.model.event import CREATED, TYPES
from regulars.model.place import Scope
from tests.api.shop import Shop
from tests.directory.world import Clock, grant_of, opened, person
from tests.serve.tree import Server, command_of, descendants, is_alive, serving, stop, until
from tests.webhooks import sink as sinks
from tests.webhooks import world
from tests.webhooks.sink import Received, Sink

ALLOW = {"REGULARS_WEBHOOK_ALLOW": "127.0.0.0/8"}
EVERYTHING: tuple[Scope, ...] = ("customers:read", "customers:write", "locations:read")


class Now(Clock):
    """The clock that the processes beside a test look at, too."""

    def __call__(self) -> int:
        return microseconds()


@pytest.fixture
def sink() -> Iterator[Sink]:
    with sinks.opened() as sink:
        yield sink


def background(server: Server) -> list[int]:
    return [pid for pid in descendants(server.pid) if "regulars.app.background" in command_of(pid)]


@contextmanager
def working(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`regulars worker` alone."""
    process = subprocess.Popen(
        [sys.executable, "-m", "regulars", "worker", "--data", str(data)],
        stderr=subprocess.DEVNULL,
        env=os.environ | ALLOW,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_squares_sdk_subscribes_and_hears(tmp_path: Path, sink: Sink) -> None:
    """Square's own SDK makes, tests, rotates and deletes a subscription; its helper verifies what comes."""
    with opened(tmp_path, clock=Now()) as directory:
        token = Shop(directory, tmp_path).token(scopes=EVERYTHING)
    with serving(tmp_path, workers=1, environment=ALLOW) as server, httpx.Client() as http:
        client = Square(base_url=f"http://127.0.0.1:{server.port}", token=token, httpx_client=http)
        hooks = client.webhooks.subscriptions
        made = hooks.create(
            idempotency_key="one",
            subscription={"name": "Mine", "event_types": list(TYPES), "notification_url": sink.url},
        ).subscription
        assert made is not None
        assert made.id is not None
        assert made.signature_key is not None
        tested = hooks.test(subscription_id=made.id, event_type=CREATED)
        assert tested.status_code == 200
        sink.received.clear()

        customer = client.customers.create(given_name="Ada", idempotency_key="two").customer
        assert customer is not None
        [came] = sink.wait(1)

        assert came.json["type"] == CREATED
        assert came.json["data"]["object"]["customer"]["id"] == customer.id
        assert verify_signature(
            request_body=came.body.decode(),
            signature_header=came.headers["x-square-hmacsha256-signature"],
            signature_key=made.signature_key,
            notification_url=sink.url,
        )
        assert Webhook(made.signature_key).verify(came.body, dict(came.headers)) == came.json
        rotated = hooks.update_signature_key(subscription_id=made.id).signature_key
        assert rotated is not None
        client.customers.delete(customer_id=str(customer.id))
        gone = sink.wait(2)[1]
        assert gone.json["data"]["deleted"] is True
        assert verify_signature(
            request_body=gone.body.decode(),
            signature_header=gone.headers["x-square-hmacsha256-signature"],
            signature_key=rotated,
            notification_url=sink.url,
        )
        assert [one.id for one in hooks.list()] == [made.id]
        found = client.events.search_events(query={"filter": {"event_types": [CREATED]}})
        assert not found.events  # it went with its customer
        assert hooks.delete(subscription_id=made.id).errors is None
        with pytest.raises(ApiError) as refused:
            hooks.get(subscription_id=made.id)
        assert refused.value.status_code == 404


@pytest.mark.parametrize("count", [60, pytest.param(2_000, marks=pytest.mark.torture)])
def test_a_worker_killed_in_mid_delivery_loses_nothing(tmp_path: Path, sink: Sink, count: int) -> None:
    """Every event comes, in order; what is told twice is at most the delivery under way at each death."""
    with opened(tmp_path, clock=Now()) as directory:
        shop = Shop(directory, tmp_path)
        world.subscribe(directory, grant_of(shop.account), sink.url, CREATED)
        shop.add(*(person(f"C-{number}") for number in range(count)))
        expected = [f"created {id}" for id in world.ids(directory, shop.account).values()]

    def slow(_came: Received) -> int:
        time.sleep(0.01)
        return 200

    sink.answer = slow
    deaths = 0
    while len(set(sink.customers())) < count:
        with working(tmp_path) as worker:
            already = len(set(sink.customers()))
            assert until(partial(has, sink, min(already + 20, count)), seconds=20)
            time.sleep(random.random() / 20)
            os.kill(worker.pid, signal.SIGKILL)
            deaths += 1
        release(tmp_path)

    told = sink.customers()
    assert list(dict.fromkeys(told)) == expected
    assert len(told) <= count + deaths


def has(sink: Sink, count: int) -> bool:
    return len(set(sink.customers())) >= count


def release(data: Path) -> None:
    """What a minute of waiting would do: the lease of the dead runs out."""
    with opened(data, clock=Now()) as directory, directory.store.write():
        directory.store.connection.execute("UPDATE subscription SET lease_until = 0")


def test_it_is_begun_anew_when_it_dies(tmp_path: Path) -> None:
    """Beside a server there is always one, without a word to whoever asks the server."""
    with serving(tmp_path, workers=1) as server:
        assert until(lambda: len(background(server)) == 1, seconds=5)
        [first] = background(server)

        os.kill(first, signal.SIGKILL)

        assert until(lambda: background(server) not in ([], [first]), seconds=10)
        assert server.get("/healthz")[0] == 200


def test_it_ends_with_a_killed_server(tmp_path: Path) -> None:
    """However the server dies, it is gone within two seconds."""
    with serving(tmp_path, workers=1) as server:
        assert until(lambda: len(background(server)) == 1, seconds=5)
        [pid] = background(server)

        os.kill(server.pid, signal.SIGKILL)

        assert until(lambda: not is_alive(pid), seconds=2)


def test_it_ends_with_a_stopped_server(tmp_path: Path, sink: Sink) -> None:
    """What is under way is finished, and told once."""
    with opened(tmp_path, clock=Now()) as directory:
        shop = Shop(directory, tmp_path)
        world.subscribe(directory, grant_of(shop.account), sink.url, CREATED)
        shop.add(person("A"))

    def slow(_came: Received) -> int:
        time.sleep(1)
        return 200

    sink.answer = slow
    with serving(tmp_path, workers=1, environment=ALLOW) as server:
        assert until(lambda: background(server), seconds=5)
        [pid] = background(server)
        time.sleep(0.6)
        assert stop(server) == 0
        assert until(lambda: not is_alive(pid), seconds=2)

    assert len(sink.received) == 1
    with opened(tmp_path, clock=Now()) as directory:
        heard = directory.store.connection.execute(
            "SELECT event_no, lease_until FROM subscription"
        ).fetchall()
    assert heard == [(1, 0)]


def test_several_workers_share_the_work(tmp_path: Path, sink: Sink) -> None:
    """Nothing is told twice, and each customer's events stay in order."""
    with opened(tmp_path, clock=Now()) as directory, sinks.opened() as other:
        shop = Shop(directory, tmp_path)
        for each in (sink, other):
            world.subscribe(directory, grant_of(shop.account), each.url)
        with working(tmp_path), working(tmp_path):
            for version in range(5):
                shop.add(*(person(f"C-{number}", first=f"V{version}") for number in range(8)))
            sink.wait(40)
            other.wait(40)
            time.sleep(0.3)

        for each in (sink, other):
            assert len(each.received) == len({one.event_id for one in each.received}) == 40
            for id in world.ids(directory, shop.account).values():
                names = [
                    one.json["data"]["object"]["customer"]["given_name"]
                    for one in each.received
                    if one.json["data"]["id"] == id
                ]
                assert names == ["V0", "V1", "V2", "V3", "V4"]


def test_once_does_what_is_due_and_ends(tmp_path: Path, sink: Sink) -> None:
    """For those who run it from a timer."""
    with opened(tmp_path, clock=Now()) as directory:
        shop = Shop(directory, tmp_path)
        world.subscribe(directory, grant_of(shop.account), sink.url)
        shop.add(*(person(f"C-{number}") for number in range(30)))

    done = subprocess.run(
        [sys.executable, "-m", "regulars", "worker", "--once", "--data", str(tmp_path)],
        env=os.environ | ALLOW, timeout=30, check=False, capture_output=True,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, b"")
    assert len(sink.received) == 30


def test_what_a_client_deletes_is_wiped(tmp_path: Path) -> None:
    """Without anybody's doing: the background process rewrites the search index and empties the log."""
    with opened(tmp_path, clock=Now()) as directory:
        shop = Shop(directory, tmp_path)
        shop.add(
            person("C-1", first="Xylophonia", last="Quillmarkson"), *(person(f"D-{n}") for n in range(50))
        )
        token = shop.token(scopes=EVERYTHING)
        id = world.ids(directory, shop.account)["C-1"]
    assert b"Quillm" in world.files_of(tmp_path)
    with serving(tmp_path, workers=1) as server:
        assert server.get(f"/v2/customers/{id}", token=token, method="DELETE")[0] == 200

        assert until(lambda: b"quillm" not in world.files_of(tmp_path).lower(), seconds=15)


@pytest.mark.alone
def test_an_idle_worker_costs_next_to_nothing(tmp_path: Path) -> None:
    """Under one percent of a core while nothing happens."""
    with opened(tmp_path, clock=Now()) as directory:
        Shop(directory, tmp_path)
    with working(tmp_path) as worker:
        time.sleep(2)
        before = ticks(worker.pid)
        time.sleep(3)
        spent = (ticks(worker.pid) - before) / os.sysconf("SC_CLK_TCK")

    assert spent <= 0.03


def ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
