"""A record made ready to be written, before the store is locked: read, cleaned, hashed, packed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeGuard

import msgspec
from msgspec import Struct, structs

from regulars import errors, normalise
from regulars.directory import documents, ids
from regulars.directory.documents import Drawn
from regulars.model.customer import Customer
from regulars.model.place import Location
from regulars.model.record import Record
from regulars.store import find, records
from regulars.wire import csv, shift4, square

_encode = msgspec.json.Encoder().encode


class Work(Struct, frozen=True):
    """Where the records of one call go. `creation_source`: Square's word for how they came in."""

    location: Location
    source_id: int
    source: str
    creation_source: str
    key: bytes  # makes posRefs for records that have none


class Prepared(Struct, frozen=True, gc=False):
    """A clean customer and all that follows from its record alone."""

    record: Record
    packed: bytes
    customer: Customer
    ref: str
    hash: bytes
    drawn: Drawn
    tokens: str
    sort_key: str


class Refused(Struct, frozen=True, gc=False):
    """A record that cannot be read at all, and why, in a sentence without its content."""

    record: Record
    reason: str


def read(record: Record) -> Customer:
    """The record as its format reads it; raises Invalid when it cannot be read at all."""
    match record.format:
        case "shift4":
            return shift4.read(record.raw)
        case "square":
            return square.read(record.raw)
        case "csv":
            return csv.read(record.raw, record.columns)


def prepare(found: Sequence[Record], work: Work) -> list[Prepared | Refused]:
    """Reads and cleans records and draws their answers, in their order.

    Stage by stage, not record by record: the processor keeps a stage's code and tables at hand (a sixth faster).
    """
    cleaned = [_clean_or_refuse(record, work.location.country) for record in found]
    good = [(record, customer) for record, customer in zip(found, cleaned, strict=True) if _is_good(customer)]
    customers = [customer for _, customer in good]
    refs = [customer.pos_ref or _ref(customer, record.raw, work.key) for record, customer in good]
    named = list(zip(customers, refs, strict=True))
    prepared = map(
        Prepared,
        [record for record, _ in good],
        [records.pack(record.format, record.raw) for record, _ in good],
        customers,
        refs,
        [content_hash(customer) for customer in customers],
        [_draft(customer, work, ref) for customer, ref in named],
        [_tokens(customer, ref) for customer, ref in named],
        [normalise.sort_key(customer) for customer in customers],
    )
    return [each if isinstance(each, Refused) else next(prepared) for each in cleaned]


def _clean_or_refuse(record: Record, region: str) -> Customer | Refused:
    try:
        return clean(record, region)
    except errors.Invalid as error:
        return Refused(record, error.message)


def _is_good(cleaned: Customer | Refused) -> TypeGuard[Customer]:
    return not isinstance(cleaned, Refused)


def renamed(prepared: Prepared, work: Work, *, pos_ref: str, own_id: bool) -> Prepared:
    """The same customer, drawn under another posRef, or without its own Square id: both were taken. Rare."""
    customer = prepared.customer if own_id else structs.replace(prepared.customer, id=None)
    return structs.replace(
        prepared,
        customer=customer,
        drawn=_draft(customer, work, pos_ref),
        tokens=_tokens(customer, pos_ref),
    )


def clean(record: Record, region: str) -> Customer:
    """The record read and cleaned; `region`: the country of its location. Raises Invalid when it cannot be read."""
    return normalise.customer(read(record), region=region)


def content_hash(customer: Customer) -> bytes:
    """Tells whether anything of a customer changed; the POS's own change time alone is no change."""
    content = structs.replace(customer, updated_at=None, location_id=None)
    return hashlib.blake2b(_encode(content), digest_size=16).digest()


def _ref(customer: Customer, raw: bytes, key: bytes) -> str:
    """Without a posRef the e-mail tells who it is, else the phone, else the whole row."""
    for email in customer.emails:
        if email.served is not None:
            return ids.ref_of(key, "email", email.served.casefold())
    for phone in customer.phones:
        if phone.served is not None:
            return ids.ref_of(key, "phone", phone.served)
    return ids.ref_of(key, "row", hashlib.blake2b(raw, digest_size=16).hexdigest())


def _draft(customer: Customer, work: Work, pos_ref: str) -> Drawn:
    return documents.draft(
        customer,
        pos_ref=pos_ref,
        location_id=work.location.location_id,
        creation_source=work.creation_source,
    )


def _tokens(customer: Customer, pos_ref: str) -> str:
    """What the search index holds for a customer served under this posRef."""
    if customer.pos_ref != pos_ref:
        customer = structs.replace(customer, pos_ref=pos_ref)
    return find.tokens(normalise.index_words(customer))
