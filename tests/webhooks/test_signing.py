"""Signatures: published vectors, and the helpers that receivers use."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

from square.utils.webhooks_helper import verify_signature
from standardwebhooks import Webhook

from regulars.model.event import Keys
from regulars.webhooks import signing

# contracts/shift4.md, "Authentication": published example credentials.
CLIENT, SECRET = "23b08412a29bbe8625967e16c1a41dc9", "de17f1f0-4816-157b-97ae-eb4b0f656a1f"


def test_square_signs_as_its_published_vector() -> None:
    """contracts/square.md 2.9: the key's text signs the URL and the body, with nothing in between."""
    body = b'{"data":{"type":"webhooks","id":">id<"}}'

    made = signing.square("signature-key", "https://webhook.site/webhooks", body)

    assert made == "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U="
    assert verify_signature(
        request_body=body.decode(),
        signature_header=made,
        signature_key="signature-key",
        notification_url="https://webhook.site/webhooks",
    )


def test_squares_older_signature_is_the_same_with_sha1() -> None:
    """Receivers of 2021 and before look at `x-square-signature`."""
    made = signing.square_older("key", "https://example.com/", b"{}")

    assert base64.b64decode(made) == hmac.new(b"key", b"https://example.com/{}", hashlib.sha1).digest()


def test_conecto_signs_as_its_published_vectors() -> None:
    """contracts/shift4.md, "Authentication": both published examples come out."""
    get = signing.conecto(SECRET, CLIENT, "/api/v1/export/244/tickets", 1530737508, b"", method="GET")
    post = signing.conecto(
        SECRET, CLIENT, "/subscriptions/order", 1554456360, b'{ "event": {....}, "payload": {....} }'
    )

    assert get == "01be9d576867309aba8c29e7b6a719fa7607bdfd26177bfd4ce453450c610126"
    assert post == "0ef94411f7e06fd28906719f3f1366585c50814040fec5f9fe0309a2e83e277b"


def test_conecto_signs_the_path_in_lower_case_without_its_query() -> None:
    """contracts/shift4.md: "lower-cased path without host and query"."""
    assert signing.conecto(SECRET, CLIENT, "/Hooks?A=1", 1, b"") == signing.conecto(
        SECRET, CLIENT, "/hooks", 1, b""
    )


def test_standard_webhooks_signs_as_its_published_vector() -> None:
    """The example of the specification, version 1.0."""
    made = signing.standard(
        Keys("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )

    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_library_of_standard_webhooks_verifies() -> None:
    """With our key behind `whsec_`, and with the old one for a day after a change."""
    old, new = (base64.b64encode(bytes([fill]) * 24).decode() for fill in (1, 2))
    seconds = int(time.time())
    headers = {
        "webhook-id": "id",
        "webhook-timestamp": str(seconds),
        "webhook-signature": signing.standard(Keys(new, old), "id", seconds, b'{"a":1}'),
    }

    for key in (old, new):
        assert Webhook(f"whsec_{key}").verify('{"a":1}', headers) == {"a": 1}


def test_after_a_rotation_both_keys_sign() -> None:
    """A receiver that knows only the old key still verifies."""
    keys = [base64.b64encode(bytes([fill]) * 24).decode() for fill in (1, 2)]

    both = signing.standard(Keys(*keys), "id", 1, b"{}").split(" ")

    assert both == [signing.standard(Keys(key), "id", 1, b"{}") for key in keys]
