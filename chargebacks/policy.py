"""The merchant's versioned rules for one account."""

from chargebacks.decisions import Decision, Mode, ResponseTimes, Situation
from chargebacks.matching import MatchRules
from chargebacks.values import Value


class Policy(Value):
    """Loaded from TOML; `version` is the hash of what the file means, not of its spelling."""

    version: str
    mode: Mode = Mode.OBSERVE
    matching: MatchRules = MatchRules()
    times: ResponseTimes = ResponseTimes()
    watch_refund_days: int = 30
    """How long an answered case watches its refund for a late failure; 0 closes it at once."""


def decide(situation: Situation, policy: Policy) -> Decision:
    """Turn the facts into a decision."""
    raise NotImplementedError
