"""What every kind of source keeps to, tried against a till of its own.

    @pytest.mark.parametrize("promise", conformance.promises(MyTrial), ids=conformance.name)
    def test_it_keeps_the_contract(promise):
        promise(MyTrial())

Each promise takes a fresh `Trial` (regulars.testing.trial) and raises `Broken` when it is not kept.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence

import msgspec

from regulars import errors
from regulars.model.customer import Customer
from regulars.model.pull import Erased, Gone, Item, Merged, State
from regulars.model.record import Record, Unreadable
from regulars.sources.http import Request, Response
from regulars.testing import trial as trials
from regulars.testing.conformance_hostile import PROMISES as HOSTILE
from regulars.testing.trial import Broken, Trial, can, opened, ref_of, shown, walk

Promise = Callable[[Trial], None]
_DAY = 86_400
_ANOTHERS = "what-opens-another-till"
_NAME = "Quillfeather"


def promises(trial: type[Trial]) -> list[Promise]:
    """Those that this trial's kind must keep; raises Broken when the trial does not say how to try what it declares."""
    declared = {
        "delete": trial.kind.deletes != "none",
        "merge": trial.kind.merges is not None,
        "erase": trial.kind.erasure is not None,
    }
    for verb, is_declared in declared.items():
        if is_declared and not can(trial, verb):
            raise Broken(f"The kind declares it, so the trial must say how: {verb}")
    chosen = [*_ALWAYS]
    chosen += [promise for verb, promise in _WHEN_IT_CAN.items() if can(trial, verb)]
    if trial.kind.deletes == "none" and deletions_show in chosen:
        chosen.remove(deletions_show)
    if trial.is_repeatable:
        chosen.append(the_same_state_brings_the_same_page)
    if trial.is_http:
        chosen += [a_page_is_a_bounded_number_of_requests, *HOSTILE]
        if trial.kind.secret is not None:
            chosen.append(wrong_credentials_are_told)
    return chosen


def name(promise: Promise) -> str:
    """What a promise is called, for `ids=`."""
    return promise.__name__


# --- walks -----------------------------------------------------------------------------------------------------------


def a_full_walk_shows_everybody(trial: Trial) -> None:
    """Each customer once at least, read with its name and its phone, over more pages than one."""
    model = _crowd(trial)
    walked = walk(trial, full=True)
    _equal(shown(trial, walked.items), model)
    if len(walked.pages) < 2:
        raise Broken(
            f"{trial.many} customers came in one page: `many` must be more than that, for paging to be tried"
        )


def an_empty_till_is_walked(trial: Trial) -> None:
    """To its end, and there is a bookmark all the same."""
    walked = walk(trial, full=True)
    _equal(shown(trial, walked.items), {})
    [ref] = _crowd(trial, 1)
    _some(
        shown(trial, walk(trial, walked.bookmark).items),
        [ref],
        "a customer who is new since the till was empty",
    )


def a_walk_goes_on_in_another_process(trial: Trial) -> None:
    """Whoever opens the source anew and has the state brings the rest."""
    model = _crowd(trial)
    _equal(shown(trial, walk(trial, full=True, is_reopened=True).items), model)


def the_same_state_brings_the_same_page(trial: Trial) -> None:
    """After a kill the page is asked for again, and what it brings is the same, to the byte."""
    _crowd(trial)
    source = opened(trial)
    for state in walk(trial, full=True).states:
        first, second = source.page(state), source.page(state)
        if _told(first.items) != _told(second.items) or first.state != second.state:
            raise Broken("The same state brought another page, though nothing had changed")


def changes_show(trial: Trial) -> None:
    """A walk from the bookmark brings who is new, and a changed name, and a changed phone."""
    model = _crowd(trial)
    bookmark = walk(trial, full=True).bookmark
    refs = list(model)
    new = trial.create("Latecomer", "+12125550199")
    trial.edit(refs[1], name="Renamed")
    trial.edit(refs[-1], phone="+12125550198")
    found = shown(trial, walk(trial, trials.kept(bookmark)).items)
    expected = {new: ("Latecomer", "+12125550199"), refs[1]: ("Renamed", model[refs[1]][1])}
    expected[refs[-1]] = (model[refs[-1]][0], "+12125550198")
    _some(found, expected, "a change")
    _equal({ref: found[ref] for ref in expected}, expected)


def nothing_that_happens_during_a_walk_is_lost(trial: Trial) -> None:
    """Who changes or comes after their page was read is met by the next walk: the bookmark is not later than that."""
    model = _crowd(trial)
    changed: dict[str, tuple[str, str]] = {}

    def meanwhile(number: int) -> None:
        if number == 0:
            for ref in list(model):
                trial.edit(ref, phone="+12125550177")
                changed[ref] = (model[ref][0], "+12125550177")
            changed[trial.create("Meanwhile", "+12125550178")] = ("Meanwhile", "+12125550178")

    walked = walk(trial, full=True, after_page=meanwhile)
    items = [*walked.items, *walk(trial, trials.kept(walked.bookmark)).items]
    _equal(shown(trial, items), changed)


