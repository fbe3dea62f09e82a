"""Notices about connections: what a person should see although no case waits for it."""

from chargebacks.values import Instant, Value


class Notice(Value):
    """`subject` is what it is about, such as `account shop` or `source ethoca-shop`."""

    subject: str
    kind: str
    """A short stable word, such as `no_events` or `permission_missing`."""
    text: str
    raised_at: Instant


def about_account(account: str) -> str:
    """The subject of notices about a Stripe account."""
    return f"account {account}"


def about_source(source: str) -> str:
    """The subject of notices about an alert source."""
    return f"source {source}"
