"""A connected Stripe account as far as a case pins it."""

from chargebacks.values import Value


class AccountFacts(Value):
    """Read when a case opens."""

    name: str
    livemode: bool
    alert_management: bool
    dispute_representment: bool = False
    """Histories that began before disputes were handled hold the account without it."""
    policy_version: str
    """Hash of the policy that is active now; a case keeps the one it opened with."""
    enabled: bool = True
    """Off: the account rests, whatever its features say."""
    alerts_paused: str | None = None
    """Why alert management rests although it is switched on."""
    disputes_paused: str | None = None
    """Why dispute representment rests although it is switched on."""
