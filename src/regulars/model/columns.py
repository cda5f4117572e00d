"""What the columns of a customer table, and the keys of a customer object, are called, in the languages of our tills.

A name counts without its case, spaces, accents and punctuation: `E-Mail`, `e_mail` and `eMail` are one. Where several
columns of a table could be the same field, the name that stands further to the left here wins.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Mapping, Sequence
from typing import Final

# Each field that a column can be taken for, with its help.
FIELDS: Final[Mapping[str, str]] = {
    "pos_ref": "the record's own id, unique in its file; becomes posRef",
    "id": "Square's id of the customer",
    "reference_id": "an id of the customer in yet another system",
    "first_name": "given name",
    "last_name": "family name",
    "full_name": "given and family name in one cell; taken apart only where that is safe",
    "company_name": "company",
    "nickname": "what the customer is called",
    "email": "e-mail; any number of columns",
    "phone": "phone of an unknown kind; any number of columns, like the next four",
    "mobile_phone": "mobile phone",
    "home_phone": "phone at home",
    "work_phone": "phone at work",
    "fax": "fax; kept as a phone of type OTHER",
    "street": "street and number, first line of the address",
    "street2": "second line of the address",
    "street3": "third line of the address",
    "city": "city, town, locality",
    "state": "state, province, region, county",
    "zip_code": "postal code",
    "country": "country, as a name or a code",
    "birthday": "birthday: 1815-12-10, or 12-10 without the year",
    "note": "note, memo, comment",
    "created_at": "when the record was made",
    "updated_at": "when it was last changed",
    "email_subscription": "whether the customer wants marketing mails: subscribed or unsubscribed",
    "creation_source": "how the record came to be, in Square's words",
    "eu_vat": "VAT number in the European Union",
    "ignore": "nothing: the column is left out",
}
REPEATED: Final = frozenset({"email", "phone", "mobile_phone", "home_phone", "work_phone", "fax"})

_NAMES: Final = {
    "id": "square customer id, square id",
    "pos_ref": """pos ref, customer id, customer number, customer no, customer nr, customer code, customer key,
        customer ref, customer reference, client id, client number, client no, guest id, guest number, member id,
        member number, member no, membership number, contact id, person id, user id, id, uuid, guid, ref, external id,
        reference id, reference, reference number, Kundennummer, Kundennr, Kunden Nr, KdNr, Kunden ID,
        número de cliente, número cliente, id cliente, código cliente, código de cliente, numéro client,
        numéro de client, id client, code client, codice cliente, klantnummer, kundnummer""",
    "reference_id": "reference id, reference",
    "first_name": """first name, given name, first, given, forename, Vorname, primer nombre, nombres, prénom,
        nome proprio, voornaam, förnamn, fornavn, imię""",
    "last_name": """last name, family name, surname, last, family, Nachname, Familienname, Zuname, apellidos, apellido,
        nom de famille, cognome, sobrenome, apelido, achternaam, efternamn, etternavn, nazwisko""",
    "full_name": """full name, customer name, client name, contact name, guest name, display name, person name,
        Vor und Nachname, Kundenname, nombre completo, nombre y apellidos, nom complet, nom et prénom,
        nome completo""",
    "company_name": """company name, company, business name, business, organisation name, organization name,
        organisation, organization, firm, Firma, Firmenname, Unternehmen, empresa, razón social, nombre de empresa,
        société, entreprise, raison sociale, azienda, ragione sociale, bedrijf, bedrijfsnaam, företag""",
    "nickname": "nickname, nick name, nick, known as, alias, Spitzname, Rufname, apodo, surnom, soprannome",
    "email": """email address, email, mail, mail address, Mailadresse, Email Adresse, correo electrónico, correo,
        courriel, adresse email, adresse mail, adresse courriel, posta elettronica, indirizzo email, emailadres""",
    "phone": """phone number, phone, phone no, telephone number, telephone, telephone no, tel, tel no, tel nr,
        contact number, contact no, Telefon, Telefonnummer, Rufnummer, teléfono, número de teléfono, téléphone,
        numéro de téléphone, telefono, telefone, telefoon, telefoonnummer, telefonnr""",
    "mobile_phone": """mobile phone, mobile, mobile number, mobile no, cell phone, cell, cell number, cellular,
        phone mobile, phone cell, mobile telephone, Handy, Handynummer, Mobil, Mobiltelefon, Mobilnummer, Mobilfunk,
        móvil, teléfono móvil, celular, teléfono celular, portable, téléphone portable, téléphone mobile, cellulare,
        telemóvel, mobiel, gsm""",
    "home_phone": """home phone, home telephone, home number, phone home, evening phone, Telefon privat,
        Telefonnummer privat, teléfono de casa, teléfono particular, téléphone domicile""",
    "work_phone": """work phone, work telephone, work number, phone work, business phone, business telephone,
        office phone, office number, phone office, day phone, daytime phone, Telefon geschäftlich, Telefon Arbeit,
        Telefon dienstlich, teléfono del trabajo, teléfono trabajo, téléphone bureau, téléphone travail""",
    "fax": "fax number, fax, fax no, telefax, Faxnummer, télécopie, número de fax",
    "street": """street address 1, street address line 1, street address, address line 1, address 1, street 1, street,
        address, address line, addr 1, addr, Straße und Hausnummer, Straße, Anschrift, Adresse, calle, dirección,
        domicilio, rue, adresse 1, indirizzo, via, endereço, adres, gatuadress, adress""",
    "street2": """street address 2, street address line 2, address line 2, address 2, street 2, addr 2, apartment, apt,
        suite, unit, Adresszusatz, Adresse 2, dirección 2, complément, complément d'adresse""",
    "street3": "street address 3, street address line 3, address line 3, address 3, street 3, addr 3, adresse 3",
    "city": """city, town, city town, town city, locality, city name, Ort, Stadt, Wohnort, ciudad, localidad, población,
        ville, commune, città, comune, cidade, plaats, stad, woonplaats""",
    "state": """state, state province, state code, province, state region, region, county, administrative district,
        Bundesland, provincia, estado, comunidad autónoma, région, province état""",
    "zip_code": """zip code, zip, postal code, postcode, post code, zip postal code, postal zip code, postal, PLZ,
        Postleitzahl, código postal, code postal, cap, codice postale, cep, postnummer""",
    "country": "country, country code, country name, country region, Land, país, pays, paese, nazione, nation",
    "birthday": """birthday, birth date, date of birth, dob, Geburtstag, Geburtsdatum, fecha de nacimiento, cumpleaños,
        nacimiento, date de naissance, anniversaire, data di nascita, data de nascimento, geboortedatum""",
    "note": """note, notes, memo, comment, comments, remark, remarks, Notiz, Notizen, Bemerkung, Bemerkungen,
        Kommentar, nota, notas, observaciones, comentarios, comentario, remarque, remarques, commentaire,
        commentaires""",
    "created_at": """created at, created, created on, creation date, created date, date created, date added, added on,
        customer since, member since, signup date, Erstellt am, Angelegt am, Erstellt, Kunde seit, fecha de creación,
        fecha de alta, date de création, créé le""",
    "updated_at": """updated at, updated, last updated, updated on, update date, date updated, modified at, modified,
        last modified, date modified, modified on, Geändert am, Geändert, Aktualisiert am, fecha de actualización,
        fecha de modificación, date de modification, modifié le, mis à jour le""",
    "email_subscription": "email subscription status, email subscription, subscription status",
    "creation_source": "creation source",
    "eu_vat": """eu vat, vat number, vat id, vat no, vat, vat reg no, USt IdNr, USt ID, Umsatzsteuer ID, número de iva,
        nif iva, numéro de tva, tva intracommunautaire, partita iva""",
}
# A name alone: the half that has no column of its own, else the whole.
_BARE_NAMES: Final = frozenset({"name", "nombre", "nome", "nom", "naam", "namn", "navn"})
# Words before a name that change nothing of it.
_QUALIFIERS: Final = (
    *("customer", "client", "contact", "guest", "primary", "main", "default", "billing", "mailing", "home"),
    *("work", "personal", "business", "postal", "residential", "shipping", "delivery"),
)