def a_walk_of_changes_ends(trial: Trial) -> None:
    """Walk after walk from the bookmark of the one before; the last one knows no less than the first."""
    model = _crowd(trial)
    bookmark: State | None = None
    people: dict[str, Customer] = {}
    for _ in range(4):
        walked = walk(trial, bookmark)
        people |= shown(trial, walked.items)
        bookmark = trials.kept(walked.bookmark)
    _equal(people, model)


def quiet_times_bring_little(trial: Trial) -> None:
    """Where nothing has happened for days, an incremental walk brings nobody."""
    if not trial.kind.is_incremental:
        return
    _crowd(trial)
    trial.pass_seconds(2 * _DAY)
    bookmark = walk(trial, full=True).bookmark
    trial.pass_seconds(2 * _DAY)
    bookmark = walk(trial, bookmark).bookmark
    trial.pass_seconds(2 * _DAY)
    again = walk(trial, bookmark)
    if again.items:
        raise Broken(f"{len(again.items)} items came, days after anything had changed")


def silent_changes_show_in_a_full_walk(trial: Trial) -> None:
    """What no time shows is found when everybody is looked at."""
    model = _crowd(trial)
    walk(trial, full=True)
    ref = next(iter(model))
    trial.edit_silently(ref, phone="+12125550155")
    model[ref] = (model[ref][0], "+12125550155")
    _equal(shown(trial, walk(trial, full=True).items), model)


# --- those who leave -------------------------------------------------------------------------------------------------


def deletions_show(trial: Trial) -> None:
    """In the way that the kind declares: an incremental walk says so, or a full walk no longer shows them."""
    model = _crowd(trial)
    bookmark = walk(trial, full=True).bookmark
    ref = list(model)[2]
    trial.delete(ref)
    del model[ref]
    if trial.kind.deletes in {"tombstone", "filter"}:
        items = walk(trial, trials.kept(bookmark)).items
        if not any(isinstance(item, Gone | Erased) and item.ref == ref for item in items):
            raise Broken("A deletion did not show, though the kind declares that it does")
    _equal(shown(trial, walk(trial, full=True).items), model)


def merges_show(trial: Trial) -> None:
    """The one who is merged away is `Merged` into the survivor, who can be fetched and has what it gained."""
    model = _crowd(trial)
    kept, lost = list(model)[:2]
    bookmark = walk(trial, full=True).bookmark
    trial.merge(lost, kept)
    del model[lost]
    items = walk(trial, trials.kept(bookmark)).items
    merged = [item for item in items if isinstance(item, Merged)]
    if [(item.ref, item.into) for item in merged] != [(lost, kept)] and not _is_new_survivor(
        merged, {lost, kept}
    ):
        raise Broken("A merge did not show as one `Merged` of who was merged away into who survived")
    into = merged[0].into
    if into not in shown(trial, opened(trial).fetch([into])):
        raise Broken("The survivor of a merge cannot be fetched")
    everybody = shown(trial, walk(trial, full=True).items)
    gone = {item.ref for item in merged} & set(everybody)
    if gone or into not in everybody:
        raise Broken("After a merge a full walk shows somebody else than the survivor")


def _is_new_survivor(merged: Sequence[Merged], both: set[str]) -> bool:
    """Square makes a new customer of both (contracts/pos-systems.md 2.2)."""
    return {item.ref for item in merged} == both and len({item.into for item in merged} - both) == 1


def erasures_show(trial: Trial) -> None:
    """As `Erased`, and nothing of what the till shows in their place is a record (contracts/pos-systems.md 2.3)."""
    model = _crowd(trial)
    bookmark = walk(trial, full=True).bookmark
    ref = list(model)[1]
    trial.erase(ref)
    del model[ref]
    for items in (walk(trial, trials.kept(bookmark)).items, walk(trial, full=True).items):
        about = [item for item in items if ref_of(trial, item) == ref]
        if any(isinstance(item, Record | Unreadable) for item in about):
            raise Broken("What a till shows in place of an erased customer came as a record")
    changes = walk(trial, trials.kept(bookmark)).items
    if not any(isinstance(item, Erased) and item.ref == ref for item in changes):
        raise Broken("An erasure did not show as `Erased`, though the kind declares that it does")
    _equal(shown(trial, walk(trial, full=True).items), model)


# --- what else it answers --------------------------------------------------------------------------------------------


def fetching_shows_them_as_they_are_now(trial: Trial) -> None:
    """Each ref that is asked for is answered: with the customer, or with `Gone` of one whom the till does not know."""
    model = _crowd(trial)
    refs = list(model)
    trial.edit(refs[0], phone="+12125550166")
    model[refs[0]] = (model[refs[0]][0], "+12125550166")
    wanted = refs[:3]
    source = opened(trial)
    _equal(shown(trial, source.fetch(wanted)), {ref: model[ref] for ref in wanted})
    if can(type(trial), "delete") and trial.kind.deletes != "none":
        trial.delete(refs[1])
        items = source.fetch(refs[:2])
        if [type(item) for item in items if ref_of(trial, item) == refs[1]] not in ([Gone], [Erased]):
            raise Broken("Who is gone was not answered with one `Gone`")
        if refs[0] not in shown(trial, items):
            raise Broken("Beside one who is gone, another was not answered")


