"""All scenarios of disputes, in the order of the table."""

from demo.disputes import by_reason, other_kinds, arrivals, verdicts, modes  # noqa: F401, I001  (they add themselves)
from demo.disputes.scenario import DISPUTES

__all__ = ["DISPUTES"]
