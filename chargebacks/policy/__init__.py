"""The merchant's versioned rules for one account: what they hold, how they are read, what they decide."""

from chargebacks.policy.file import parse_policy
from chargebacks.policy.model import Policy
from chargebacks.policy.recognition import asks_for_metadata, for_rules
from chargebacks.policy.verdict import decide

__all__ = ["Policy", "asks_for_metadata", "decide", "for_rules", "parse_policy"]
