"""The sandbox: begins in a second, ends without a trace, and belongs to nobody but the tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regulars import errors
from regulars.directory import places, tokens
from regulars.model.place import SCOPES
from regulars.testing import sandbox
from regulars.testing.sandbox import Server, SquareSandbox
from tests.cli.running import finish, start
from tests.directory.world import opened
from tests.serve.tree import descendants, is_alive, until
from tests.testing.people import fill, get, names

TOKEN = "EAAA-chosen.by~somebody/else+1=="


@pytest.mark.alone
def test_it_answers_in_about_a_second() -> None:
    """From nothing to an account with a token; the best of three, on a machine that may be busy."""
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        with sandbox.running() as server:
            assert server.new_account().token
            seconds.append(time.monotonic() - began)

    assert min(seconds) < 2.5


def test_the_fixture_is_a_whole_square(square_sandbox: SquareSandbox) -> None:
    """Square's own SDK sees a location, which is the main one, a merchant, and nobody."""
    client = square_sandbox.client()

    assert [one.id for one in client.locations.list().locations or []] == [square_sandbox.location_id]
    assert client.locations.get("main").location.id == square_sandbox.location_id
    assert client.merchants.get("me").merchant.id == square_sandbox.merchant_id
    assert list(client.customers.list()) == []


def test_a_client_fails_as_it_is_told(square_sandbox: SquareSandbox) -> None:
    """The SDK raises what it raises for Square's own 429."""
    from square.core.api_error import ApiError

    failing = square_sandbox.client(fault="429")

    with pytest.raises(ApiError) as caught:
        failing.locations.list(request_options={"max_retries": 0})
    assert caught.value.status_code == 429


def test_tests_do_not_see_each_other(square_sandbox_server: Server, square_sandbox: SquareSandbox) -> None:
    """What one account has is not in the next one, nor in the sandbox's own."""
    fill(square_sandbox_server, square_sandbox, ["A1"])
    other = square_sandbox_server.new_account()

    assert names(get(square_sandbox, "/v2/customers").json()) == ["A1"]
    assert get(other, "/v2/customers").json() == {}
    assert get(square_sandbox_server.account, "/v2/customers").json() == {}
    assert (
        len({square_sandbox.merchant_id, other.merchant_id, square_sandbox_server.account.merchant_id}) == 3
    )


def test_an_account_needs_the_sandboxs_token(square_sandbox_server: Server) -> None:
    """Nobody gets one without any."""
    stranger = SquareSandbox(square_sandbox_server.url, "stranger", merchant_id="", location_id="")

    assert get(stranger, "/sandbox/accounts", method="POST").status == 401


def test_a_chosen_token(tmp_path: Path) -> None:
    """Any text that a header can carry opens the sandbox, both dialects of it; the folder is gone at the end."""
    running = start(
        "serve", "--sandbox", "--port", 0, "--json", "--sandbox-token", TOKEN, env={"TMPDIR": str(tmp_path)}
    )
    assert running.stdout is not None
    said = json.loads(running.stdout.readline())
    account = SquareSandbox(said["url"], TOKEN, merchant_id=said["merchant_id"], location_id="1")

    assert said["token"] == TOKEN
    assert Path(said["data"]).parent == tmp_path
    assert (get(account, "/v2/customers").status, get(account, "/pos/v2/1/customers").status) == (200, 200)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=20)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("token", ["", "two words", "é", "x" * 513, "=", "a=b"])
def test_a_token_that_no_header_carries(token: str) -> None:
    """Is refused before anything is served."""
    _, talk = finish(start("serve", "--sandbox", "--port", 0, "--sandbox-token", token), code=2)

    assert "A token has at most" in talk


