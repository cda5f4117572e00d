"""What every kind of source survives: a till that fails, lies and drifts. Part of `regulars.testing.conformance`."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial

from regulars import errors
from regulars.model.pull import Item, Page
from regulars.model.record import Record
from regulars.sources.contract import Source
from regulars.sources.http import Request, Response, Transport
from regulars.testing import trial as trials
from regulars.testing.tills import hostile, spoiling
from regulars.testing.tills.hostile import Hostile
from regulars.testing.trial import Broken, Trial, opened, refused, shown

_SEEDS = 12
_TRIES_MAX = 3_000
_NAME = "Marrowbone"
_EVERY_VERB = ("walk", "check", "filters", "fetch")
_HTML = b"<html><body>Marrowbone0 +12125550100 will be back soon</body></html>"


def failures_are_told_apart(trial: Trial) -> None:
    """What is to be tried again, with the wait that the till asks for; what needs other credentials; what a person."""
    _crowd(trial)
    again = errors.Retriable
    person = (errors.Unauthorised, errors.Fatal)
    for answer, expected, wait in (
        (Response(401, {}, _HTML), person, None),
        (Response(403, {}, _HTML), person, None),
        (Response(302, {"location": "https://elsewhere.example.org/"}, b""), errors.Fatal, None),
        (Response(429, {"retry-after": "7"}, _HTML), again, 7),
        (Response(500, {}, _HTML), again, None),
        (Response(503, {"retry-after": "9"}, _HTML), again, 9),
        (Response(200, {"content-type": "text/html"}, _HTML), again, None),
        (Response(200, {}, b""), again, None),
        (Response(200, {}, b'{"data": [{"id": "'), again, None),
        (Response(200, {}, b"[" * 100_000), again, None),
        (Response(200, {}, b'{"a": "\xff\xfe"}'), again, None),
    ):
        verbs = ("walk", "check") if answer.status >= 300 else ("walk",)
        for error in _refusals(trial, _Always(answer), *verbs):
            if not isinstance(error, expected):
                raise Broken(
                    f"The answer {answer.status} {answer.body[:20]!r} was told as {type(error).__name__}"
                )
            if wait is not None and isinstance(error, errors.Retriable) and error.retry_after != wait:
                raise Broken(f"The till asked to wait {wait} seconds, and {error.retry_after} were told")


def errors_tell_nothing_of_anybody(trial: Trial) -> None:
    """No name, no phone and no credentials in the sentence, whatever the answer holds."""
    _crowd(trial)
    private = [_NAME, "2125550100"]
    secret = trial.given().secret
    if secret:
        private.append(secret)
    for status in (200, 302, 400, 401, 403, 404, 409, 422, 429, 500):
        for body in (
            _HTML,
            b'{"errors": [{"detail": "Marrowbone0 +12125550100"}], "message": "Marrowbone0"}',
        ):
            for error in _refusals(trial, _Always(Response(status, {}, body)), *_EVERY_VERB):
                if error is not None and any(word in f"{error} {error.hint}" for word in private):
                    raise Broken(f"An error after the answer {status} repeats what the till said")


def answers_of_another_shape_are_survived(trial: Trial) -> None:
    """JSON that is no page raises an error of the contract, or is an empty page; it never ends otherwise."""
    _crowd(trial)
    for body in spoiling.OTHER_SHAPES:
        _refusals(trial, _Always(Response(200, {}, body)), *_EVERY_VERB)
    for body in (b"null", b'""', b"7", b"true"):
        if None in _refusals(trial, _Always(Response(200, {}, body)), "walk"):
            raise Broken(f"{body!r} was taken for the end of a walk: everybody would have vanished")


def no_failure_loses_anybody(trial: Trial) -> None:
    """A till that fails a third of the time is walked to its end, and everybody has been seen."""
    model = _crowd(trial)
    for seed in range(_SEEDS):
        till = Hostile(trial, random.Random(seed), faults=hostile.FAILURES, share=0.3, now=trial.now)  # noqa: S311
        items = [item for page in _walked(trial, till, is_true=True) for item in page.items]
        if set(shown(trial, items)) != set(model):
            raise Broken(f"After failures somebody is missing (seed {seed})")


def no_failure_makes_anybody_gone(trial: Trial) -> None:
    """Those who are fetched from a till that fails are brought in the end, and none of them is said to be gone."""
    refs = list(_crowd(trial))[:6]
    for seed in range(_SEEDS * 4):
        till = Hostile(trial, random.Random(seed), faults=hostile.FAILURES, share=0.3, now=trial.now)  # noqa: S311
        source = opened(trial, transport=till)
        for _ in range(_TRIES_MAX):
            items: list[Item] = []
            error = refused(partial(_extend, items, source, refs))
            if error is None:
                break
            if not isinstance(error, errors.Retriable):
                raise Broken(f"A till that only fails was told as {type(error).__name__}")
        if set(shown(trial, items)) != set(refs):
            raise Broken(f"After failures somebody who was fetched is gone (seed {seed})")


def _extend(items: list[Item], source: Source, refs: Sequence[str]) -> None:
    items += source.fetch(refs)


def lies_are_survived(trial: Trial) -> None:
    """Rows that drift, repeat or are none, cursors in circles: a page, or an error of the contract; never a crash."""
    _crowd(trial)
    for seed in range(_SEEDS * 4):
        chance = random.Random(seed)  # noqa: S311
        till = Hostile(trial, chance, share=0.7, ignored=trial.filters, now=trial.now)
        for page in _walked(trial, till, is_true=False):
            for item in page.items:
                if isinstance(item, Record):
                    _read(trial, item)


def _read(trial: Trial, record: Record) -> None:
    error = refused(lambda: trials.customer(trial, record))
    if error is not None and not isinstance(error, errors.Invalid):
        raise Broken(f"A reader raised {type(error).__name__}; what cannot be read is Invalid")


def _crowd(trial: Trial) -> dict[str, str]:
    """So many customers: ref -> name."""
    names = [f"{_NAME}{at}" for at in range(trial.many)]
    return {trial.create(name, f"+1212555{at % 40 + 100:04}"): name for at, name in enumerate(names)}


PROMISES = (
    failures_are_told_apart,
    errors_tell_nothing_of_anybody,
    answers_of_another_shape_are_survived,
    no_failure_loses_anybody,
    no_failure_makes_anybody_gone,
    lies_are_survived,
)


class _Always:
    """The same answer to everything."""

    def __init__(self, answer: Response) -> None:
        self._answer = answer

    def send(self, _request: Request) -> Response:
        """That answer."""
        return self._answer


def _refusals(trial: Trial, transport: Transport, *verbs: str) -> list[errors.RegularsError | None]:
    """What these raise over this transport (None: nothing); `walk` is the first page of a full walk."""
    sources: list[Source] = []
    opening = refused(lambda: sources.append(opened(trial, transport=transport)))
    if opening is not None:
        return [opening]
    [source] = sources
    calls: dict[str, Callable[[], object]] = {
        "walk": lambda: source.page(source.begin(None, full=True)),
        "check": source.check,
        "filters": source.honours_filters,
        "fetch": lambda: source.fetch(["A1"]),
    }
    return [refused(calls[verb]) for verb in verbs]


def _walked(trial: Trial, till: Hostile, *, is_true: bool) -> list[Page]:
    """The pages of a full walk by somebody who tries again, as the engine does."""
    pages: list[Page] = []
    counting = trials.Counting(till)
    source = opened(trial, transport=counting)
    state = None
    counting.max = trials.REQUESTS_OF_A_PAGE_MAX
    for _ in range(_TRIES_MAX if is_true else 60):
        counting.count = 0
        try:
            if state is None:
                state = trials.kept(source.begin(None, full=True))
            page = trials.asked(source.page, state)
        except errors.StartOver:
            state = None
        except errors.RegularsError as error:
            if is_true and not isinstance(error, errors.Retriable):
                raise Broken(f"A till that only fails was told as {type(error).__name__}") from None
        else:
            pages.append(page)
            if page.state is None:
                return pages
            state = trials.kept(page.state)
    if is_true:
        raise Broken("A till that fails a third of the time was never walked to its end")
    return pages
