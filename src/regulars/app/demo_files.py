"""The demo's files: what three shops' tills would export, in every format there is, with what goes wrong in each."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from regulars.app import invented
from regulars.app.invented import Person, Place

_PAGE = 100


class Export(NamedTuple):
    """One file, whose it is, and how it is read where that cannot be seen."""

    name: str
    location_id: int
    source: str
    text: bytes
    encoding: str | None = None


class Shop(NamedTuple):
    """One location of the demo."""

    location_id: int
    name: str
    country: str
    time_zone: str
    currency: str
    language: str


SHOPS = (
    Shop(12345, "Corner Bistro, New York", "US", "America/New_York", "USD", "en-US"),
    Shop(20001, "Café am Markt, Berlin", "DE", "Europe/Berlin", "EUR", "de-DE"),
    Shop(30001, "Padaria da Vila, São Paulo", "BR", "America/Sao_Paulo", "BRL", "pt-BR"),
)


def write(folder: Path, seed: int) -> list[tuple[Path, Export]]:
    """Writes every file into the folder."""
    written = []
    for export in _exports(seed):
        path = folder / export.name
        path.write_bytes(export.text)
        written.append((path, export))
    return written


def _exports(seed: int) -> list[Export]:
    new_york = list(invented.people(seed, 1_200, "US"))
    walk_ins = list(invented.people(seed + 1, 500, "US", first=5_001))
    berlin = list(invented.people(seed + 2, 600, "DE"))
    sao_paulo = list(invented.people(seed + 3, 500, "BR"))
    return [
        Export("new-york-till.json", 12345, "till", _pages("results", _shift4_with_damage(new_york))),
        # A third of them are in the till as well, written down by somebody else.
        Export(
            "new-york-square.csv", 12345, "square", _square_csv(walk_ins + list(map(_written_again, new_york[::5])))
        ),
        Export("berlin-kasse.csv", 20001, "kasse", _german_csv(berlin), "windows-1252"),
        Export(
            "berlin-square.json", 20001, "square",
            _pages("customers", [invented.square(p) for p in invented.people(seed + 4, 250, "DE", first=7_001)]),
        ),
        Export("sao-paulo-caixa.jsonl", 30001, "caixa", _mixed_lines(sao_paulo)),
        Export("sao-paulo-antigo.txt", 30001, "antigo", _old_table(invented.people(seed + 5, 200, "BR", first=9_001))),
    ]  # fmt: skip


def _written_again(person: Person) -> Person:
    """The same human, as another till has them: another number, shouting, one contact fewer."""
    return person._replace(
        number=person.number + 100_000,
        given=person.given.upper() if person.number % 2 else person.given[:1] + ".",
        emails=tuple(email.upper() for email in person.emails[:1]),
        phones=tuple(phone.replace("+1", "1-") for phone in person.phones[:1]),
        places=(),
    )


def _pages(key: str, documents: Sequence[bytes]) -> bytes:
    """One page of the API after the other, as a script that saved them would leave them."""
    pages = [documents[at : at + _PAGE] for at in range(0, len(documents), _PAGE)]
    return b"\n".join(b'{"%s":[%s]}' % (key.encode(), b",\n".join(page)) for page in pages) + b"\n"


def _shift4_with_damage(people: Sequence[Person]) -> list[bytes]:
    documents = [invented.shift4(person) for person in people]
    for at in range(17, len(documents), 45):
        documents[at] = documents[at].replace(
            b'"customerEmails":[]', b'"customerEmails":[{"email":"no mail please"}]'
        )
        documents[at] = documents[at].replace(b"gmail.test", b"gmail")
    for at in range(29, len(documents), 40):
        documents[at] = documents[at].replace(
            b'"customerPhones":[]', b'"customerPhones":[{"phone":"555-42"}]'
        )
        documents[at] = documents[at].replace(b'"phone":"+1', b'"phone":"+1 000 ')
    documents[142] = documents[142].replace(b'"lastName":', b'"lastName":,')
    documents[388] = documents[388].replace(b'"C-', b'"' + b"9" * 600)
    documents[701] = documents[701].replace(b'"firstName":"', b'"firstName":"\xff\xfe')
    # The same customer again, changed since: the later one wins.
    return documents + [document.replace(b'"lastName":"', b'"lastName":"New ') for document in documents[3:9]]


def _square_csv(people: Sequence[Person]) -> bytes:
    """Square's Dashboard export."""
    header = (
        "Reference ID,First Name,Last Name,Email Address,Phone Number,Nickname,Company Name,Street Address 1,"
        "Street Address 2,City,State,Postal Code,Birthday,Memo,Square Customer ID,Creation Source,First Visit,"
        "Last Visit,Transaction Count,Lifetime Spend,Email Subscription Status,Instant Profile"
    )

    def row(person: Person) -> list[str]:
        place = person.places[0] if person.places else Place("", "", "", "", "")
        memo = 'Likes the "corner" table,\nand oat milk' if person.number % 40 == 0 else ""
        return [
            "", person.given, person.family, _first(person.emails), _first(person.phones), "", person.company,
            place.street, "", place.city, place.state, place.zip_code, "", memo, f"SQ{person.number:010d}",
            "Directory", person.created_at[:10], "", str(person.number % 90), "$0.00", "subscribed", "No",
        ]  # fmt: skip

    lines = _lines(header, people, row, ",")
    lines[203] = lines[203].replace(b",", b',"', 1)  # a quote that is never closed
    return b"\r\n".join(lines) + b"\r\n"


