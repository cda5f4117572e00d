"""Requests a minute: told, refused, the same over all processes, whatever the clocks do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars import errors
from regulars.api import rate_limit
from regulars.api.rate_limit import RateLimit
from tests.api.shop import HERE, Shop

KEY = bytes(32)


class Seconds:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def limit(tmp_path: Path, seconds: Seconds) -> Iterator[RateLimit]:
    limit = RateLimit(tmp_path / "rate", key=KEY, clock=seconds)
    yield limit
    limit.close()


def refused(limit: RateLimit, rate: int) -> int:
    """Seconds to wait."""
    with pytest.raises(errors.TooMany) as caught:
        limit.take("token", rate)
    return caught.value.retry_after


def test_it_counts_down(limit: RateLimit) -> None:
    """What is left, then an error with the time to wait."""
    assert [limit.take("token", 3) for _ in range(3)] == [2, 1, 0]
    assert refused(limit, 3) == 60


def test_whoever_waits_as_told_is_let_in(limit: RateLimit, seconds: Seconds) -> None:
    """And not a second earlier."""
    for _ in range(3):
        limit.take("token", 3)
        seconds.now += 7
    wait = refused(limit, 3)

    seconds.now += wait - 1
    assert refused(limit, 3) == 1
    seconds.now += 1
    assert limit.take("token", 3) == 0


def test_no_60_seconds_hold_more(limit: RateLimit, seconds: Seconds) -> None:
    """Not those where two minutes meet either."""
    let_in: list[float] = []
    for _ in range(4_000):
        try:
            limit.take("token", 10)
        except errors.TooMany:
            pass
        else:
            let_in.append(seconds.now)
        seconds.now += 0.13

    assert len(let_in) > 60
    assert all(sum(at <= other < at + 59 for other in let_in) <= 10 for at in let_in)


def test_tokens_count_alone(limit: RateLimit) -> None:
    """One token's requests are not another's."""
    limit.take("token", 1)

    assert limit.take("other", 1) == 0
    assert refused(limit, 1)


def test_a_clock_that_starts_again_forgets(limit: RateLimit, seconds: Seconds) -> None:
    """After a restart of the machine the monotonic clock is young: what it counted before is over."""
    limit.take("token", 1)
    seconds.now = 5

    assert limit.take("token", 1) == 0


def test_a_damaged_file_counts_as_none(limit: RateLimit, tmp_path: Path) -> None:
    """Cut short, or of another kind."""
    limit.take("token", 2)
    [file] = (tmp_path / "rate").iterdir()
    file.write_bytes(b"nonsense")

    assert limit.take("token", 2) == 1


def test_the_folder_tells_no_token(limit: RateLimit, tmp_path: Path) -> None:
    """Neither in a name nor in a file; and it is nobody else's to read."""
    limit.take("rg_secret", 2)

    [file] = (tmp_path / "rate").iterdir()
    assert "secret" not in file.name
    assert b"secret" not in file.read_bytes()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_many_tokens_need_few_open_files(limit: RateLimit) -> None:
    """The oldest is closed, and counted on when it comes again."""
    limit.take("token", 5)
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for number in range(600):
        limit.take(str(number), 5)

    assert limit.take("token", 5) == 3
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before + 260


def test_what_cannot_be_counted_goes_through(tmp_path: Path) -> None:
    """Reads go on when the disk is full."""
    (tmp_path / "rate").write_bytes(b"a file where the folder should be")

    assert RateLimit(tmp_path / "rate", key=KEY).take("token", 3) == 2


def test_tidying_keeps_what_counts(limit: RateLimit, tmp_path: Path) -> None:
    """Only files that no minute can need any more go."""
    limit.take("token", 5)
    rate_limit.tidy(tmp_path / "rate", now=time.time())
    assert limit.take("token", 5) == 3
    rate_limit.tidy(tmp_path / "rate", now=time.time() + 600)
    assert list((tmp_path / "rate").iterdir()) == []
    rate_limit.tidy(tmp_path / "nowhere", now=0)


def test_two_processes_count_together(tmp_path: Path) -> None:
    """Exactly: of two that ask as fast as they can, as many are let in as the rate says."""
    program = (
        "import sys; from pathlib import Path; from regulars import errors\n"
        "from regulars.api.rate_limit import RateLimit\n"
        "limit, passed = RateLimit(Path(sys.argv[1]), key=bytes(32)), 0\n"
        "for _ in range(400):\n"
        "    try: limit.take('token', 300)\n"
        "    except errors.TooMany: continue\n"
        "    passed += 1\n"
        "print(passed)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "rate")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    assert sum(int(process.communicate(timeout=60)[0]) for process in both) == 300


def test_answers_tell(own_shop: Shop) -> None:
    """How many, how many are left; then 429 with how long to wait, in the dialect's own shape."""
    token = own_shop.token(rate=2)

    answers = [own_shop.get("/v2/customers", token=token) for _ in range(3)]
    shift4 = own_shop.get(f"/pos/v2/{HERE}/customers", token=token)

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["1", "0", "0"]
    assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"2"}
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60
    assert answers[2].json["errors"][0]["category"] == "RATE_LIMIT_ERROR"
    assert answers[2].code == "RATE_LIMITED"
    assert json.loads(shift4.body)["status"] == shift4.status == 429
    assert "x-ratelimit-limit" not in own_shop.get("/v2/customers").headers


def test_errors_tell_too(own_shop: Shop) -> None:
    """A request that was wrong was one all the same."""
    answer = own_shop.get("/v2/customers?limit=0", token=own_shop.token(rate=2))

    assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (400, "1")


def test_a_refused_request_costs_nothing(own_shop: Shop) -> None:
    """A token without the scope is refused before it is counted."""
    token = own_shop.token(rate=1, scopes=("locations:read",))

    assert [own_shop.get("/v2/customers", token=token).status for _ in range(3)] == [403] * 3
    assert own_shop.get("/v2/locations", token=token).status == 200