def guess(names: Sequence[str], chosen: Mapping[int, str]) -> list[str | None]:
    """The field of each column, None where none is known; `chosen` are the columns whose field somebody named."""
    keys = [_key(name) for name in names]
    meant = [chosen.get(at) for at in range(len(keys))]
    for rank in (_rank, _qualified_rank):
        for field, known in _KNOWN.items():
            places = sorted((rank(key, field, known), at) for at, key in enumerate(keys) if meant[at] is None)
            places = [(worth, at) for worth, at in places if worth < _UNKNOWN]
            for _, at in places if field in REPEATED else places[:1]:
                if _is_free(field, meant):
                    meant[at] = field
    for at, key in enumerate(keys):
        if meant[at] is None and (key in _BARE_NAMES or _unqualified(key, _BARE_NAMES)):
            meant[at] = _half_of_name(meant)
    return meant


def _is_free(field: str, meant: Sequence[str | None]) -> bool:
    """Whether another column may still become the field."""
    if field == "pos_ref":  # Square's own id is the reference when there is one
        return "pos_ref" not in meant and "id" not in meant
    if field == "full_name":
        return not {"full_name", "first_name", "last_name"} & set(meant)
    return field in REPEATED or field not in meant


def _half_of_name(meant: Sequence[str | None]) -> str | None:
    first, last = "first_name" in meant, "last_name" in meant
    if "full_name" in meant or (first and last):
        return None
    return "last_name" if first else "first_name" if last else "full_name"


_UNKNOWN: Final = 1_000


def _rank(key: str, field: str, known: Mapping[str, int]) -> int:
    """How well the column's name fits the field, 0 best."""
    if field in REPEATED:  # `Email 2`, `E-mail 1 - Value`
        key = key.removesuffix("value").rstrip("0123456789")
    return known.get(key, _UNKNOWN)


def _qualified_rank(key: str, field: str, known: Mapping[str, int]) -> int:
    """The same, without a word such as `customer` before the name."""
    if field in REPEATED:
        key = key.removesuffix("value").rstrip("0123456789")
    return known.get(_unqualified(key, known), _UNKNOWN)


def _unqualified(key: str, known: Container[str]) -> str:
    names = [key.removeprefix(word) for word in _QUALIFIERS if key.startswith(word)]
    return next((name for name in names if name in known), "")


def _key(name: str) -> str:
    """What counts of a column's name: its letters and digits, without case and accents."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join([character for character in plain if character.isalnum()])


_KNOWN: Final = {
    field: {_key(name): rank for rank, name in reversed(list(enumerate(names.split(","))))}
    for field, names in _NAMES.items()
}