def test_only_a_sandbox_knows_chosen_tokens(tmp_path: Path) -> None:
    """A real store takes none, and would not look one up."""
    with opened(tmp_path) as directory:
        account_id = places.account(directory, "default").account_id
        with pytest.raises(errors.Fatal):
            tokens.adopt(directory, account_id, TOKEN, name="chosen", scopes=SCOPES)
        directory.is_sandbox = True
        tokens.adopt(directory, account_id, TOKEN, name="chosen", scopes=SCOPES)
        assert tokens.grant(directory, TOKEN).account_id == account_id
        directory.is_sandbox = False
        with pytest.raises(errors.Unauthorised):
            tokens.grant(directory, TOKEN)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--data", "here"], "never touches your data"),
        (["--workers", "2"], "one worker"),
        (["--host", "0.0.0.0"], "this machine alone"),  # noqa: S104  # that is what is refused
        (["--fault", "sloth"], "no such fault"),
        (["--fault", "slow=2"], "from 0 to 1"),
        (["--fault", "slow=nan"], "from 0 to 1"),
        (["--request-log", "."], "Cannot write"),
    ],
)  # fmt: skip
def test_what_a_sandbox_is_not_given(words: list[str], said: str, tmp_path: Path) -> None:
    """Each is refused in words, and nothing is left behind."""
    running = start("serve", "--sandbox", "--port", 0, *words, env={"TMPDIR": str(tmp_path)}, cwd=tmp_path)
    _, talk = running.communicate(timeout=20)

    assert running.returncode in {1, 2}
    assert said in " ".join(talk.decode().split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", [["--fault", "slow"], ["--sandbox-token", "x"], ["--request-log", "x"], ["--end-with", "1"]]
)
def test_only_a_sandbox_takes_them(words: list[str]) -> None:
    """No real server can be told to fail."""
    _, talk = finish(start("serve", *words), code=2)

    assert "needs --sandbox" in talk


def test_the_environments_folder_is_not_touched(tmp_path: Path) -> None:
    """REGULARS_DATA names somebody's real customers."""
    data = tmp_path / "data"
    running = start("serve", "--sandbox", "--port", 0, "--json", env={"REGULARS_DATA": str(data)})
    assert running.stdout is not None
    said = json.loads(running.stdout.readline())
    running.terminate()
    running.communicate(timeout=20)

    assert said["data"] != str(data)
    assert not data.exists()


def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    """A test runner that is killed leaves no sandbox, no worker and no folder behind."""
    code = "import time\nfrom regulars.testing import sandbox\nprint(sandbox.start().data, flush=True)\ntime.sleep(60)"
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    runner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
    assert runner.stdout is not None
    data = Path(runner.stdout.readline().decode().strip())
    family = descendants(runner.pid)
    assert data.is_dir()
    assert len(family) >= 2

    runner.kill()
    runner.communicate(timeout=10)

    assert until(lambda: not any(map(is_alive, family)), seconds=15)
    assert until(lambda: not data.exists(), seconds=5)


def test_what_does_not_start_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    """Its words are on stderr, and the exception says where to look."""
    with pytest.raises(sandbox.SandboxFailed, match="ended with 2"):
        sandbox.start(["--fault", "sloth"])

    assert "no such fault" in capfd.readouterr().err


def test_the_log_of_requests_counts_and_tells_nothing(tmp_path: Path) -> None:
    """Method, route, status, fault; the same question is seen to be the same, and cannot be read."""
    log = tmp_path / "requests.ndjson"
    with sandbox.running(["--request-log", str(log), "--fault", "duplicate"]) as server:
        for target in ("?limit=1", "?limit=1", "?limit=2&x=Zcanary"):
            get(server.account, f"/v2/customers{target}")
        get(server.account, "/v2/customers/Zcanary", fault="none")
        get(server.account, "/nowhere/Zcanary")
        get(server.account, "/pos/v2/1/customers?search=Zcanary", fault="429")

    text = log.read_text()
    lines = [json.loads(line) for line in text.splitlines() if "/v2/" in line or "none" in line]
    assert "Zcanary" not in text
    assert [(one["method"], one["route"], one["status"], one.get("fault")) for one in lines] == [
        ("GET", "/v2/customers", 200, "duplicate"),
        ("GET", "/v2/customers", 200, "duplicate"),
        ("GET", "/v2/customers", 200, "duplicate"),
        ("GET", "/v2/customers/{customer_id}", 404, None),
        ("GET", "none", 404, None),
        ("GET", "/pos/v2/{locationId}/customers", 429, "429"),
    ]
    assert lines[0]["question"] == lines[1]["question"] != lines[2]["question"]


def test_a_rate_strikes_its_share_and_always_the_same(tmp_path: Path) -> None:
    """The same seed and the same requests fail alike; another seed fails otherwise."""

    def statuses(seed: int) -> list[int]:
        with sandbox.running(["--fault", "429=0.3", "--fault-seed", str(seed)]) as server:
            return [get(server.account, "/v2/locations").status for _ in range(60)]

    first = statuses(1)

    assert first == statuses(1) != statuses(2)
    assert 8 <= first.count(429) <= 30
    assert set(first) == {200, 429}
