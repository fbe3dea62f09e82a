"""Visa Compelling Evidence 3.0: two earlier undisputed charges of the same person.

https://docs.stripe.com/disputes/api/visa-ce3. The values stand in `ce3_values`, the rules in `ce3_priors` and
`ce3_identifiers`; this is what the rest of the house uses.
"""

from chargebacks.ce3_priors import METADATA_KEYS, find_priors, prior_candidates
from chargebacks.ce3_values import Ce3Filled, Ce3Finding, Ce3Payload, Ce3Transaction
from chargebacks.disputes import Dispute
from chargebacks.representment import Ce3Summary

__all__ = [
    "METADATA_KEYS",
    "Ce3Filled",
    "Ce3Finding",
    "Ce3Payload",
    "Ce3Transaction",
    "ce3_summary",
    "find_priors",
    "prior_candidates",
]


def ce3_summary(dispute: Dispute, finding: Ce3Finding) -> Ce3Summary:
    """The finding without personal data. `open` is what Stripe lists now; sent where it is not listed, the payload is
    refused together with everything else in the call."""
    return Ce3Summary(
        open=dispute.ce3_open,
        ready=finding.payload is not None,
        priors=finding.priors,
        matched=finding.matched,
        why=finding.why,
    )