def _german_csv(people: Sequence[Person]) -> bytes:
    """A till of the Windows years: semicolons, Windows-1252, one column for the whole name."""
    header = "Kundennummer;Name;Firma;E-Mail;Telefon;Fax;Straße;PLZ;Ort;Land;Bemerkung"
    countries = {"DE": "Deutschland", "FR": "Frankreich", "GB": "Großbritannien"}

    def row(person: Person) -> list[str]:
        place = person.places[0] if person.places else Place("", "", "", "", "")
        phone = _first(person.phones)
        phone = "0" + phone[3:] if phone.startswith("+49") else phone  # as one dials at home
        fax = phone[:-2] + "99" if person.number % 50 == 0 and phone else ""
        phone = "keine Angabe" if person.number % 35 == 0 else phone
        name = f"{person.family}, {person.given}"
        note = "Stammgast; zahlt per Rechnung" if person.number % 30 == 0 else ""
        return [
            str(40_000 + person.number), name, person.company, _first(person.emails), phone, fax, place.street,
            place.zip_code, place.city, countries.get(place.country, place.country), note,
        ]  # fmt: skip

    lines = _lines(header, people, row, ";", encoding="windows-1252")
    lines[77] = lines[77].replace(b";", b";\x81", 1)  # a byte that Windows-1252 does not have
    return b"\r\n".join(lines) + b"\r\n"


def _mixed_lines(people: Sequence[Person]) -> bytes:
    """JSON Lines of both shapes, one line cut off, one no JSON at all."""
    lines = [(invented.square if person.number % 5 == 0 else invented.shift4)(person) for person in people]
    lines[33] = lines[33][: len(lines[33]) // 2]
    lines.insert(90, b"-- 8< -- fim do turno -- 8< --")
    return b"\n".join(lines) + b"\n"


def _old_table(people: Iterable[Person]) -> bytes:
    """Tabs and UTF-16, as an old spreadsheet saves it; some dates and phones that nobody can read."""
    header = "codigo\tnome\tsobrenome\temail\ttelefone\tcidade\testado\tpais\tnascimento"

    def row(person: Person) -> list[str]:
        place = person.places[0] if person.places else Place("", "", "", "", "")
        return [
            f"A-{person.number}", person.given, person.family, _first(person.emails),
            "sem telefone" if person.number % 45 == 0 else _first(person.phones), place.city, place.state,
            "Brasil" if place.country == "BR" else place.country, "31/02/1980" if person.number % 60 == 0 else "",
        ]  # fmt: skip

    lines = _lines(header, list(people), row, "\t")
    return "\ufeff".encode("utf-16-le") + b"\r\n".join(lines).decode().encode("utf-16-le")


def _lines(
    header: str,
    people: Sequence[Person],
    row: Callable[[Person], list[str]],
    delimiter: str,
    *,
    encoding: str = "utf-8",
) -> list[bytes]:
    """The header and a line each; a line may hold line ends within quotes."""
    lines = [header.encode(encoding)]
    for person in people:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(row(person))
        lines.append(out.getvalue().removesuffix("\r\n").encode(encoding, "replace"))
    return lines


def _first(items: Sequence[str]) -> str:
    return items[0] if items else ""
