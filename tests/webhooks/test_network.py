"""No delivery goes into a network that is not the public internet, however its address is spelt."""

from __future__ import annotations

import socket

import pytest

from regulars import errors
from regulars.model import event
from regulars.webhooks import network
from regulars.webhooks.network import Policy

CLOSED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.1.2.3
127.255.255.255 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170
192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1
::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:7f00:1 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1
64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1
2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:db8::1 2002:7f00:1::1 2002:a9fe:a9fe:: 3fff::1
5f00::1 fc00::1 fd00::1 fdff:ffff::1 fe80::1 fe80::1%1 fec0::1 febf::1 ff02::1 ff0e::1 4000::1
"""
OPEN = """
1.1.1.1 8.8.8.8 93.184.216.34 172.32.0.1 100.128.0.1 192.0.1.1 2606:4700::1111 2a00:1450::1
64:ff9b::8.8.8.8 ::ffff:8.8.8.8
"""

# Spellings of 127.0.0.1 and its like that resolvers understand (inet_aton), and names that mean it.
DISGUISES = [
    "2130706433", "0x7f000001", "017700000001", "127.1", "127.0.1", "0x7f.1", "0177.0.0.1", "127.0x0.0.1", "0", "0x0",
    "localhost", "LOCALHOST", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[0:0:0:0:0:0:0:1]",
    "2852039166", "0xa9fea9fe", "169.254.43518", "10.1", "192.168.257",
]  # fmt: skip

# What two readers of a URL might understand in two ways, or what is no https URL of a host.
MALFORMED = [
    "https://example.com@127.0.0.1/", "https://user:pass@example.com/", "https://127.0.0.1#@example.com/",
    "https://example.com\\@127.0.0.1/", "https://example.com/\r\nHost: 127.0.0.1", "https://example.com/ x",
    "https://exa mple.com/", "https://①②⑦.0.0.1/", "https://127。0。0。1/", "https://ex%61mple.com/",
    "https://example.com:0/", "https://example.com:99999/", "https://example.com:/", "https://example.com:80:80/",
    "https:///path", "https://", "https:example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd",
    "gopher://127.0.0.1:70/", "javascript:alert(1)", "HTTPS//example.com", "https://[::1/", "https://::1/",
    "https://[fe80::1%25eth0]/", "https://[v1.a]/", "https://-example.com/", "https://example..com/",
    "https://example.com/\x00", "https://example.com/\u202e", 'https://example.com/"x', "https://example.com/{x}",
    "https://example.com/#fragment", "dict://127.0.0.1:11211/", "https://" + "a" * 64 + ".example.com/",
    "https://example.com/" + "x" * 2_000, "",
]  # fmt: skip


@pytest.mark.parametrize("address", CLOSED.split())
def test_what_is_not_public_is_closed(address: str) -> None:
    """Loopback, private, link-local, reserved, and IPv6 forms that carry such an address."""
    assert not Policy().permits(address, scheme="https")


@pytest.mark.parametrize("address", OPEN.split())
def test_what_is_public_is_open_to_https_alone(address: str) -> None:
    """Customers' data never cross the internet unencrypted."""
    assert Policy().permits(address, scheme="https")
    assert not Policy().permits(address, scheme="http")


@pytest.mark.parametrize("host", DISGUISES)
def test_a_disguise_is_seen_through(host: str) -> None:
    """The address is judged that the system's resolver gives, and every one of them."""
    try:
        target = event.target(f"https://{host}/")
        addresses = network.resolve(target.host, 443)
    except (errors.Invalid, socket.gaierror):
        return
    assert addresses
    assert not [one for one in addresses if Policy().permits(one, scheme="https")]


def test_most_disguises_are_understood_by_the_resolver() -> None:
    """The test above does not pass because nothing resolves."""
    understood = 0
    for host in DISGUISES:
        try:
            understood += bool(network.resolve(event.target(f"https://{host}/").host, 443))
        except (errors.Invalid, socket.gaierror):
            continue
    assert understood >= 12


@pytest.mark.parametrize("url", MALFORMED)
def test_an_ambiguous_url_is_refused(url: str) -> None:
    """It is refused when the subscription is made, without an echo."""
    with pytest.raises(errors.Invalid) as refused:
        event.target(url, at="subscription.")
    assert refused.value.field == "subscription.notification_url"
    assert not url or url not in refused.value.message


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://example.com", "example.com", 443, "/"),
        ("https://Hooks.Example.com:8443/A/b?c=D", "hooks.example.com", 8443, "/A/b?c=D"),
        ("http://[2001:db8::1]:80/", "2001:db8::1", 80, "/"),
        ("https://xn--mller-kva.example.org/x%20y", "xn--mller-kva.example.org", 443, "/x%20y"),
        ("https://example.com?x=1", "example.com", 443, "/?x=1"),
    ],
)
def test_a_good_url_is_taken_apart(url: str, host: str, port: int, path: str) -> None:
    """Path and query go out as they were written."""
    target = event.target(url)
    assert (target.host, target.port, target.path) == (host, port, path)


def test_a_named_network_is_open() -> None:
    """REGULARS_WEBHOOK_ALLOW opens what it names, to http too, also inside an IPv6 form; and nothing else."""
    policy = network.policy(" 10.1.0.0/16, fd00:1::/48 ")

    assert policy.permits("10.1.2.3", scheme="http")
    assert policy.permits("::ffff:10.1.2.3", scheme="http")
    assert policy.permits("fd00:1::5", scheme="https")
    assert not policy.permits("10.2.0.1", scheme="https")
    assert not policy.permits("fd00:2::5", scheme="https")
    assert not network.policy("").allows_any


def test_a_setting_that_is_no_list_of_networks_stops_the_program() -> None:
    """A slip does not silently open or close a network."""
    with pytest.raises(errors.Fatal):
        network.policy("10.1.0.0/16,everything")
    with pytest.raises(errors.Fatal):
        network.policy("10.1.0.1/16")
