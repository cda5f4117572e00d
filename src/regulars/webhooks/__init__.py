"""Outgoing webhooks: signed, sent to public addresses only, one delivery after the other for each subscription."""
