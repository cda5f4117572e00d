"""Who may ask: every way in which a token can be wrong, over HTTP, in every worker (trust.md, E)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.proof_http.client import Answer, Client, client
from tests.proof_http.house import INVENTED, House, Served

pytestmark = pytest.mark.xdist_group("proof_http tokens")

HERE, THERE = 12345, 20001
WORKERS = 2
BARE = 'Bearer realm="regulars"'
INVALID = BARE + ', error="invalid_token"'


class Operation(NamedTuple):
    """A method at a path with something in each of its places: what is there for reading, nobody's for writing."""

    method: str
    target: str


class World(NamedTuple):
    """A server of two workers over two shops, and a token for all of it."""

    served: Served
    token: str

    def get(self, target: str, token: str | None, *headers: tuple[str, str], method: str = "GET") -> Answer:
        with client(self.served.port, token) as asking:
            return asking.get(target, *headers, method=method)

    def ask(self, operation: Operation, token: str | None, *headers: tuple[str, str]) -> Answer:
        """Any operation, without a body."""
        return self.get(operation.target, token, *headers, method=operation.method)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    house = House(tmp_path_factory.mktemp("tokens"))
    house.location(HERE)
    house.location(THERE)
    house.take_in(INVENTED, HERE)
    house.take_in(INVENTED, THERE)
    with house.serving(workers=WORKERS) as served:
        yield World(served, house.token())


@pytest.fixture(scope="module")
def targets(world: World) -> dict[Operation, str]:
    """Every route that asks for a token, at something that is there, with the scope that it asks for."""
    document = world.get("/openapi.json", None).value
    customer = world.get("/v2/customers?limit=1", world.token).value["customers"][0]["id"]
    [merchant] = world.get("/v2/merchants", world.token).value["merchant"]
    there = {
        "locationId": str(HERE), "location_id": str(HERE), "posRef": "INV-001", "customer_id": customer,
        "merchant_id": merchant["id"],
    }  # fmt: skip
    found = {}
    for template, item in document["paths"].items():
        for method, operation in item.items():
            if operation["security"]:
                [scopes] = [rule["bearer"] for rule in operation["security"]]
                # What writes is asked about nobody, so that a good token does no harm.
                known = there if method == "get" else {}
                target = template
                for name in re.findall(r"{(\w+)}", template):
                    target = target.replace(f"{{{name}}}", known.get(name, "NOBODY"))
                found[Operation(method.upper(), target)] = "".join(scopes)  # none: any token will do
    return found


def is_failure(target: str | Operation, answer: Answer, status: int, code: str) -> None:
    """The dialect's own shape, with Square's code where it is Square's."""
    assert answer.status == status, (target, answer)
    target = target if isinstance(target, str) else target.target
    kind = "application/problem+json" if target.startswith("/v1/") else "application/json"
    assert answer.header("content-type") == kind
    assert answer.header("cache-control") == "no-store"
    if target.startswith("/v1/"):
        assert answer.value["status"] == status
    elif target.startswith(("/v2/", "/oauth2/")):
        [error] = answer.value["errors"]
        assert (error["category"], error["code"]) == ("AUTHENTICATION_ERROR", code)
    else:
        assert list(answer.value) == ["status", "timestamp", "message", "details"]
        assert answer.value["status"] == status


