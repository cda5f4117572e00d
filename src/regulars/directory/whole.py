"""Customers whole: as they are now, with their provenance, for the native API."""

from __future__ import annotations

import msgspec

from regulars import errors
from regulars.directory import keeping, preparing, three_way
from regulars.directory.directory import Directory
from regulars.model.place import Grant, Location
from regulars.model.whole import Provenance, Whole
from regulars.store import merging, pins, places, showing

_IDS = msgspec.json.Decoder(tuple[str, ...])


class Reader:
    """Reads customers of the locations that a token sees, inside one transaction of the caller's."""

    def __init__(self, directory: Directory, grant: Grant, location_id: int | None = None) -> None:
        """Raises NotFound for a location that is not the token's; `location_id` None: all that it sees."""
        store, account_id = directory.store, grant.account_id
        self._store = store
        self.account_id = account_id
        self.locations: dict[int, Location] = {
            one.number: one
            for one in places.locations(store, account_id)
            if grant.sees(one.location_id) and location_id in (None, one.location_id)
        }
        self._sources = places.sources(store, account_id)
        if location_id is not None and not self.locations:
            raise errors.NotFound("There is no such location")

    def by_id(self, customer_id: str) -> Whole:
        """The customer of a Square id, or the survivor if it was merged away; raises NotFound."""
        survivor = merging.survivor(self._store, self.account_id, customer_id)
        rid = showing.rid_of_id(self._store, self.account_id, survivor.id)
        seen = survivor.was_at is None or survivor.was_at in self.locations
        if rid is None or rid >> 32 not in self.locations or not seen:
            raise errors.NotFound("There is no such customer")
        return self.by_rid(rid)

    def survivor(self, id: str) -> str | None:
        """Who answers for one that was merged away; None when nobody does, or nobody at these locations."""
        survivor = merging.survivor(self._store, self.account_id, id)
        if survivor.was_at is None:
            return None
        rid = showing.rid_of_id(self._store, self.account_id, survivor.id)
        return survivor.id if rid is not None and rid >> 32 in self.locations else None

    def by_rid(self, rid: int) -> Whole:
        """A customer that is known to be there, at one of the locations."""
        sheet = showing.sheet(self._store, self.account_id, rid)
        location = self.locations[sheet.loc_no]
        record = preparing.clean(sheet.record, location.country)
        now = record if sheet.state is None else keeping.decoded(sheet.state)
        differs = [name for name in three_way.MERGED if getattr(now, name) != getattr(record, name)]
        _, group_ids, segment_ids, _ = sheet.square
        return Whole(
            id=sheet.id,
            pos_ref=sheet.pos_ref,
            location_id=location.location_id,
            country=location.country,
            source=self._sources[sheet.source_id].name,
            ref=sheet.ref,
            version=sheet.version,
            created_at=sheet.created_at,
            updated_at=sheet.updated_at,
            customer=now,
            group_ids=_ids(group_ids),
            segment_ids=_ids(segment_ids),
            record=Provenance(
                sheet.record.format, sheet.record.place, sheet.seen_at, record.created_at, record.updated_at
            ),
            edited=tuple(differs),
            pinned=pins.of(self._store, self.account_id, rid),
        )


def one(directory: Directory, grant: Grant, customer_id: str) -> Whole:
    """The customer of this Square id; raises NotFound, also when it is at a location not the token's."""
    with directory.store.read():
        return Reader(directory, grant).by_id(customer_id)


def _ids(array: bytes | None) -> tuple[str, ...]:
    return _IDS.decode(array) if array is not None else ()
