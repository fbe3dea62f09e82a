"""The search attributes that make cases findable in Temporal. No personal data: they are never encrypted."""

from typing import Any

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from chargebacks.contracts import CaseFile

KIND = SearchAttributeKey.for_keyword("CaseKind")
STATUS = SearchAttributeKey.for_keyword("CaseStatus")
ACCOUNT = SearchAttributeKey.for_keyword("CaseAccount")
SOURCE = SearchAttributeKey.for_keyword("CaseSource")
CHARGE = SearchAttributeKey.for_keyword("CaseCharge")
DISPUTE = SearchAttributeKey.for_keyword("CaseDispute")
REASON = SearchAttributeKey.for_keyword("CaseReason")
OUTCOME = SearchAttributeKey.for_keyword("CaseOutcome")
CURRENCY = SearchAttributeKey.for_keyword("CaseCurrency")
RESPOND_BY = SearchAttributeKey.for_datetime("RespondBy")
AMOUNT = SearchAttributeKey.for_int("AmountMinor")
ATTENTION = SearchAttributeKey.for_bool("NeedsAttention")

ALL: tuple[SearchAttributeKey[Any], ...] = (
    KIND,
    STATUS,
    ACCOUNT,
    SOURCE,
    CHARGE,
    DISPUTE,
    REASON,
    OUTCOME,
    CURRENCY,
    RESPOND_BY,
    AMOUNT,
    ATTENTION,
)
"""Within what SQL visibility offers per namespace: 3 Bool, 3 Datetime, 3 Int, 10 Keyword
(https://docs.temporal.io/search-attribute#custom-search-attribute-limits)."""


def values_of(case: CaseFile) -> dict[SearchAttributeKey[Any], Any]:
    """What a case says in each attribute; None where it says nothing yet."""
    story = case.dispute
    dispute = story.dispute if story is not None else None
    reason = case.decision.reason if case.decision else None
    outcome = case.outcome.code.value if case.outcome else None
    if story is not None:
        reason = dispute.reason if dispute is not None else None
        outcome = story.verdict.value if story.verdict is not None else None
    return {
        KIND: case.kind.value,
        STATUS: case.status.value,
        ACCOUNT: case.account,
        SOURCE: case.source,
        CHARGE: case.charge_id,
        DISPUTE: dispute.id if dispute is not None else None,
        REASON: reason,
        OUTCOME: outcome,
        CURRENCY: case.amount.currency if case.amount else None,
        RESPOND_BY: case.respond_by,
        AMOUNT: case.amount.amount_minor if case.amount else None,
        ATTENTION: case.attention is not None,
    }


def at_start(case: CaseFile) -> TypedSearchAttributes:
    """Attributes to start the workflow with."""
    return TypedSearchAttributes(
        [SearchAttributePair(key, value) for key, value in values_of(case).items() if value is not None]
    )


def changes(
    before: dict[SearchAttributeKey[Any], Any], after: dict[SearchAttributeKey[Any], Any]
) -> list[SearchAttributeUpdate[Any]]:
    """The updates that lead from one set of values to the other."""
    return [
        key.value_set(value) if value is not None else key.value_unset()
        for key, value in after.items()
        if value != before.get(key)
    ]
