"""Addresses: the country's and the state's code beside what came."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

import msgspec

from regulars.model.customer import Address, Problem
from regulars.normalise.countries import country_code, key

_UNKNOWN_TO_SQUARE: Final = "ZZ"  # what Square's Country enum calls an unknown country


def understand(address: Address, *, region: str, at: int, problems: list[Problem]) -> Address:
    """The address with the codes of its country (ISO 3166-1 alpha-2) and its state (US and CA only).

    Where the country is unknown, `region` (alpha-2) says whose states are meant. A country that is neither a code nor
    a name we know is a problem.
    """
    country = country_code(address.country) if address.country else None
    if country is None and address.country and not _says_nothing(address.country):
        problems.append(Problem("address.country", "unknown_country", at))
    state = state_code(address.state, country=country or region) if address.state else None
    if country == address.country_code and state == address.state_code:
        return address
    return msgspec.structs.replace(address, country_code=country, state_code=state)


def state_code(text: str, *, country: str) -> str | None:
    """The postal code of a state, province or territory of the US or Canada; None when it is no name of one."""
    states = _states(country) if country in _STATES else {}
    return states.get(text) or states.get(key(text))


def _says_nothing(country: str) -> bool:
    return country.isspace() or country.strip().upper() == _UNKNOWN_TO_SQUARE


@cache
def _states(country: str) -> Mapping[str, str]:
    states: dict[str, str] = {}
    for line in _STATES[country].strip().splitlines():
        code, names = line.split(maxsplit=1)
        states |= {key(name): code for name in (code, *names.split(","))} | {code: code}
    return states


# USPS Publication 28, appendix B, and Canada Post's Addressing Guidelines.
_STATES: Final = {
    "US": """
AL Alabama
AK Alaska
AZ Arizona
AR Arkansas
CA California
CO Colorado
CT Connecticut
DE Delaware
DC District of Columbia, Washington DC, Washington D.C.
FL Florida
GA Georgia
HI Hawaii
ID Idaho
IL Illinois
IN Indiana
IA Iowa
KS Kansas
KY Kentucky
LA Louisiana
ME Maine
MD Maryland
MA Massachusetts
MI Michigan
MN Minnesota
MS Mississippi
MO Missouri
MT Montana
NE Nebraska
NV Nevada
NH New Hampshire
NJ New Jersey
NM New Mexico
NY New York, New York State
NC North Carolina
ND North Dakota
OH Ohio
OK Oklahoma
OR Oregon
PA Pennsylvania
RI Rhode Island
SC South Carolina
SD South Dakota
TN Tennessee
TX Texas
UT Utah
VT Vermont
VA Virginia
WA Washington, Washington State
WV West Virginia
WI Wisconsin
WY Wyoming
AS American Samoa
FM Federated States of Micronesia, Micronesia
GU Guam
MH Marshall Islands
MP Northern Mariana Islands
PR Puerto Rico
PW Palau
VI U.S. Virgin Islands, Virgin Islands
UM U.S. Minor Outlying Islands, United States Minor Outlying Islands
AA Armed Forces Americas, Armed Forces (AA)
AE Armed Forces Europe, Armed Forces Africa, Armed Forces Canada, Armed Forces Middle East, Armed Forces (AE)
AP Armed Forces Pacific, Armed Forces (AP)
""",
    "CA": """
AB Alberta
BC British Columbia, Colombie-Britannique
MB Manitoba
NB New Brunswick, Nouveau-Brunswick
NL Newfoundland and Labrador, Newfoundland, Labrador, Newfoundland & Labrador, Terre-Neuve-et-Labrador
NS Nova Scotia, Nouvelle-Écosse
NT Northwest Territories, Territoires du Nord-Ouest
NU Nunavut
ON Ontario
PE Prince Edward Island, PEI, Île-du-Prince-Édouard
QC Quebec, Québec, PQ
SK Saskatchewan
YT Yukon, Yukon Territory
""",
}
