"""Connections to the outside as configured: what adapters get to reach Stripe and the alert sources.

Secrets are `SecretStr`: they print as asterisks, and never enter a payload, a log line or an error.
"""

from pydantic import SecretStr

from chargebacks.values import Value


class StripeCredentials(Value):
    """How one account's Stripe calls are made."""

    account: str
    api_key: SecretStr
    stripe_account: str | None = None
    """`acct_…` of a connected account (Connect direct charges): sent as the Stripe-Account header."""
    livemode: bool
    order_metadata_keys: tuple[str, ...] = ("order_id", "order_number")
    """Charge metadata keys that hold the merchant's own order id."""


class SourceSettings(Value):
    """One configured alert source. `secrets` and `options` are named by the adapter of its `kind`."""

    name: str
    kind: str
    account: str
    """The account whose charges this source's alerts are about."""
    base_url: str
    """Where outcomes are sent; the real service's address by default, a stand-in's in demo and tests."""
    secrets: dict[str, SecretStr] = {}
    options: dict[str, str] = {}
