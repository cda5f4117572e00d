"""A sign that one engine cannot keep is kept and answered all the same: PostgreSQL's texts know no NUL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from tests import engines
from tests.api.shop import HERE, Shop
from tests.directory.world import Clock, opened
from tests.engines import Engine
from tests.laws.answers import Heard, Teller, alike

ODD = ("\x00", "a\x00b", "\x01", "\x01\x01", "\x01\x02", "\x00\x01\x02\x00", "\x02", "\\u0000", "\\x00")
WRITTEN = ("given_name", "note", "reference_id", "email_address", "phone_number", "company_name")
_CUSTOM = "/v2/customers/custom-attribute-definitions"
_SCHEMA = {
    "$ref": "https://developer-production-s.squarecdn.com/schemas/v1/common.json#squareup.common.String"
}


@pytest.mark.engines(
    "SQLite, encrypted", "PostgreSQL", "PostgreSQL, partitioned", why="each is compared with plain SQLite"
)
def test_every_text_is_taken_and_given_back_alike(engine: Engine, tmp_path: Path) -> None:
    here = heard(engines.SQLITE, tmp_path / "here")
    there = heard(engine, tmp_path / "there")
    assert [(one, other) for one, other in zip(here, there, strict=True) if one != other] == []


def test_none_is_answered_with_a_fault(engine: Engine, tmp_path: Path) -> None:
    answers = heard(engine, tmp_path)
    assert [one for one in answers if one.status >= 500] == []
    # Not for want of a text that got in: what was written is read again.
    assert any(b"a\\u0000b" in one.body for one in answers if one.status == 200)


def heard(engine: Engine, folder: Path) -> list[Heard]:
    """Odd texts wherever a caller may put one."""
    clock = Clock()
    with alike(), opened(folder / "data", clock=clock, engine=engine) as directory:
        teller = Teller(Shop(directory, folder), clock)
        teller.take_in(HERE, "till", [("1", {"first": "John", "last": "Smith"})])
        teller.ask("POST", _CUSTOM, {"custom_attribute_definition": {"key": "tea", "schema": _SCHEMA}})
        for text in ODD:
            write(teller, text)
        for text in ODD:
            ask(teller, text)
        teller.ask_everything()
        return teller.heard


def write(teller: Teller, text: str) -> None:
    teller.take_in(HERE, "till", [(f"r{text}", {"first": f"Ann{text}", "last": f"Smith{text}"})])
    for field in WRITTEN:
        teller.ask("POST", "/v2/customers", {"given_name": "Bea", field: f"x{text}"})
    teller.ask("POST", "/v2/customers", {"given_name": "Cy", "idempotency_key": text})
    teller.ask("POST", "/v2/customers/bulk-create", {"customers": {text: {"given_name": f"Di{text}"}}})
    teller.ask("POST", "/v2/customers/groups", {"group": {"name": f"G{text}"}})
    teller.ask("POST", f"{_here(teller)}/custom-attributes/tea", {"custom_attribute": {"value": text}})
    teller.ask("POST", _CUSTOM, {"custom_attribute_definition": {"key": f"k{text}", "schema": _SCHEMA}})
    teller.ask("PUT", f"/v1/customers/{teller.ids[0]}/pins", {"fields": [text]})


def ask(teller: Teller, text: str) -> None:
    in_path = quote(text, safe="")
    for target in (
        f"/v2/customers/{in_path}",
        f"/v1/customers/{in_path}",
        f"/v2/customers/groups/{in_path}",
        f"/v2/customers/segments/{in_path}",
        f"/v2/customers?cursor={in_path}",
        f"/v1/customers?search={in_path}",
        f"/v1/customers?search=smith{in_path}",
        f"/v1/changes?after={in_path}",
        f"/pos/v2/{HERE}/customers/{in_path}",
        f"/pos/v2/{HERE}/customers/r{in_path}",
        f"/pos/v2/{HERE}/customers?search={in_path}",
        f"/pos/v2/{HERE}/customers?search=smith%20{in_path}",
        f"/pos/v2/{HERE}/customers?updatedAfter={in_path}",
        f"{_here(teller)}/custom-attributes/{in_path}",
        f"{_here(teller)}/custom-attributes/tea",
        f"{_CUSTOM}/{in_path}",
    ):
        teller.ask("GET", target)
    for asked in (
        {"reference_id": {"exact": f"x{text}"}},
        {"reference_id": {"fuzzy": text}},
        {"email_address": {"exact": text}},
        {"phone_number": {"fuzzy": text}},
        {"group_ids": {"any": [text]}},
        {"segment_ids": {"all": [text]}},
        {"creation_source": {"values": [text]}},
        {"custom_attribute": {"filters": [{"key": "tea", "filter": {"text": {"exact": text}}}]}},
        {"custom_attribute": {"filters": [{"key": text, "filter": {"text": {"fuzzy": "a"}}}]}},
    ):
        teller.ask("POST", "/v2/customers/search", {"query": {"filter": asked}, "count": True})
    teller.ask("POST", "/v2/customers/bulk-retrieve", {"customer_ids": [text, teller.ids[0]]})
    teller.ask("POST", "/v1/customers/search", {"any": [{"name": text}, {"pos_ref": f"r{text}"}]})
    teller.ask("POST", "/v2/events", {"query": {"filter": {"event_types": [text]}}})


def _here(teller: Teller) -> str:
    return f"/v2/customers/{teller.ids[0]}"