def test_good_tokens_open_every_route(world: World, targets: dict[Operation, str]) -> None:
    """The default scopes, and `admin` alone, open everything that there is to read."""
    admin = world.served.house.token("--scope", "admin")

    assert len(targets) >= 11
    for token in (world.token, admin):
        statuses = {one: world.ask(one, token).status for one in targets if one.method == "GET"}
        assert {
            one for one, status in statuses.items() if status != 200 and "NOBODY" not in one.target
        } == set()


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Basic dXNlcjpwYXNz", "Token {token}", "{token}", "Digest x", "Bearertoken {token}"],
)
def test_no_bearer_token(world: World, targets: dict[Operation, str], authorization: str | None) -> None:
    """Without one, or with another scheme: 401 and the bare challenge, which says nothing of an error."""
    headers = () if authorization is None else (("Authorization", authorization.format(token=world.token)),)
    for target in targets:
        answer = world.ask(target, None, *headers)

        is_failure(target, answer, 401, "UNAUTHORIZED")
        assert answer.header("www-authenticate") == BARE


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer ",
        "Bearer {token} x",
        "Bearer {token},{token}",
        'Bearer "{token}"',
        "Bearer {token}é",
        "Bearer {token}\t",
        "Bearer =",
        "Bearer {other}",
        "Bearer {token}=",
        "Bearer {token}A",
        "Bearer {cut}",
        "Bearer {swapped}",
        "Bearer x",
        "Bearer null",
        pytest.param("Bearer rg_" + "A" * 43, id="nobody's"),
        pytest.param("Bearer " + "x" * 5_000, id="endless"),
    ],
)
def test_malformed_and_unknown_tokens(
    world: World, targets: dict[Operation, str], authorization: str
) -> None:
    """A bearer token that is none, or nobody's: 401 invalid_token, whatever it looks like."""
    token = world.token
    text = authorization.format(token=token, other=token[::-1], cut=token[:-1], swapped=token.swapcase())
    for target in targets:
        answer = world.ask(target, None, ("Authorization", text))

        if answer.status != 401:
            # White space around a header's value is no part of it (RFC 9110, section 5.5).
            assert text.strip() == f"Bearer {token}"
            continue
        is_failure(target, answer, 401, "UNAUTHORIZED")
        # What is no visible ASCII does not reach the application, so it is as if nothing had come.
        assert answer.header("www-authenticate") == (INVALID if text.isascii() else BARE)


def test_a_token_in_the_query_opens_nothing(world: World, targets: dict[Operation, str]) -> None:
    """Neither under RFC 6750's name nor another, nor in a cookie or another header: such places end up in logs."""
    token = world.token
    for target in targets:
        for name in ("access_token", "token", "Authorization", "api_key"):
            asked = Operation(target.method, f"{target.target}?{name}={token}")
            is_failure(target, world.ask(asked, None), 401, "UNAUTHORIZED")
        for header in (
            ("Cookie", f"access_token={token}"),
            ("X-Api-Key", token),
            ("Proxy-Authorization", f"Bearer {token}"),
        ):
            is_failure(target, world.ask(target, None, header), 401, "UNAUTHORIZED")


def test_the_scheme_is_read_in_any_case(world: World) -> None:
    """`bearer` and `BEARER` are the same word (RFC 9110, section 11.1)."""
    for scheme in ("bearer", "BEARER", "BeArEr"):
        assert world.get("/v2/customers", None, ("Authorization", f"{scheme} {world.token}")).status == 200


def test_a_scope_that_lacks(world: World, targets: dict[Operation, str]) -> None:
    """403 names the scope that the document names, and no other route opens."""
    for held in ("customers:read", "locations:read", "customers:write", "locations:write"):
        token = world.served.house.token("--scope", held)
        for target, needed in targets.items():
            answer = world.ask(target, token)
            if needed in {"", held}:
                assert answer.status not in {401, 403}
                continue
            is_failure(target, answer, 403, "INSUFFICIENT_SCOPES")
            assert (
                answer.header("www-authenticate") == f'{BARE}, error="insufficient_scope", scope="{needed}"'
            )


