"""A connected Stripe account as far as a case pins it."""

from chargebacks.values import Value


class AccountFacts(Value):
    """Read when a case opens."""

    name: str
    livemode: bool
    alert_management: bool
    policy_version: str
    """Hash of the policy that is active now; a case keeps the one it opened with."""
