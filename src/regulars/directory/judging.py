"""Whether customers that an index found, or a walk came by, are what a filter of Square's search asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct, field

from regulars.model.customer_filter import Fields, Own
from regulars.normalise import filtering
from regulars.store import searching as stored
from regulars.store.store import Row, Store


class _Square(Struct):
    creation_source: str
    email_address: str | None = None
    phone_number: str | None = None
    reference_id: str | None = None


class _Phone(Struct):
    phone: str
    is_primary: bool = field(default=False, name="isPrimary")


class _Shift4(Struct):
    phones: list[_Phone] = field(default_factory=list, name="customerPhones")


_SQUARE = msgspec.json.Decoder(_Square)
_SHIFT4 = msgspec.json.Decoder(_Shift4)
_NO_TEXTS = _Square("")
_NOTHING_READ: Row = (0, None, None)


class Held(Protocol):
    """What others hold of customers, and a filter asks for: sets, attributes."""

    @property
    def is_idle(self) -> bool:
        """Whether it has nothing to ask."""

    def fitting(self, rids: Sequence[int]) -> set[int]:
        """Those of these customers who fit."""


class Judge:
    """Looks at customers themselves, a few at a time."""

    def __init__(self, store: Store, account_id: int, own: Own, held: Iterable[Held]) -> None:
        self._store = store
        self._account_id = account_id
        self._held = [each for each in held if not each.is_idle]
        texts = (own.email_address, own.phone_number, own.reference_id, own.creation_source)
        self._tests = filtering.tests(own)
        self._reads = stored.Asked(
            texts=any(each is not None for each in texts), phones=own.phone_number is not None
        )
        self._is_of_rows = not any(self._reads) and own.updated_at is None

    def fitting(self, rows: Sequence[Row]) -> list[Row]:
        """Those of these rows (store/square.py: `walk`) whose customers fit, in their order."""
        having = self._having([row[3] for row in rows])
        if self._is_of_rows:
            return [row for row in self._of_rows(rows) if row[3] in having]
        fitting = {row[3] for row in self._read([row[3] for row in rows if row[3] in having])}
        return [row for row in rows if row[3] in fitting]

    def among(self, rids: Sequence[int]) -> list[Row]:
        """The rows of those of these customers that have public information and fit."""
        having = self._having(rids)
        rids = [rid for rid in rids if rid in having]
        if self._is_of_rows:
            return self._of_rows(stored.rows(self._store, self._account_id, rids))
        return self._read(rids)

    def _having(self, rids: Sequence[int]) -> set[int]:
        """Those who fit in what others hold of them."""
        having = set(rids)
        for each in self._held:
            having = each.fitting([rid for rid in rids if rid in having])
        return having

    def _of_rows(self, rows: Sequence[Row]) -> list[Row]:
        """Those whose rows alone tell it."""
        return [row for row in rows if self._passes((*row, *_NOTHING_READ))] if self._tests else list(rows)

    def _read(self, rids: Sequence[int]) -> list[Row]:
        """The rows of those of these customers whose fields tell it."""
        if not rids:
            return []
        found = stored.fields(self._store, self._account_id, rids, self._reads)
        return [row[:4] for row in found if self._passes(row)]

    def _passes(self, row: Row) -> bool:
        updated_at, square, shift4 = row[4:]
        shown = _SQUARE.decode(square) if square is not None else _NO_TEXTS
        fields = Fields(
            email_address=shown.email_address,
            phone_number=shown.phone_number,
            e164=_e164(shift4) if shift4 is not None else None,
            reference_id=shown.reference_id,
            creation_source=shown.creation_source,
            created_at=row[1],
            updated_at=updated_at,
        )
        return all(test(fields) for test in self._tests)


def _e164(shift4: bytes) -> str | None:
    """The primary phone as it was understood: Shift4's dialect shows it so."""
    phones = _SHIFT4.decode(shift4).phones
    shown = next((each.phone for each in phones if each.is_primary), None)
    return shown if shown and shown[0] == "+" and shown[1:].isdecimal() else None
