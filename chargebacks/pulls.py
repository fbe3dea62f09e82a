"""Alerts that are asked for instead of being sent, and what became of each."""

from enum import StrEnum

from chargebacks.values import Value


class PulledAlert(Value):
    """One alert as its network lists it."""

    id: str | None
    """By which it is acknowledged; None: it carries none, and the network will list it again."""
    body: bytes


class TakenIn(StrEnum):
    """What became of a pulled alert. In every case it is kept."""

    NEW = "new"
    """A case was started."""
    KNOWN = "known"
    """It has its case already."""
    REFUSED = "refused"
    """It leads to nothing; the reason is kept with it."""
    WAITING = "waiting"
    """Its case could not be started yet."""
