"""Starting a case's workflow once, and what Temporal's refusals mean to a caller."""

from temporalio.service import RPCError

from chargebacks.errors import TryLater

LONGEST_SUMMARY = 190
"""Temporal refuses summaries of more than 200 bytes."""


def short(text: str) -> str:
    """The text as far as a summary may hold it."""
    return text.encode()[:LONGEST_SUMMARY].decode(errors="ignore")


def fairness_key(account: str) -> str:
    """One share of a queue per account; Temporal takes 64 bytes."""
    return account.encode()[:64].decode(errors="ignore")


def unreachable(what: str, error: RPCError) -> TryLater:
    return TryLater(f"Temporal did not take {what}: {error.message}.", reason="temporal_unreachable")
