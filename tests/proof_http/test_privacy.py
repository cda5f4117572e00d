"""Canary customers: whoever they are, the server's log never says it, nor does any error (trust.md, P14)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from regulars.app import invented
from tests.proof_http import hostile, judge, malformed, sockets
from tests.proof_http.client import Answer, client
from tests.proof_http.house import House, Served

pytestmark = pytest.mark.xdist_group("proof_http privacy")

LOCATION = 12345
WORD = b"zzcanary"
DIGITS = b"6502530147"  # of their phones
CANARIES = (WORD, DIGITS, b"250-0147", b"650) 25")
QUESTIONS = [
    "Zzcanary", "zzcanary Zzcanaryson", "zzcanary@example.com", "6502530147", "(650) 253-0147", "0147",
    "ZZCANARY-REF", "%5AZcanary", "Zz%63anary%00", "zzcanary%FF", "Zzcanary" * 30,
]  # fmt: skip


def customers() -> Iterator[dict[str, Any]]:
    """Twelve of them, each with the canary wherever a text may stand."""
    for number in range(12):
        yield {
            "posRef": f"Zzcanary-ref/{number}", "firstName": "Zzcanary", "lastName": f"Zzcanaryson {number}",
            "companyName": "Zzcanary & Co", "customerEmails": [{"email": f"zzcanary{number}@example.com"}],
            "customerPhones": [{"phone": "(650) 253-0147", "extension": "Zzcanary"}, {"phone": "zzcanary 12345"}],
            "customerAddresses": [{"street": "Zzcanary St", "city": "Zzcanaryville", "country": "Zzcanaria"}],
        }  # fmt: skip


SQUARE = {
    "id": "ZZCANARYID", "given_name": "Zzcanary", "note": "Zzcanary says no", "nickname": "Zzcanary",
    "phone_number": "(650) 253-0147", "birthday": "1980-01-01", "reference_id": "Zzcanary",
    "cards": [{"id": "x", "cardholder_name": "Zzcanary"}], "address": {"locality": "Zzcanary"},
}  # fmt: skip
BROKEN = b"""{"posRef":"Zzcanary","firstName":"Zzcanary
{"firstName":["Zzcanary"],"posRef":{"a":"Zzcanary"}}
"Zzcanary"
Zzcanary
"""


@dataclass
class Witness:
    """Who asks, and what was said in errors."""

    served: Served
    token: str
    answers: int = 0
    told: list[str] = field(default_factory=list)

    def hears(self, target: bytes, answer: Answer | None) -> None:
        """Remembers what an error, or any header, gives away."""
        if answer is None:
            return
        self.answers += 1
        said = b"" if answer.status == 200 else answer.body
        said += "".join(name + text for name, text in answer.headers if name.lower() != "link").encode()
        if given_away(said):
            self.told.append(f"{target[:99]!r}: {answer.status} {said[:300]!r}")

    def asks(
        self, target: bytes, *, method: str = "GET", token: bytes | None = None, body: bytes | None = None
    ) -> None:
        bearer = b"Bearer " + (self.token.encode() if token is None else token)
        request = hostile.Request(target, b"", method, ((b"Authorization", bearer),), body)
        with sockets.line(self.served.port) as line:
            line.send(sockets.written(request, close=True))
            self.hears(target, line.answer(method))


def given_away(text: bytes) -> list[bytes]:
    return [canary for canary in CANARIES if canary in text.lower()]


def filled(house: House) -> str:
    """A house with the canaries and others in it, and broken records of theirs; a token."""
    house.location(LOCATION)
    house.take_in(house.file("canaries.json", json.dumps({"results": [*customers()], "meta": {}})), LOCATION)
    house.take_in(
        house.file("square.json", json.dumps({"customers": [SQUARE]})), LOCATION, "--source", "square"
    )
    house.take_in(house.file("people.jsonl", b"\n".join(invented.customers(4, 3_000, "US"))), LOCATION)
    house.take_in(house.file("broken.jsonl", BROKEN), LOCATION, code=4)
    return house.token()


def every_question(witness: Witness, seed: int) -> None:
    """Every route, rightly and wrongly, with the canary in every place of a request."""
    served = witness.served

    def get(target: str, token: str) -> Any:
        with client(served.port, token) as asking:
            answer = asking.get(target)
            witness.hears(target.encode(), answer)
            return answer.value

    known = hostile.known(get, witness.token, LOCATION, witness.token)
    generator = hostile.Generator(get("/openapi.json", witness.token), known, random.Random(seed))
    for path in (
        f"/pos/v2/{LOCATION}/customers",
        "/v2/customers",
        "/v2/locations",
        "/marketplace/v2/locations",
        "/healthz",
    ):
        for text in QUESTIONS:
            for rest in (
                f"?search={text}",
                f"?search={text}&page=x",
                f"/{text}",
                f"?cursor={text}",
                f"?{text}={text}",
                f"/{text}/{text}",
            ):
                witness.asks((path + rest).encode().replace(b" ", b"%20"))
        for token in (b"Zzcanary", b"", b"rg_Zzcanary" + b"a" * 35, witness.token.encode() + b"Zzcanary"):
            witness.asks(path.encode(), token=token)
        for method in ("POST", "PUT", "DELETE", "Zzcanary", "TRACE"):
            witness.asks(path.encode() + b"/Zzcanary", method=method, body=b'{"given_name":"Zzcanary"}')
    for request in generator.dice.sample([*generator.every()], 700):
        target, headers = (_canaried(part) for part in (request.target, request.headers))
        with sockets.line(served.port) as line:
            line.send(
                sockets.written(
                    hostile.Request(target, b"", request.method, headers, request.body), close=True
                )
            )
            witness.hears(target, line.answer(request.method))
    for name, message in malformed.messages(witness.token):
        answers, _ = sockets.exchange(
            served.port, message.replace(b"CANARY", b"Zzcanary").replace(b"abcd", b"Zzcanary")
        )
        for answer in answers:
            witness.hears(name.encode(), answer)


def _canaried(part: Any) -> Any:
    """The same with our canary where the generator put one of its own."""
    if isinstance(part, bytes):
        return part.replace(b"zq", b"Zzcanary").replace(b"73", b"6502530147")
    return tuple((name, _canaried(text) if name.lower() != b"authorization" else text) for name, text in part)


def test_the_log_knows_nobody(house: House) -> None:
    """Through every route and a thousand faults: no canary on the server's output, nor in any error."""
    token = filled(house)
    with house.serving(workers=2) as served:
        witness = Witness(served, token)
        every_question(witness, 1)
        house.run("token", "revoke", token[:11])
        witness.asks(f"/pos/v2/{LOCATION}/customers/Zzcanary-ref%2F1".encode())

        assert witness.told[:5] == []
        assert witness.answers > 1_200
        for pid in (served.process.pid, *served.workers()):
            line = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
            assert not given_away(line)
            assert token.encode() not in line

    _check_what_is_left(house, token)


WRITTEN = {
    "given_name": "Zzcanary", "family_name": "Zzcanaryson", "company_name": "Zzcanary & Co", "nickname": "Zzcanary",
    "email_address": "zzcanary@example.com", "phone_number": "(650) 253-0147", "note": "Zzcanary says no",
    "reference_id": "Zzcanary", "address": {"address_line_1": "Zzcanary St"}, "idempotency_key": "Zzcanary",
}  # fmt: skip
# What is wrong with it, each with the canary in it.
WRONG: tuple[dict[str, Any], ...] = (
    {"email_address": "zzcanary"}, {"phone_number": "zzcanary 6502530147"}, {"birthday": "Zzcanary"},
    {"address": {"country": "Zzcanary"}}, {"address": "Zzcanary"}, {"tax_ids": {"eu_vat": "Zz-canary-6502530147"}},
    {"given_name": ["Zzcanary"]}, {"given_name": "Zzcanary" * 99}, {"idempotency_key": "Zzcanary" * 99},
    {"note": "Zzcanary", "version": 99}, {"version": "Zzcanary"}, {"note": "Zzcanary" * 9_999},
)  # fmt: skip


def test_who_is_written_is_not_talked_of(house: House) -> None:
    """Created, refused, updated and deleted, alone and in bulk: no canary in any error, nor in the log."""
    filled(house)
    token = house.token("--scope", "customers:read", "--scope", "customers:write")
    with house.serving() as served, client(served.port, token) as asking:
        witness = Witness(served, token)

        def writes(method: str, target: str, said: Any) -> Answer:
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            answer = asking.get(target, ("Content-Type", "application/json"), method=method, body=body)
            witness.hears(target.encode(), answer)
            return answer

        made = writes("POST", "/v2/customers", WRITTEN).value["customer"]["id"]
        for wrong in WRONG:
            assert writes("POST", "/v2/customers", WRITTEN | wrong).status in {200, 400}
            assert writes("PUT", f"/v2/customers/{made}", wrong).status in {200, 400, 409}
            for verb, key in (("create", "Zzcanary again"), ("update", made), ("update", "Zzcanary")):
                answer = writes("POST", f"/v2/customers/bulk-{verb}", {"customers": {key: WRITTEN | wrong}})
                [outcome] = answer.value["responses"].values()
                assert not given_away(json.dumps(outcome.get("errors", [])).encode())
        for broken in (
            b'{"Zzcanary',
            b'["Zzcanary"]',
            b'{"customers":"Zzcanary"}',
            b'{"customer_ids":{"Zzcanary":1}}',
        ):
            for target in ("/v2/customers", "/v2/customers/bulk-create", "/v2/customers/bulk-delete"):
                assert writes("POST", target, broken).status == 400
        assert asking.get(f"/v2/customers/{made}", method="DELETE").status == 200

        assert witness.told == []

    _check_what_is_left(house, token)


def test_a_damaged_store_gives_nobody_away(house: House) -> None:
    """A store that is overwritten under a running server answers in shape, says so in the log, and names nobody."""
    token = filled(house)
    with house.serving() as served:
        witness = Witness(served, token)
        database = house.data / "regulars.db"
        size = database.stat().st_size
        with database.open("r+b") as file:
            file.seek(4_096 * 3)
            # Texts of theirs where numbers should stand.
            file.write((b"Zzcanary 6502530147 " * (size // 20 + 1))[: size - 4_096 * 3])
        statuses = set()
        for target in (
            f"/pos/v2/{LOCATION}/customers", f"/pos/v2/{LOCATION}/customers?search=zzcanary",
            f"/pos/v2/{LOCATION}/customers/Zzcanary-ref%2F1",
            f"/pos/v2/{LOCATION}/customers?updatedAfter=2000-01-01", "/v2/customers",
            "/v2/customers/ZZCANARYID", "/v2/locations", "/readyz",
        ):  # fmt: skip
            with client(served.port, token) as asking:
                answer = asking.get(target)
            statuses.add(answer.status)
            witness.hears(target.encode(), answer)
            # It is an error of ours, and says so; all else must be as ever.
            ours = ("a server error", f"status {answer.status}", "API_ERROR ")
            wrong = judge.complaints(target.encode(), "GET", answer, WORD)
            assert [complaint for complaint in wrong if not complaint.startswith(ours)] == [], (
                target,
                answer,
            )

        assert statuses & {500, 503}
        assert witness.told == []

    talk = _check_what_is_left(house, token)
    assert b"request.failed" in talk


def _check_what_is_left(house: House, token: str) -> bytes:
    """Nothing but the store itself knows them: not the log, not a file beside it."""
    talk = house.talk.read_bytes()
    assert not given_away(talk), talk[-3_000:]
    assert token.encode() not in talk
    assert b"Traceback" not in talk
    for path in house.data.rglob("*"):
        if path.is_file() and not path.name.startswith("regulars.db"):
            assert not given_away(path.name.encode() + path.read_bytes()), path
            assert token.encode() not in path.name.encode() + path.read_bytes()
    return talk
