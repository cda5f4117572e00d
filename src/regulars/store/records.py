"""Records kept: compressed with a dictionary of the words that each format repeats."""

from __future__ import annotations

import zlib

_DICTIONARY = {
    "shift4": b'"latitude":"longitude":"createdAt":"isVerified":true"extension":"street2":"companyName":null'
    b'"WORK""OTHER""BILLING""updatedAt":"T00:00:00Z","locationId":@example.com","isPrimary":false'
    b'{"posRef":"","firstName":"","lastName":"","companyName":"","createdAt":"20","updatedAt":"20'
    b'","customerEmails":[{"email":"","isPrimary":true}],"customerPhones":[{"phone":"+1","isPrimary":true,'
    b'"type":"MOBILE"}],"customerAddresses":[{"street":"","city":"","state":"","zipCode":"","country":"US",'
    b'"isPrimary":true,"type":"HOME"}]}',
    "square": b'"cards":[{"card_brand":"","last_4":"","exp_month":,"exp_year":"}],"segment_ids":["","group_ids":["'
    b'"nickname":"","tax_ids":{"eu_vat":"","birthday":"","company_name":"","note":"","reference_id":"'
    b'{"id":"","created_at":"20","updated_at":"20T00:00:00Z","given_name":"","family_name":"","email_address":"'
    b'@example.com","address":{"address_line_1":"","address_line_2":"","locality":"",'
    b'"administrative_district_level_1":"","postal_code":"","country":"US"},"phone_number":"+1'
    b'","preferences":{"email_unsubscribed":false},"creation_source":"THIRD_PARTY","version":0}',
    "csv": b"Reference ID,Nickname,Street Address 1,Street Address 2,Postal Code,Birthday,Memo,Square Customer ID,"
    b"Creation Source,First Visit,Last Visit,Transaction Count,Lifetime Spend,Email Subscription Status,"
    b"CustomerId,FirstName,LastName,Company,Address,City,State,Country,PostalCode,Phone,Fax,Email,id,"
    b"First Name,Last Name,Email Address,Phone Number,Company Name\n@example.com,+1",
}
# A small window: records are short, and setting up a large one would cost more than it saves.
_WINDOW, _MEMORY = -12, 4


def pack(format: str, raw: bytes) -> bytes:
    """The record, compressed."""
    packer = zlib.compressobj(
        6, zlib.DEFLATED, _WINDOW, _MEMORY, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY[format]
    )
    return packer.compress(raw) + packer.flush()


def unpack(format: str, packed: bytes) -> bytes:
    """The record as it came."""
    opener = zlib.decompressobj(_WINDOW, zdict=_DICTIONARY[format])
    return opener.decompress(packed) + opener.flush()