def check_passes(trial: Trial) -> None:
    """With good credentials nothing is wrong, and the filter is obeyed."""
    source = opened(trial)
    source.check()
    _crowd(trial, 3)
    if trial.kind.is_incremental and not source.honours_filters():
        raise Broken("It finds that its till ignores filters, which it does not")


def ignored_filters_are_noticed(trial: Trial) -> None:
    """Asked for an impossible time, the till shows somebody: the source says so (contracts/pos-systems.md 2.4)."""
    _crowd(trial)
    trial.ignore_filters()
    if opened(trial).honours_filters():
        raise Broken("Its till ignores the filter, and the source did not notice")


def wrong_credentials_are_told(trial: Trial) -> None:
    """As Unauthorised or Fatal, not as something that is tried again."""
    source = opened(trial, secret=_ANOTHERS)
    for call in (source.check, lambda: source.page(source.begin(None, full=True))):
        if not isinstance(trials.refused(call), errors.Unauthorised | errors.Fatal):
            raise Broken("Wrong credentials were not told as Unauthorised or Fatal")


def states_tell_nothing_of_anybody(trial: Trial) -> None:
    """No name, no phone and no credentials in a state, a bookmark or the place of a record."""
    model = _crowd(trial)
    walked = walk(trial, full=True)
    trial.edit(next(iter(model)), phone="+12125550144")
    later = walk(trial, trials.kept(walked.bookmark))
    given = trial.given()
    private = {_NAME, "2125550144", *(phone[2:] for _, phone in model.values())}
    if given.secret:
        private.add(given.secret)
    for some in (walked, later):
        told: list[object] = [*some.states, some.bookmark]
        told += [item.place for item in some.items if isinstance(item, Record | Unreadable)]
        _without(msgspec.json.encode(told).decode(), private, "A state or a place")


def a_page_is_a_bounded_number_of_requests(trial: Trial) -> None:
    """Also where the till gives the same answer for ever: noticing circles is the engine's, pages must end."""
    _crowd(trial)
    first: list[Response] = []

    class Stuck:
        def send(self, request: Request) -> Response:
            if not first:
                first.append(trial.send(request))
            return first[0]

    counting = trials.Counting(Stuck())
    source = opened(trial, transport=counting)
    counting.max = trials.REQUESTS_OF_A_PAGE_MAX

    def some_pages() -> None:
        state = source.begin(None, full=True)
        for _ in range(5):
            counting.count = 0
            page = source.page(trials.kept(state))
            if page.state is None:
                return
            state = page.state

    trials.refused(some_pages)


_ALWAYS: tuple[Promise, ...] = (
    a_full_walk_shows_everybody,
    an_empty_till_is_walked,
    a_walk_goes_on_in_another_process,
    changes_show,
    nothing_that_happens_during_a_walk_is_lost,
    a_walk_of_changes_ends,
    fetching_shows_them_as_they_are_now,
    check_passes,
    states_tell_nothing_of_anybody,
)
_WHEN_IT_CAN: dict[str, Promise] = {
    "pass_seconds": quiet_times_bring_little,
    "edit_silently": silent_changes_show_in_a_full_walk,
    "delete": deletions_show,
    "merge": merges_show,
    "erase": erasures_show,
    "ignore_filters": ignored_filters_are_noticed,
}


def _crowd(trial: Trial, many: int | None = None) -> dict[str, tuple[str, str]]:
    """So many customers: ref -> name and phone."""
    chance = random.Random(5)  # noqa: S311  # the same invented people each time
    made: dict[str, tuple[str, str]] = {}
    for at in range(trial.many if many is None else many):
        who = (f"{_NAME}{chance.choice('abcdefgh')}{at}", f"+1212555{at % 40 + 100:04}")
        made[trial.create(*who)] = who
    return made


def _equal(found: dict[str, Customer], model: dict[str, tuple[str, str]]) -> None:
    if set(found) != set(model):
        missing, strange = len(set(model) - set(found)), len(set(found) - set(model))
        raise Broken(f"{missing} customers are missing, {strange} are shown that should not be")
    for ref, (who, phone) in model.items():
        if who not in trials.name_of(found[ref]) or phone[2:] not in trials.phones_of(found[ref]):
            raise Broken("A customer is not read as the till has it: its name or its phone is another")


def _some(found: dict[str, Customer], refs: Iterable[str], what: str) -> None:
    if missing := [ref for ref in refs if ref not in found]:
        raise Broken(f"{len(missing)} of {what} did not come with the walk from the bookmark")


def _told(items: Sequence[Item]) -> list[tuple[type, object]]:
    return [
        (type(item), item.raw if isinstance(item, Record | Unreadable) else (item.ref,)) for item in items
    ]


def _without(text: str, private: Iterable[str], what: str) -> None:
    for word in private:
        if word in text:
            raise Broken(f"{what} holds a customer's data or credentials")
