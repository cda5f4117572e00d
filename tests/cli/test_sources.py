"""Sources on the command line, against a simulated Square over real HTTP."""

import json
import os
import pty
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from regulars import limits
from regulars.app.opening import open_directory
from regulars.directory import places, pulling
from regulars.sources import registry
from regulars.sources.http import Request, Response
from regulars.testing.tills.serving import Serving
from regulars.testing.tills.square import SquareTill
from tests.cli.running import Done, Till, finish

TOKEN = "square-token-of-tests-5b1f"
HOOK_SECRET = "signature-key-of-tests-77c2"
NAMED = {
    "square", "shift4", "tryton", "clover", "shopify", "lightspeed-x", "stripe", "woocommerce", "odoo", "singer",
    "airbyte", "regulars", "files",
}  # fmt: skip


class Shop:
    """A Square that is none; it answers with `failing` while that is set."""

    def __init__(self) -> None:
        self.till = SquareTill(time.time, token=TOKEN)
        self.failing: Response | None = None

    def send(self, request: Request) -> Response:
        return self.failing or self.till.send(request)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def upstream(shop: Shop) -> Iterator[Serving]:
    with Serving(shop) as server:
        yield server


@pytest.fixture
def connected(till: Till, shop: Shop, upstream: Serving) -> Till:
    """A directory with the shop connected as `main`, nothing pulled yet."""
    till.location()
    shop.till.create(given_name="Ada", email_address="ada@example.com")
    shop.till.create(given_name="Grace", email_address="grace@example.com")
    assert _add(till, upstream.url).code == 0
    return till


def _add(till: Till, url: str, *words: object, secret: str = TOKEN, name: str = "main") -> Done:
    return till.run(
        "source", "add", "square", "--name", name, "--location", 1, "--url", url, "--token-file", "-", *words,
        told=secret + "\n",
    )  # fmt: skip


def _emails(till: Till) -> list[str]:
    lines = till.run("export").out.splitlines()
    return sorted(json.loads(line)["customerEmails"][0]["email"] for line in lines)


# --- kinds -----------------------------------------------------------------------------------------------------------


def test_every_kind_says_what_it_is_and_how_it_was_proven(till: Till) -> None:
    """The array of --json has each kind once, with its name, a summary and its proof."""
    shown = till.run("source", "kinds", "--json").value

    assert [one["name"] for one in shown] == registry.names()
    assert {one["name"] for one in shown} == NAMED
    assert all(one["summary"] and one["proof"] in {"live", "simulated"} for one in shown)
    table = till.run("source", "kinds")
    assert table.code == 0
    assert len(table.out.splitlines()) == len(shown) + 1


