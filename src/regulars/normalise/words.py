"""What finds a customer, and what a search text asks for (contracts/shift4.md, "search").

Both sides fold their words alike and cut them at the same length, so what is typed is a prefix of what is stored.
No word holds white space or a control character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Final

from regulars import limits
from regulars.model.customer import Customer, Phone
from regulars.model.search import Query, Term, Words
from regulars.normalise import phone
from regulars.normalise.name import fold
from regulars.normalise.scripts import latin


def index_words(customer: Customer) -> Words:
    """The words and the phone digits that find the customer, each once, at most limits.SEARCH_TOKENS_MAX together.

    Words: each run of letters and digits of the names (`o`, `reilly`), with the joined form where punctuation parts
    them (`oreilly`); the posRef and its runs; of each e-mail the rest from every word's start (`luisg@embraer.com.br`,
    `embraer.com.br`, …) and from the @. Numbers: every rest of three digits or more of each phone, with its country
    code, as dialled in its country, and as it came. Neither kind takes more than half where the other needs it.
    """
    words: dict[str, None] = {}
    for name in (customer.first_name, customer.last_name, customer.company_name, customer.nickname):
        if name:
            for word in _name_words(name):
                words[word] = None
    if customer.pos_ref:
        _add_ref(customer.pos_ref, words)
    for email in customer.emails:
        served = email.served
        if served is not None:
            _add_email(served, words)
    numbers: dict[str, None] = {}
    for each in customer.phones:
        _add_phone(each, numbers)
    if len(words) + len(numbers) <= limits.SEARCH_TOKENS_MAX:
        return Words(tuple(words), tuple(numbers))
    room = limits.SEARCH_TOKENS_MAX - min(len(numbers), limits.SEARCH_TOKENS_MAX // 2)
    kept = tuple(words)[:room]
    return Words(kept, tuple(numbers)[: limits.SEARCH_TOKENS_MAX - len(kept)])


def query(text: str) -> Query | None:
    """What a search text asks for; None when nothing searchable is in it.

    Adjacent words made only of digits and phone punctuation are first read as one number, and as single words in a
    second reading. White space and control characters part words; a word without a letter or digit says nothing, and
    words beyond limits.SEARCH_WORDS_MAX are not looked at.
    """
    pieces = [piece for piece in _SEPARATORS.split(latin(text)) if piece]
    single = _terms([piece] for piece in pieces)
    if not single:
        return None
    joined = _terms(_phones_joined(pieces))
    return Query((single,) if joined == single else (joined, single))


def matches(terms: Iterable[Term], words: Words) -> bool:
    """Whether a customer with these words is found by all the terms: what every store's query must mean."""
    return all(_is_found(term, words) for term in terms)


def is_one_word(text: str) -> bool:
    """Whether nothing in it parts words."""
    return _SEPARATORS.search(text) is None


def _is_found(term: Term, words: Words) -> bool:
    if term.literal is not None and _starts_any(words.words, term.literal):
        return True
    if term.parts and all(_starts_any(words.words, part) for part in term.parts):
        return True
    return term.number is not None and _starts_any(words.numbers, term.number)


def _starts_any(words: Iterable[str], prefix: str) -> bool:
    return any(word.startswith(prefix) for word in words)


_WORD_LENGTH_MAX: Final = limits.SEARCH_LENGTH_MAX  # nobody can type more
_DIGITS_MAX: Final = 50  # three phones in one field
_RUN: Final = re.compile(r"[a-z0-9]+")
_PART: Final = re.compile(r"[^\W_]+|@(?=.)")  # of an e-mail
_ORDINARY: Final = re.compile(
    r"[!-?A-~]{1,100}@[!-?A-~]{1,100}"
)  # e-mail: of such size that no bound cuts it


@lru_cache(maxsize=4096)
def _name_words(name: str) -> tuple[str, ...]:
    """The words of a name. Kept for a while: many share one."""
    words: dict[str, None] = {}
    for piece in latin(name).split():
        runs = _runs(piece)
        for run in runs:
            words[run[:_WORD_LENGTH_MAX]] = None
        if len(runs) > 1:
            words["".join(runs)[:_WORD_LENGTH_MAX]] = None
    return tuple(words)


def _add_ref(ref: str, words: dict[str, None]) -> None:
    for piece in _SEPARATORS.split(latin(ref)):
        runs = _runs(piece)
        for word in (piece, *runs) if runs else ():
            words[word[:_WORD_LENGTH_MAX]] = None


