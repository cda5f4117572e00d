"""Sources as a person adds and tests them: what is said is checked, secrets are sealed, the source is asked once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct, structs

from regulars import errors, limits
from regulars.app.pulling import parts
from regulars.directory import Directory, hooks, places, pulling, sealing
from regulars.model.pulling import NewPull, Pull
from regulars.sources import registry
from regulars.sources.contract import Budget, Given, Kind
from regulars.sources.http import Http
from regulars.sources.transport import Network

FAIL_PERCENT = 20
VANISH_PERCENT = 10


class Wish(Struct, frozen=True, kw_only=True):
    """A source as it is asked for. None: what the kind says."""

    kind: str
    name: str
    location_id: int
    url: str | None = None
    secret: str | None = None
    hook_secret: str | None = None
    options: Mapping[str, str] = {}
    every_seconds: int | None = None
    full_every_seconds: int | None = None
    budget: Budget | None = None
    fail_percent: int = FAIL_PERCENT
    vanish_percent: int = VANISH_PERCENT


class Connected(Struct, frozen=True):
    """A source that was connected; `hook`: the path that its webhooks come to, told this once.

    `trouble`: why it could not be asked just now.
    """

    pull: Pull
    hook: str | None
    trouble: str | None = None


def add(directory: Directory, account_id: int, wish: Wish, *, check: bool = True) -> Connected:
    """Connects a source. With `check` it is asked first, and refused when its credentials are.

    A source that cannot be reached now is connected all the same: it is tried again when its time comes. Raises
    Invalid for what the kind does not take, NotFound for an unknown kind or location, Conflict for a name in use.
    """
    kind = registry.kind(wish.kind)
    options = _options(kind, wish.options)
    _check_said(kind, wish)
    location = places.location(directory, account_id, wish.location_id)
    pulling.check_free(directory, account_id, wish.name)  # before a refresh token is used up
    secret, trouble = wish.secret, None
    if check:
        given = Given(wish.url, wish.secret, options, wish.location_id, location.country)
        secret, trouble = _tried(kind, given)

    def sealed(secret: str | None) -> bytes | None:
        return None if secret is None else sealing.seal(directory, account_id, wish.name, secret)

    budget = wish.budget
    pull = pulling.add(
        directory,
        account_id,
        NewPull(
            kind=kind.name,
            name=wish.name,
            location_id=wish.location_id,
            url=wish.url,
            options=options,
            secret=sealed(secret),
            hook_secret=sealed(wish.hook_secret),
            every_seconds=wish.every_seconds or kind.every_seconds,
            full_every_seconds=wish.full_every_seconds or kind.full_every_seconds,
            budget_requests=None if budget is None else budget.requests,
            budget_milliseconds=None if budget is None else round(budget.seconds * 1_000),
            fail_percent=wish.fail_percent,
            vanish_percent=wish.vanish_percent,
        ),
    )
    hook = None if kind.hook is None else open_hook(directory, pull)
    return Connected(pull, hook, trouble)


def open_hook(directory: Directory, pull: Pull, secret: str | None = None) -> str:
    """A new path for a source's webhooks, told this once; `secret`: what they are signed with from now on.

    Raises Invalid for a kind that sends none.
    """
    if registry.kind(pull.kind).hook is None:
        raise errors.Invalid(f"A source of kind {pull.kind} sends no webhooks", field="source", rule="kind")
    if secret is not None:
        pulling.keep_hook_secret(directory, pull, sealing.seal(directory, pull.account_id, pull.name, secret))
    return hooks.PATH + hooks.open(directory, pull.account_id, pull.source_id)


def test(directory: Directory, pull: Pull) -> bool:
    """Asks a connected source once; whether it obeys the filters of its walks. Raises what it answers."""
    kind = registry.kind(pull.kind)
    location = places.location(directory, pull.account_id, pull.location_id)
    given = Given(pull.url, parts(directory).unseal(pull), pull.options, pull.location_id, location.country)
    try:
        return ask(kind, given, filters=kind.is_incremental)
    except errors.Unauthorised as error:
        renewed = "; those that can be renewed are with the next pull" if kind.refresh else ""
        raise errors.Fatal(
            error.message, hint=f"regulars source secret NAME --token-file …{renewed}"
        ) from None


def ask(kind: Kind, given: Given, *, filters: bool = False) -> bool:
    """One cheap request, and with `filters` a second one; raises what the source answers."""
    network = Network()
    try:
        source = kind.open(given, Http(network))
        try:
            source.check()
            return source.honours_filters() if filters else True
        finally:
            source.close()
    except errors.RegularsError:
        raise
    except (
        Exception
    ) as error:  # a kind of another package may raise anything; its words may hold what it was given
        raise errors.Fatal(
            f"The kind of source {kind.name} fails with {type(error).__name__}",
            hint="Look at what it was given; or the package that brings it is broken.",
        ) from None
    finally:
        network.close()


def keep_secret(directory: Directory, pull: Pull, secret: str) -> None:
    """New credentials of a connected source."""
    pulling.keep_secret(directory, pull, sealing.seal(directory, pull.account_id, pull.name, secret))


def read_secret(path: Path, stdin: bytes | None = None) -> str:
    """The credentials in a file; raises Invalid when it holds none, or far too much."""
    try:
        data = stdin if stdin is not None else _begin_of(path)
    except OSError as error:
        raise errors.NotFound(f"The token file {path} cannot be read: {error.strerror}") from None
    if len(data) > limits.SOURCE_SECRET_BYTES_MAX:
        raise errors.Invalid("That is no token file: it is too large", field="token-file", rule="too_long")
    try:
        secret = data.decode().strip()
    except UnicodeDecodeError:
        raise errors.Invalid(
            "That is no token file: it is no text", field="token-file", rule="form"
        ) from None
    if not secret:
        raise errors.Invalid("The token file is empty", field="token-file", rule="empty")
    return secret


def _begin_of(path: Path) -> bytes:
    """Enough to tell that it is too much: /dev/stdin may have no end."""
    with path.open("rb") as file:
        return file.read(limits.SOURCE_SECRET_BYTES_MAX + 1)


def _tried(kind: Kind, given: Given) -> tuple[str | None, str | None]:
    """The credentials as they are to be kept, and why the source could not be asked; raises Invalid when it refuses.

    Those of a day may have run out: where they can be renewed they are, and the new ones are kept.
    """
    try:
        try:
            ask(kind, given)
        except errors.Unauthorised:
            if kind.refresh is None:
                raise
            given = structs.replace(given, secret=_renewed(kind, given))
            ask(kind, given)
    except errors.Unauthorised:
        raise errors.Invalid(
            "The source refuses these credentials", field="token-file", rule="refused"
        ) from None
    except errors.Retriable as error:
        return given.secret, error.message
    return given.secret, None


def _renewed(kind: Kind, given: Given) -> str:
    assert kind.refresh is not None  # noqa: S101  # looked at by whoever asks
    network = Network()
    try:
        return kind.refresh(given, Http(network)).secret
    except errors.RegularsError as error:
        if isinstance(error, errors.Retriable):
            raise
        raise errors.Unauthorised("The source refuses the credentials", reason="unknown") from None
    finally:
        network.close()


def _options(kind: Kind, given: Mapping[str, str]) -> dict[str, str]:
    known = {option.name: option for option in kind.options}
    for name in given:
        if name not in known:
            raise errors.Invalid(
                f"A source of kind {kind.name} has no option of that name", field="set", rule="unknown",
                hint="Its options are: " + (", ".join(known) or "none"),
            )  # fmt: skip
    for option in kind.options:
        if option.is_required and option.name not in given:
            raise errors.Invalid(
                f"A source of kind {kind.name} needs --set {option.name}=…", field="set", rule="required",
                hint=option.summary,
            )  # fmt: skip
    defaults = {option.name: option.default for option in kind.options if option.default is not None}
    return defaults | dict(given)


def _check_said(kind: Kind, wish: Wish) -> None:
    if kind.needs_url and wish.url is None:
        raise errors.Invalid(f"A source of kind {kind.name} needs --url", field="url", rule="required")
    if wish.url is not None:
        _check_url(wish.url)
    if kind.secret is not None and wish.secret is None:
        raise errors.Invalid(
            f"A source of kind {kind.name} needs credentials", field="token-file", rule="required",
            hint=f"--token-file FILE: {kind.secret}",
        )  # fmt: skip
    if kind.secret is None and wish.secret is not None:
        raise errors.Invalid(
            f"A source of kind {kind.name} takes no credentials", field="token-file", rule="unknown"
        )
    if kind.hook is None and wish.hook_secret is not None:
        raise errors.Invalid(
            f"A source of kind {kind.name} sends no webhooks", field="hook-secret-file", rule="unknown"
        )


def _check_url(url: str) -> None:
    """An address, which is kept and shown as it is: so without credentials in it."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or not url.isprintable() or len(url) > limits.SOURCE_URL_LENGTH_MAX:
        raise errors.Invalid("--url is an address such as https://host/…", field="url", rule="form")
    if "@" in parts.netloc:
        raise errors.Invalid(
            "--url holds credentials, and is no place for them", field="url", rule="credentials",
            hint="Put them into the token file.",
        )  # fmt: skip