def test_a_broken_package_hides_no_other_kind(
    till: Till, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kind that cannot be loaded is told on stderr; all others are shown."""
    info = tmp_path / "broken_till-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-till\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[regulars.sources]\nbroken-till = no_such_module:KIND\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    done = till.run("source", "kinds", "--json")

    assert done.code == 0
    assert [one["name"] for one in done.value] == list(registry.SHIPPED)
    assert "broken-till cannot be loaded" in done.talk


# --- adding ----------------------------------------------------------------------------------------------------------


def test_a_source_is_connected_and_pulled(connected: Till, shop: Shop) -> None:
    """What is at the till is here after a sync; what changes there, after the next."""
    done = connected.run("sync", "--json")

    assert done.code == 0
    [one] = done.value
    assert (one["source"], one["state"], one["needs_you"]) == ("main", "active", False)
    assert (one["run"]["mode"], one["run"]["outcome"], one["run"]["counts"]["created"]) == ("full", "done", 2)
    shop.till.create(given_name="Mary", email_address="mary@example.com")
    assert connected.run("sync", "main").code == 0
    assert _emails(connected) == ["ada@example.com", "grace@example.com", "mary@example.com"]
    listed = connected.run("source", "list", "--json").value
    assert [row["name"] for row in listed] == ["main"]
    assert listed[0]["fresh_at"] is not None
    runs = connected.run("source", "runs", "main", "--json").value
    assert [(run["run"], run["mode"]) for run in runs] == [(2, "changes"), (1, "full")]


def test_credentials_come_by_file_stdin_or_environment(till: Till, upstream: Serving) -> None:
    """All three ways, and /dev/stdin in a program of its own."""
    till.location()
    path = till.file("token", TOKEN)
    words = ("source", "add", "square", "--location", 1, "--url", upstream.url)
    assert till.run(*words, "--name", "file", "--token-file", path).code == 0
    assert till.run(*words, "--name", "stdin", "--token-file", "-", told=TOKEN).code == 0
    assert till.run(*words, "--name", "environment", env={"REGULARS_SOURCE_TOKEN": TOKEN}).code == 0
    piped = till.start(*words, "--name", "device", "--token-file", "/dev/stdin", stdin=subprocess.PIPE)
    _, talk = piped.communicate(TOKEN.encode(), timeout=30)
    assert piped.returncode == 0, talk

    for name in ("file", "stdin", "environment", "device"):
        assert till.run("source", "test", name, "--json").value == {"name": name, "honours_filters": True}


@pytest.mark.parametrize(
    ("words", "told", "code", "said"),
    [
        (("--token-file", "-"), b"", 2, "is empty"),
        (("--token-file", "-"), b" \n", 2, "is empty"),
        (("--token-file", "-"), b"x" * (limits.SOURCE_SECRET_BYTES_MAX + 1), 2, "too large"),
        (("--token-file", "/dev/zero"), b"", 2, "too large"),
        (("--token-file", "-"), b"\xff\xfe", 2, "no text"),
        (("--token-file", "nowhere"), b"", 3, "cannot be read"),
        ((), b"", 2, "needs credentials"),
        (("--token-file", "-", "--set", "colour=red"), b"t", 2, "no option of that name"),
        (("--token-file", "-", "--set", "colour"), b"t", 2, "NAME=VALUE"),
        (("--token-file", "-", "--every", "soon"), b"t", 2, "no span of time"),
        (("--token-file", "-", "--budget", "many"), b"t", 2, "N/SECONDS"),
        (("--token-file", "-", "--url", "ftp://till.example.com"), b"t", 2, "https://"),
        (("--token-file", "-", "--url", "https://"), b"t", 2, "https://"),
        (("--token-file", "-", "--url", "https://[till"), b"t", 2, "https://"),
        (("--token-file", "-", "--url", "https://ada:secret@till.example.com"), b"t", 2, "no place for them"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(
    till: Till, words: tuple[str, ...], told: bytes, code: int, said: str
) -> None:
    """Nothing is connected, and nothing of what was given is repeated."""
    till.location()

    done = till.run("source", "add", "square", "--name", "main", "--location", 1, *words, told=told)

    assert (done.code, done.out) == (code, "")
    assert said in done.talk
    assert till.run("source", "list", "--json").value == []


def test_credentials_that_the_source_refuses_are_told_at_once(till: Till, upstream: Serving) -> None:
    """Nothing is kept; --no-check keeps it unasked."""
    till.location()

    refused = _add(till, upstream.url, secret="wrong-token-of-tests")

    assert refused.code == 2
    assert "refuses these credentials" in refused.talk
    assert "wrong-token" not in refused.talk
    assert till.run("source", "list", "--json").value == []
    assert _add(till, upstream.url, "--no-check", secret="wrong-token-of-tests").code == 0
    tested = till.run("source", "test", "main")
    assert tested.code == 1
    assert "source secret" in tested.talk


def test_credentials_that_ran_out_are_renewed_before_they_are_kept(
    till: Till, shop: Shop, upstream: Serving
) -> None:
    """A token file with a refresh token needs no token that still holds; a refresh token is used once only."""
    till.location()
    secret = json.dumps({"client_id": "id", "client_secret": "s", "refresh_token": shop.till.refresh_token})

    assert _add(till, upstream.url, secret=secret).code == 0

    assert shop.till.refresh_token != "square-refresh"
    assert till.run("source", "test", "main").code == 0
    renewed = shop.till.refresh_token
    again = json.dumps({"client_id": "id", "client_secret": "s", "refresh_token": renewed})
    assert _add(till, upstream.url, secret=again).code == 1, "the name is taken"
    assert shop.till.refresh_token == renewed


def test_a_source_that_is_away_is_connected_all_the_same(till: Till, shop: Shop, upstream: Serving) -> None:
    """What was typed is not lost, and it is said that nobody answered."""
    till.location()
    shop.failing = Response(503, {}, b"")

    done = _add(till, upstream.url)

    assert done.code == 0
    assert "could not be asked just now: The source answered 503" in done.talk
    assert [one["name"] for one in till.run("source", "list", "--json").value] == ["main"]


def test_names_and_locations_must_be_right(connected: Till, upstream: Serving) -> None:
    """A name is taken once; a location must be there."""
    assert _add(connected, upstream.url).code == 1
    assert _add(connected, upstream.url, "--location", 9, name="other").code == 3
    assert _add(connected, upstream.url, name="a\nb").code == 2
    assert connected.run("source", "test", "nobody").code == 3


def test_what_a_kind_does_not_take_is_refused(till: Till, tmp_path: Path) -> None:
    """Credentials or webhooks of a kind that has none."""
    till.location()
    words = ("source", "add", "files", "--name", "main", "--location", 1, "--set", f"folder={tmp_path}")

    assert "takes no credentials" in till.run(*words, "--token-file", "-", told="t").talk
    assert "sends no webhooks" in till.run(*words, "--hook-secret-file", till.file("hook", "s")).talk
    assert till.run("source", "list", "--json").value == []


def test_a_terminal_sees_how_far_a_sync_is(connected: Till, shop: Shop) -> None:
    """A bar with what was read; the words stay."""
    outer, inner = pty.openpty()
    running = connected.start("sync", stderr=inner)
    os.close(inner)
    drawn = b""
    with open(outer, "rb", buffering=0) as terminal, suppress(OSError):  # a terminal ends with an error
        while piece := terminal.read(4096):
            drawn += piece
    running.communicate(timeout=30)

    assert running.returncode == 0
    assert b"main: 2 read" in drawn
    assert b"2 created" in drawn


# --- secrets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_secret_is_nowhere_to_be_read(till: Till, upstream: Serving, encrypted: bool) -> None:
    """Neither in a file of the data folder, nor in what any command prints."""
    words: tuple[object, ...] = ()
    if encrypted:
        words = ("--key-file", till.folder / "key")
        assert till.run("key", "create", *words).code == 0
    assert till.run("location", "add", 1, "--country", "US", *words).code == 0
    hook = till.file("hook", HOOK_SECRET)

    said = [_add(till, upstream.url, "--hook-secret-file", hook, "--json", *words)]
    for command in (
        ("sync", "--json"), ("source", "list", "--json"), ("source", "list"), ("source", "runs", "main", "--json"),
        ("source", "test", "main", "--json"), ("source", "pause", "main", "--json"), ("doctor", "--json"),
        ("stats", "--json"),
    ):  # fmt: skip
        said.append(till.run(*command, *words))

    printed = "".join(done.out + done.talk for done in said)
    assert TOKEN not in printed
    assert HOOK_SECRET not in printed
    kept = b"".join(path.read_bytes() for path in till.data.rglob("*") if path.is_file())
    assert TOKEN.encode() not in kept
    assert HOOK_SECRET.encode() not in kept
    assert (till.data / "sources.key").exists() is not encrypted
    if not encrypted:
        assert (till.data / "sources.key").stat().st_mode & 0o777 == 0o600
        assert [path.name for path in till.data.glob("sources.key.*")] == []


def test_a_lost_key_stops_the_source_and_nothing_else(connected: Till) -> None:
    """The message has the cure; with it the source goes on."""
    assert connected.run("sync").code == 0
    (connected.data / "sources.key").unlink()

    stopped = connected.run("sync", "--json")

    assert stopped.code == 4
    assert stopped.value[0]["state"] == "stopped"
    assert "key file is lost" in stopped.value[0]["message"]
    checked = connected.run("doctor")
    assert checked.code == 1
    assert "regulars source secret main --token-file" in checked.talk
    assert connected.run("source", "secret", "main", "--token-file", "-", told=TOKEN).code == 0
    assert connected.run("source", "resume", "main").code == 0
    assert connected.run("sync").code == 0
    assert connected.run("doctor").code == 0


def test_a_sealed_secret_opens_for_its_own_source_alone(connected: Till, upstream: Serving) -> None:
    """Who can write the store but has no key cannot have one source's credentials sent to another's address."""
    assert _add(connected, upstream.url, name="other").code == 0
    with closing(sqlite3.connect(connected.data / "regulars.db")) as store, store:
        store.execute("UPDATE pull SET secret = (SELECT secret FROM pull ORDER BY source_id LIMIT 1)")

    assert connected.run("source", "test", "main").code == 0
    moved = connected.run("source", "test", "other")
    assert moved.code == 1
    assert "cannot be opened" in moved.talk


# --- what a person does with it --------------------------------------------------------------------------------------


def test_a_source_rests_while_it_is_paused(connected: Till, upstream: Serving) -> None:
    """It is asked nothing, and says so; each command prints one JSON value."""
    paused = connected.run("source", "pause", "main", "--json")
    before = upstream.count

    done = connected.run("sync", "--json")

    assert paused.value["state"] == "paused"
    assert (done.code, done.value[0]["state"], done.value[0]["run"]) == (0, "paused", None)
    assert "source resume main" in done.talk
    assert upstream.count == before
    assert connected.run("source", "resume", "main", "--json").value["state"] == "active"
    assert connected.run("sync").code == 0
    assert _emails(connected) == ["ada@example.com", "grace@example.com"]


def test_what_vanished_at_once_is_deleted_when_a_person_says_so(connected: Till, shop: Shop) -> None:
    """Held, told by sync, doctor and stats; accepted even when a hundred runs lie between; then all is well."""
    shop.till.has_events = False
    ids = [shop.till.create(given_name=f"N{at}", email_address=f"n{at}@example.com") for at in range(30)]
    assert connected.run("sync").code == 0
    for id in ids:
        shop.till.delete(id)

    held = connected.run("sync", "--full", "--json")

    assert held.code == 4
    assert (held.value[0]["state"], held.value[0]["run"]["outcome"]) == ("held", "held")
    assert "source accept main" in held.talk
    assert len(_emails(connected)) == 32
    checked = connected.run("doctor")
    assert (checked.code, "regulars source accept main" in checked.talk) == (1, True)
    assert connected.run("stats", "--json").value["connected"][0]["state"] == "held"
    _many_runs(connected)
    assert connected.run("source", "accept", "main").code == 2, "nobody is there to ask"
    assert connected.run("source", "accept", "main", "--yes", "--json").value == {"deleted": 30}
    assert _emails(connected) == ["ada@example.com", "grace@example.com"]
    assert connected.run("source", "accept", "main", "--yes").code == 1
    assert connected.run("doctor").code == 0


def _many_runs(till: Till) -> None:
    """As if a hundred webhooks had each been fetched since."""
    with closing(sqlite3.connect(till.data / "regulars.db")) as store, store:
        store.execute("UPDATE pull_run SET run_no = run_no - 1000")


def test_a_removed_source_leaves_its_customers(connected: Till, upstream: Serving) -> None:
    """Its credentials are gone; the same name can be connected again, and changes nothing."""
    assert connected.run("sync").code == 0
    assert connected.run("source", "remove", "main").code == 2, "nobody is there to ask"
    assert connected.run("source", "remove", "main", "--yes").code == 0

    assert connected.run("source", "list", "--json").value == []
    assert len(_emails(connected)) == 2
    assert _add(connected, upstream.url).code == 0
    counts = connected.run("sync", "--json").value[0]["run"]["counts"]
    assert (counts["created"], counts["unchanged"]) == (0, 2)


def test_a_hook_is_told_once(connected: Till) -> None:
    """A new path each time; a kind without webhooks has none."""
    first = connected.run("source", "hook", "main", "--json").value["hook"]
    second = connected.run("source", "hook", "main", "--json").value["hook"]

    assert first.startswith("/hooks/hk_")
    assert first != second
    assert "hk_" not in connected.run("source", "list", "--json").out


# --- syncing ---------------------------------------------------------------------------------------------------------


def test_quarantined_records_end_a_sync_with_4(connected: Till, shop: Shop) -> None:
    """The others are in."""
    shop.till.create(given_name="X", id="x" * 2_000)

    done = connected.run("sync", "--json")

    assert done.code == 4
    assert done.value[0]["run"]["counts"]["quarantined"] == 1
    assert len(_emails(connected)) == 2


def test_a_sync_waits_where_the_source_asks_for_it(connected: Till, shop: Shop) -> None:
    """It says why and how long, then goes on by itself."""
    shop.failing = Response(429, {"retry-after": "2"}, b"")
    running = connected.start("sync", "--json")
    _await(lambda: connected.run("source", "list", "--json").value[0]["failures"] > 0)
    shop.failing = None

    out, talk = finish(running)

    assert json.loads(out)[0]["run"]["counts"]["created"] == 2
    assert "main: The source answered 429; it goes on in 2 s." in talk


def test_a_sync_goes_on_where_another_was_killed(connected: Till, shop: Shop) -> None:
    """The lease of the killed one is waited for; nothing is lost."""
    shop.failing = Response(429, {"retry-after": "600"}, b"")
    running = connected.start("sync")
    _await(lambda: connected.run("source", "list", "--json").value[0]["failures"] > 0)
    running.kill()
    running.communicate(timeout=30)
    shop.failing = None
    with closing(open_directory(connected.data)) as directory:
        account = places.account(directory, "default").account_id
        assert pulling.lease(
            directory, account, pulling.every(directory, account)[0].source_id, "gone", seconds=3
        )

    done = connected.run("sync", "--json")

    assert done.code == 0
    assert "somebody else has it, or was killed" in done.talk
    assert done.value[0]["run"]["counts"]["created"] == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_watch_pulls_until_it_is_told_to_stop(
    connected: Till, upstream: Serving, number: signal.Signals
) -> None:
    """Whatever is due, sources that are connected meanwhile too; it ends with 0, and the lease is given back."""
    running = connected.start("sync", "--watch", "--json")
    _await(lambda: len(_emails(connected)) == 2)
    assert _add(connected, upstream.url, name="other").code == 0
    _await(lambda: all(one["fresh_at"] for one in connected.run("source", "list", "--json").value))

    running.send_signal(number)
    out, _ = finish(running)

    assert [(one["source"], one["run"]["outcome"]) for one in json.loads(out)] == [
        ("main", "done"),
        ("other", "done"),
    ]
    assert connected.run("sync", "--json").value[0]["run"] is not None


def _await(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)


# --- doctor and stats ------------------------------------------------------------------------------------------------


def test_the_doctor_tells_of_a_source_that_nobody_pulls(connected: Till, shop: Shop) -> None:
    """Fresh at first; after a day of nobody, or of failures, it is wrong, with the cure that fits."""
    assert connected.run("sync").code == 0
    assert connected.run("doctor").code == 0
    _days_pass(connected)

    unpulled = connected.run("doctor")

    assert unpulled.code == 1
    assert "source main: Start regulars serve" in unpulled.talk
    shop.failing = Response(503, {}, b"")
    running = connected.start("sync")
    _await(lambda: connected.run("source", "list", "--json").value[0]["failures"] > 0)
    running.send_signal(signal.SIGTERM)
    finish(running, code=130)
    failing = connected.run("doctor")
    assert failing.code == 1
    assert "source main: Look at it with: regulars source test main" in failing.talk
    assert "The source answered 503" in failing.out
    shop.failing = None
    assert connected.run("sync").code == 0
    assert connected.run("doctor").code == 0


def _days_pass(till: Till) -> None:
    with closing(sqlite3.connect(till.data / "regulars.db")) as store, store:
        store.execute(
            "UPDATE pull SET fresh_at = fresh_at - 86400000000, created_at = created_at - 86400000000"
        )


def test_stats_tell_how_fresh_each_source_is(connected: Till) -> None:
    """In the table and in --json."""
    [before] = connected.run("stats", "--json").value["connected"]
    assert connected.run("sync").code == 0

    [after] = connected.run("stats", "--json").value["connected"]

    assert (before["fresh_at"], before["state"], after["name"]) == (None, "active", "main")
    assert after["fresh_at"] in connected.run("stats").out