def _add_email(address: str, words: dict[str, None]) -> None:
    folded = latin(address)
    if _ORDINARY.fullmatch(folded):
        at = folded.index("@")
        for part in _PART.finditer(folded, 0, at):
            words[folded[part.start() :]] = None
        for word in _domain_words(folded[at:]):
            words[word] = None
        return
    for piece in _SEPARATORS.split(folded):
        for part in islice(_PART.finditer(piece), limits.SEARCH_TOKENS_MAX):
            start = part.start()
            words[piece[start : start + _WORD_LENGTH_MAX]] = None


@lru_cache(maxsize=1024)
def _domain_words(domain: str) -> tuple[str, ...]:
    """The rests of a domain from its @ and from every word's start. Kept for a while: few domains have most e-mails."""
    return tuple([domain[part.start() :] for part in _PART.finditer(domain)])


def _add_phone(number: Phone, numbers: dict[str, None]) -> None:
    if number.e164 is not None:
        _add_digits(number.e164[1:], numbers)
        _add_digits(phone.dialled(number.e164), numbers)
        if number.text == number.e164:
            return
    _add_digits(_digits(number.text), numbers)


def _add_digits(digits: str, numbers: dict[str, None]) -> None:
    if digits not in numbers:  # else so is all that follows
        for start in range(len(digits) - limits.PHONE_SEARCH_DIGITS_MIN + 1):
            numbers[digits[start:]] = None


def _runs(piece: str) -> list[str]:
    """The runs of letters and digits, with the signs that other scripts write on them."""
    if piece.isascii():
        return _RUN.findall(piece)
    spaced = "".join(
        [each if each.isalnum() or unicodedata.category(each)[0] == "M" else " " for each in piece]
    )
    return [run for run in spaced.split() if any(map(str.isalnum, run))]


# White space, control characters, halves of characters.
_SEPARATORS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_PHONE_LIKE: Final = re.compile(r"[0-9+\-./()\u2010-\u2015\u2212]+")
_NO_DIGITS: Final = {code: None for code in range(128) if not chr(code).isdigit()}


def _terms(groups: Iterable[list[str]]) -> tuple[Term, ...]:
    terms = [_word(group[0]) if len(group) == 1 else Term(number=_number("".join(group))) for group in groups]
    return tuple([term for term in terms if term is not None][: limits.SEARCH_WORDS_MAX])


def _phones_joined(pieces: list[str]) -> Iterator[list[str]]:
    """The pieces one by one, but those of one phone number together."""
    group: list[str] = []
    for piece in pieces:
        if _PHONE_LIKE.fullmatch(piece):
            group.append(piece)
            continue
        yield from _one_number(group)
        yield [piece]
        group = []
    yield from _one_number(group)


def _one_number(group: list[str]) -> Iterator[list[str]]:
    with_digits = [piece for piece in group if _digits(piece)]
    if len(with_digits) > 1 and _number("".join(group)) is not None:
        yield group
    else:
        yield from ([piece] for piece in group)


def _word(piece: str) -> Term | None:
    runs = _runs(piece)
    if not runs:
        return None
    start = piece.find(runs[0])
    end = piece.rfind(runs[-1]) + len(runs[-1])
    if start and piece[start - 1] == "@":
        start -= 1
    return Term(
        literal=piece[start:end][:_WORD_LENGTH_MAX],
        parts=tuple([run[:_WORD_LENGTH_MAX] for run in runs]) if len(runs) > 1 else (),
        number=_number(piece) if _PHONE_LIKE.fullmatch(piece) else None,
    )


def _number(piece: str) -> str | None:
    """The digits to look for: without the sign of an international number and the (0) that is written into some."""
    international = piece.lstrip("(").startswith(("+", "00"))
    if international:
        e164, _ = phone.understand(piece, region="ZZ")
        if e164 is not None:
            return e164[1:]
        piece = piece.replace("(0)", "")
    digits = _digits(piece)
    if (
        digits.startswith("00") and len(digits) - 2 >= limits.PHONE_DIGITS_MIN
    ):  # fewer may be the end of a number
        digits = digits[2:]
    return digits if len(digits) >= limits.PHONE_SEARCH_DIGITS_MIN else None


def _digits(text: str) -> str:
    digits = text.translate(_NO_DIGITS) if text.isascii() else "".join(filter(str.isdecimal, fold(text)))
    return digits[:_DIGITS_MAX]
