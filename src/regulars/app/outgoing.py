"""What sends webhooks, put together from the settings."""

from __future__ import annotations

from regulars.config import Settings
from regulars.webhooks import network
from regulars.webhooks.sending import Sender

_LOOPBACK = "127.0.0.0/8,::1/128"


def sender(settings: Settings) -> Sender:
    """It reaches what the settings allow; a sandbox's reaches this machine too, where tests receive.

    Raises Fatal when the setting is no list of networks.
    """
    if settings.sandbox is None:
        return Sender(network.policy(settings.webhook_allow))
    allowed = ",".join(filter(None, (_LOOPBACK, settings.webhook_allow)))
    return Sender(network.policy(allowed), environment="Sandbox")
