"""Which addresses a delivery may go to: the public internet, and what `REGULARS_WEBHOOK_ALLOW` names.

An address is judged, never a name: the name is resolved once, and the connection goes to the address that was judged.
Whatever spelling a name has (`2130706433`, `0x7f.1`, `127.1`), it is an address by then.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from regulars import errors

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]

# RFC 6890 and the registries of IANA. Python's own `is_global` has changed its mind from release to release.
_CLOSED_4 = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_OPEN_6 = IPv6Network("2000::/3")  # what is given out; within it:
_CLOSED_6 = tuple(
    ip_network(text)
    # Teredo and 6to4 carry an IPv4 address and lead to relays that are none of ours.
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
_NAT64 = IPv6Network("64:ff9b::/96")


class Policy:
    """What may be reached; `allowed` may be, though it is not public."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = [ip_network(text) for text in allowed]

    @property
    def allows_any(self) -> bool:
        """Whether any network of its own was named, where plain http is in order."""
        return bool(self._allowed)

    def is_allowed(self, address: Address) -> bool:
        """Whether the address lies in a network that was named."""
        return any(address.version == network.version and address in network for network in self._allowed)

    def permits(self, text: str, *, scheme: str) -> bool:
        """Whether a delivery may go to this numeric address; plain http only into networks that were named."""
        address = bare(text)
        if address is None:
            return False
        return self.is_allowed(address) or (scheme == "https" and _is_public(address))


def policy(setting: str) -> Policy:
    """From `REGULARS_WEBHOOK_ALLOW=CIDR,…`; raises Fatal when that is not a list of networks."""
    try:
        return Policy(text.strip() for text in setting.split(",") if text.strip())
    except ValueError:
        raise errors.Fatal(
            "REGULARS_WEBHOOK_ALLOW is not a list of networks", hint="Such as 10.1.0.0/16,fd00:1::/48."
        ) from None


def bare(text: str) -> Address | None:
    """The address that packets would go to: IPv4 out of its IPv6 disguises. None for what is none, or has a zone."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return None
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host, numeric, in the system's order; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    return address in _OPEN_6 and not any(address in network for network in _CLOSED_6)
