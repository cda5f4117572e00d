"""Whether a customer's own fields fit Square's search filter: what every index must mean (contracts/square.md 2.6).

Fuzzy: the words of the query, in any order, must each be somewhere in the field. Of an e-mail and its query all
punctuation is taken away (`Steven gmail` fits `mygmail@stevensbakery.com`), of a phone as well, and of its query; in a
reference punctuation parts words (`NYC M` fits `NYC_27_MURRAY`). Case never matters, accents do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from regulars import limits
from regulars.model.customer_filter import Fields, Own, Sources, Text, Times
from regulars.normalise.name import fold

Test = Callable[[Fields], bool]


def matches(asked: Own, fields: Fields) -> bool:
    """Whether a customer with these fields is what was asked for."""
    return all(test(fields) for test in tests(asked))


def tests(asked: Own) -> list[Test]:
    """The same as tests that must all hold, for many customers: what follows from the filter is found once."""
    found: list[Test] = []
    if asked.creation_source is not None:
        found.append(_source_test(asked.creation_source))
    if asked.created_at is not None:
        created = _times_test(asked.created_at)
        found.append(lambda fields: created(fields.created_at))
    if asked.updated_at is not None:
        updated = _times_test(asked.updated_at)
        found.append(lambda fields: updated(fields.updated_at))
    if asked.email_address is not None:
        email = _text_test(asked.email_address, email_words, stripped)
        found.append(lambda fields: email(fields.email_address))
    if asked.phone_number is not None:
        found.append(_phone_test(asked.phone_number))
    if asked.reference_id is not None:
        reference = _text_test(asked.reference_id, reference_words, _spaced)
        found.append(lambda fields: reference(fields.reference_id))
    return found


def caseless(text: str) -> str:
    """What two texts have in common that differ only in case and outer white space."""
    return text.strip().casefold()


def stripped(text: str) -> str:
    """The letters and digits of a text, without case; of a very long one the first."""
    lower = caseless(text)[:_LENGTH_MAX]
    # What most e-mails have: several times as fast as looking at each character.
    plain = lower.replace("@", "").replace(".", "").replace("_", "").replace("-", "")
    return plain if plain.isalnum() else "".join(filter(str.isalnum, plain))


def runs(text: str) -> list[str]:
    """The runs of letters and digits of a text, without case; of a very long one the first."""
    lower = caseless(text)[:_LENGTH_MAX]
    if lower.isalnum():
        return [lower]
    return "".join([each if each.isalnum() else " " for each in lower]).split()


def email_words(query: str) -> tuple[str, ...]:
    """What must be in a stripped e-mail, each once; () for a query without a letter or digit, which fits nobody."""
    return tuple(dict.fromkeys(word for piece in query.split() if (word := stripped(piece))))


def reference_words(query: str) -> tuple[str, ...]:
    """What must be in a reference."""
    return tuple(dict.fromkeys(runs(query)))


def phone_words(query: str) -> tuple[str, ...]:
    """What must be in a phone's digits; a word with letters in it is in none."""
    return email_words(fold(query))


def digits(text: str) -> str:
    """The digits of a text, those of other scripts as 0 to 9; of very many the first."""
    plain = text if text.isascii() else fold(text)
    return plain.encode("ascii", "ignore").translate(None, _NO_DIGITS).decode()[:_DIGITS_MAX]


def phone_digits(text: str | None, e164: str | None) -> tuple[str, ...]:
    """What a phone is found by: the digits that were typed, and those with the country code."""
    typed = digits(text) if text else ""
    whole = e164[1:] if e164 else ""
    if not typed or typed == whole:
        return (whole,) if whole else ()
    return (typed, whole) if whole else (typed,)


def whole_number(text: str | None, e164: str | None) -> str | None:
    """The digits of a number with its country code; of one that is not understood, if it says that it has one."""
    if e164 is not None:
        return e164[1:]
    return digits(text) or None if text and text.lstrip(" (").startswith("+") else None


_LENGTH_MAX: Final = limits.FILTER_TEXT_LENGTH_MAX
_FAR: Final = 1 << 62
_DIGITS_MAX: Final = 50  # three phones in one field
_NO_DIGITS: Final = bytes(code for code in range(256) if chr(code) not in "0123456789")


def _source_test(asked: Sources) -> Test:
    values: frozenset[str] = frozenset(asked.values)
    if asked.rule == "INCLUDE":
        return lambda fields: fields.creation_source in values
    return lambda fields: fields.creation_source not in values


def _times_test(asked: Times) -> Callable[[int], bool]:
    start = -_FAR if asked.start_at is None else asked.start_at
    end = _FAR if asked.end_at is None else asked.end_at
    return lambda at: start <= at < end


def _text_test(
    asked: Text, words_of: Callable[[str], tuple[str, ...]], within: Callable[[str], str]
) -> Callable[[str | None], bool]:
    if asked.exact is not None:
        whole = caseless(asked.exact)
        return lambda text: bool(text) and caseless(text or "") == whole
    words = words_of(asked.fuzzy or "")
    if not words:
        return lambda _: False

    def holds(text: str | None) -> bool:
        if not text:
            return False
        field = within(text)
        return all(word in field for word in words)

    return holds


def _spaced(reference: str) -> str:
    return " ".join(runs(reference))


def _phone_test(asked: Text) -> Test:
    if asked.exact is not None:
        whole = digits(asked.exact)
        return lambda fields: whole_number(fields.phone_number, fields.e164) == whole
    words = phone_words(asked.fuzzy or "")

    def holds(fields: Fields) -> bool:
        found = phone_digits(fields.phone_number, fields.e164)
        return bool(words) and all(any(word in each for each in found) for word in words)

    return holds
