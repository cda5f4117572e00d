"""A record made ready to be written, before the store is locked: read, cleaned, hashed, packed."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final, TypeGuard

import msgspec
from msgspec import Struct, structs

from regulars import errors, normalise
from regulars.directory import documents, ids, own_fields
from regulars.directory.documents import Drawn
from regulars.model.customer import Customer
from regulars.model.place import Location
from regulars.model.record import Record
from regulars.model.search import Pieces, Words
from regulars.normalise import pieces
from regulars.sources import registry
from regulars.store import records
from regulars.store.index import Index
from regulars.wire import (
    clover,
    csv,
    fields,
    lightspeed_x,
    native,
    odoo,
    regulars,
    shift4,
    shopify,
    square,
    stripe,
    tryton,
    woocommerce,
)

_encode = msgspec.json.Encoder().encode
_MANY = 20  # records that are worth a rest of the collector


class Work(Struct, frozen=True):
    """Where the records of one call go. `creation_source`: Square's word for how they came in.

    `sighting`: the number of the full walk that meets them; `suppresses`: who was erased here stays away;
    `waited_since`: whoever has a newer record than one of that time keeps it.
    """

    location: Location
    source_id: int
    source: str
    creation_source: str
    key: bytes  # makes posRefs for records that have none
    index: Index
    merchant_id: str
    sighting: int | None = None
    suppresses: bool = False
    waited_since: int | None = None


class Prepared(Struct, frozen=True, gc=False):
    """A clean customer and all that follows from its record alone."""

    record: Record
    packed: bytes
    customer: Customer
    ref: str
    hash: bytes
    drawn: Drawn
    tokens: str
    part: str
    sort_key: str


class Refused(Struct, frozen=True, gc=False):
    """A record that cannot be read at all, and why, in a sentence without its content."""

    record: Record
    reason: str


# Who reads which format, beside those below. A format without a line is that of a kind of source which others add.
_READERS: Final[Mapping[str, Callable[[bytes], Customer]]] = {
    "clover": clover.read,
    "lightspeed-x": lightspeed_x.read,
    "native": native.read,
    "odoo": odoo.read,
    "regulars": regulars.read,
    "shift4": shift4.read,
    "shopify": shopify.read,
    "square": square.read,
    "stripe": stripe.read,
    "tryton": tryton.read,
    "woocommerce": woocommerce.read,
}
# The same of records whose keys are guessed, or named by a mapping.
_MAPPED: Final[Mapping[str, Callable[[bytes, Mapping[str, str]], Customer]]] = {
    "csv": csv.read,
    "fields": fields.read,
}


def read(record: Record) -> Customer:
    """The record as its format reads it; raises Invalid when it cannot be read at all."""
    mapped = _MAPPED.get(record.format)
    if mapped is not None:
        return mapped(record.raw, record.columns)
    return _reader(record.format)(record.raw)


@cache
def _reader(format: str) -> Callable[[bytes], Customer]:
    if format in _READERS:
        return _READERS[format]
    foreign = registry.kind(format).read
    if foreign is None:
        raise errors.Fatal(
            f"Nothing here reads records of the format {format}",
            hint="Install the package that brings it again.",
        )
    return _careful(foreign)


def _careful(foreign: Callable[[bytes], Customer]) -> Callable[[bytes], Customer]:
    """A reader of another package: what it fails at is a record that cannot be read, not the end of a pull."""

    def read(raw: bytes) -> Customer:
        try:
            return foreign(raw)
        except errors.RegularsError:
            raise
        except Exception as error:
            raise errors.Invalid(f"Its reader fails with {type(error).__name__}") from None

    return read


def prepare(found: Sequence[Record], work: Work) -> list[Prepared | Refused]:
    """Reads and cleans records and draws their answers, in their order.

    Stage by stage, not record by record: the processor keeps a stage's code and tables at hand (a sixth faster).
    Nothing made here goes round in circles, so the collector finds nothing: meanwhile it rests (a twentieth faster).
    """
    if len(found) < _MANY or not gc.isenabled():
        return _prepared(found, work)
    gc.disable()
    try:
        return _prepared(found, work)
    finally:
        gc.enable()


def _prepared(found: Sequence[Record], work: Work) -> list[Prepared | Refused]:
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
        *searched(named, work.index),
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
    return redrawn(prepared, work, customer, pos_ref=pos_ref)


def redrawn(prepared: Prepared, work: Work, customer: Customer, *, pos_ref: str) -> Prepared:
    """The same record, looking as this customer instead."""
    [tokens], [part_text] = searched([(customer, pos_ref)], work.index)
    return structs.replace(
        prepared,
        customer=customer,
        drawn=_draft(customer, work, pos_ref),
        tokens=tokens,
        part=part_text,
        sort_key=normalise.sort_key(customer),
    )


def of_customer(record: Record, customer: Customer, work: Work, *, ref: str, pos_ref: str) -> Prepared:
    """A clean customer that is made or edited here, and all that follows from it; the record is written beside it."""
    [tokens], [part_text] = searched([(customer, pos_ref)], work.index)
    return Prepared(
        record,
        records.pack(record.format, record.raw),
        customer,
        ref,
        content_hash(customer),
        _draft(customer, work, pos_ref),
        tokens,
        part_text,
        normalise.sort_key(customer),
    )


def clean(record: Record, region: str) -> Customer:
    """The record read and cleaned; `region`: the country of its location. Raises Invalid when it cannot be read."""
    return normalise.customer(read(record), region=region, is_printable=_is_printable(record.raw))


def _is_printable(raw: bytes) -> bool:
    """Whether no text of a record can hold a control character: there is none in it, and nothing that escapes one."""
    return raw.isascii() and b"\\" not in raw and str(raw, "ascii").isprintable()


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
        merchant_id=work.merchant_id,
    )


def searched(named: Sequence[tuple[Customer, str]], index: Index) -> tuple[list[str], list[str]]:
    """What both search indexes hold for customers served under these posRefs."""
    words = [_words(customer, pos_ref) for customer, pos_ref in named]
    found_by = [_pieces(*each, its) for each, its in zip(named, words, strict=True)]
    tokens = [index.tokens(its, each.unheld) for its, each in zip(words, found_by, strict=True)]
    return tokens, [index.text(each) for each in found_by]


def _words(customer: Customer, pos_ref: str) -> Words:
    if customer.pos_ref != pos_ref:
        customer = structs.replace(customer, pos_ref=pos_ref)
    return normalise.index_words(customer)


def _pieces(customer: Customer, pos_ref: str, words: Words) -> Pieces:
    """Only Square's search looks for them, and it shows none but listed customers."""
    if not customer.is_listed:
        return pieces.NOTHING
    email, phone = own_fields.primary(customer.emails), own_fields.primary(customer.phones)
    return pieces.index_pieces(
        email=email.text if email else None,
        phone=phone.text if phone else None,
        e164=phone.e164 if phone else None,
        reference=documents.reference_id(customer, pos_ref),
        pos_ref=pos_ref,
        words=words,
    )