def test_another_location_is_not_there(world: World, targets: dict[Operation, str]) -> None:
    """What a token does not see answers as what does not exist: the same bytes, but for the time."""
    token = world.served.house.token("--location", THERE)
    hidden = world.get("/v2/customers?limit=100", world.served.house.token("--location", HERE)).value[
        "customers"
    ]
    never = 999_999
    pairs = [(f"/v2/customers/{one['id']}", "/v2/customers/NOBODY") for one in hidden[:3]]
    for prefix in ("", "/api"):
        pairs += [
            (f"{prefix}/pos/v2/{HERE}/customers{rest}", f"{prefix}/pos/v2/{never}/customers{rest}")
            for rest in (
                "",
                "?search=zoe",
                "?updatedAfter=2000-01-01",
                "?page=2",
                "?offset=0",
                "/INV-001",
                "/NOBODY",
                "?page=x",
            )
        ]
    pairs += [
        (f"/v2/locations/{HERE}", f"/v2/locations/{never}"),
        ("/v2/locations/main", f"/v2/locations/{never}"),
    ]
    for seen, unseen in pairs:
        answers = [world.get(target, token) for target in (seen, unseen)]
        known = [timeless(answer) for answer in answers]
        assert known[0] == known[1], seen
        assert answers[0].status in {400, 404}

    assert {one["id"] for one in world.get("/v2/customers?limit=100", token).value["customers"]}.isdisjoint(
        one["id"] for one in hidden
    )
    assert [one["id"] for one in world.get("/v2/locations", token).value["locations"]] == [str(THERE)]
    assert [one["id"] for one in world.get("/marketplace/v2/locations", token).value["results"]] == [THERE]
    assert "main_location_id" not in world.get("/v2/merchants/me", token).value["merchant"]
    assert world.get("/v2/customers?count=true", token).value["count"] == len(hidden)


def test_a_cursor_shows_only_what_its_bearer_may_see(world: World) -> None:
    """A cursor made for the whole account, in the hands of one shop's token, walks that shop alone."""
    theirs = world.served.house.token("--location", THERE)
    whole = world.get("/v2/customers?limit=7", world.token).value
    own = {one["id"] for one in world.get("/v2/customers?limit=100", theirs).value["customers"]}

    rest = world.get(f"/v2/customers?limit=100&cursor={whole['cursor']}", theirs).value["customers"]

    assert {one["id"] for one in rest} < own
    assert {one["id"] for one in rest} == own - {one["id"] for one in whole["customers"]}


def test_an_expired_token(world: World, targets: dict[Operation, str]) -> None:
    """A token ends at its time, without anybody's doing."""
    moment = datetime.now(UTC) + timedelta(seconds=4)
    token = world.served.house.token("--expires", moment.isoformat(timespec="milliseconds"))
    assert world.get("/v2/customers", token).status == 200

    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()) + 0.05)

    for target in targets:
        answer = world.ask(target, token)
        is_failure(target, answer, 401, "ACCESS_TOKEN_EXPIRED")
        assert answer.header("www-authenticate") == INVALID


def test_a_revoked_token_is_useless_at_once_everywhere(world: World, targets: dict[Operation, str]) -> None:
    """As soon as `token revoke` has ended, every worker refuses it, also on connections that it had opened."""
    token = world.served.house.token()
    with ExitStack() as stack:
        connections: list[Client] = []
        reached: set[int] = set()
        while len(reached) < WORKERS:
            assert len(connections) < 200, "one worker never got a connection"
            connections.append(stack.enter_context(client(world.served.port, token)))
            assert connections[-1].get("/v2/customers?limit=1").status == 200
            reached.add(worker_of(world.served, connections[-1].local_port))

        world.served.house.run("token", "revoke", token[:11])

        for number, connection in enumerate(connections):
            target = [*targets][number % len(targets)]
            answer = connection.get(target.target, method=target.method)
            is_failure(target, answer, 401, "ACCESS_TOKEN_REVOKED")
            assert answer.header("www-authenticate") == INVALID
    for target in targets:
        is_failure(target, world.ask(target, token), 401, "ACCESS_TOKEN_REVOKED")
    assert world.get("/v2/customers", world.token).status == 200


def worker_of(served: Served, client_port: int) -> int:
    """The process at the other end of a connection."""
    ends = (f"{served.port:04X}", f"{client_port:04X}")
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    [inode] = [row[9] for row in rows if (row[1].rpartition(":")[2], row[2].rpartition(":")[2]) == ends]
    for pid in served.workers():
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # some open and close all the time
                if descriptor.readlink().name == f"socket:[{inode}]":
                    return pid
    raise AssertionError("nobody has that connection")


def timeless(answer: Answer) -> tuple[object, ...]:
    """An answer without the time in it, and without what tells how long that was written."""
    body = re.sub(rb'"timestamp":"[^"]*"', b'"timestamp":""', answer.body)
    headers = [
        (name, text) for name, text in answer.headers if name.lower() not in {"date", "content-length"}
    ]
    return answer.status, headers, body
