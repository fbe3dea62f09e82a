"""What a refund may do, decided against the ledger and Stripe's present state just before the write."""

from enum import StrEnum
from typing import Self

from chargebacks.charges import (
    ChargeSnapshot,
    ChargeStatus,
    DisputeSnapshot,
    RefundSnapshot,
    RefundStatus,
)
from chargebacks.errors import NeedsOperator, Refused, TryLater
from chargebacks.ledger import EntryState, LedgerEntry
from chargebacks.money import Money
from chargebacks.refund_state import blocks_refund, gone_minor, is_live, is_pending, never_paid, paid_minor
from chargebacks.values import Instant, Value

__all__ = [
    "EntryState",
    "LedgerEntry",
    "MoneyState",
    "PlannedAct",
    "RefundPlan",
    "RefundReason",
    "RefundResult",
    "earlier_refund",
    "entry_state_of",
    "network_settlement",
    "paid_back",
    "plan_refund",
    "result_of",
]


class RefundReason(StrEnum):
    """Stripe's refund reasons. FRAUDULENT puts card and e-mail on the account's block lists
    (https://docs.stripe.com/api/refunds/create#create_refund-reason)."""

    REQUESTED_BY_CUSTOMER = "requested_by_customer"
    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"


class MoneyState(StrEnum):
    """What became of the money for this case."""

    REFUNDED = "refunded"
    PENDING = "pending"
    """The refund exists at Stripe but has not been paid (low balance, processing)."""
    FAILED = "failed"
    VOIDED = "voided"
    """Uncaptured: the payment was cancelled, nothing was ever taken."""
    ALREADY_REFUNDED = "already_refunded"
    DUPLICATE = "duplicate"
    ALREADY_DISPUTED = "already_disputed"
    NETWORK_SETTLED = "network_settled"
    PAYMENT_UNSUCCESSFUL = "payment_unsuccessful"


class RefundResult(Value):
    """Result of asking for a refund: what is true now, never what was wished for."""

    state: MoneyState
    amount: Money | None = None
    """What went back to the customer (or is pending), by us or earlier."""
    partial: bool = False
    """Less than the whole charge has gone back in total."""
    refund: RefundSnapshot | None = None
    at: Instant | None = None
    duplicate_of: str | None = None
    """Provider alert id of the case that moved the money earlier."""
    detail: str
    """One sentence for the case file."""

    @classmethod
    def not_made(cls, detail: str) -> Self:
        """No refund of this case exists, or none that is known to have been paid."""
        return cls(state=MoneyState.FAILED, detail=detail)


class PlannedAct(StrEnum):
    """CREATE a refund. VOID: cancel the uncaptured payment. ADOPT: a refund of ours is there already.
    NOTHING: no money may move; the plan's result says why."""

    CREATE = "create"
    VOID = "void"
    ADOPT = "adopt"
    NOTHING = "nothing"


class RefundPlan(Value):
    """The one act that is right against Stripe's present state."""

    act: PlannedAct
    amount: Money | None = None
    """CREATE: how much, in the charge's currency."""
    refund: RefundSnapshot | None = None
    """ADOPT: the refund that is ours."""
    without_refund: RefundResult | None = None
    """VOID and NOTHING: what is true once the act is done."""

    def result(self) -> RefundResult:
        """What to report after VOID or NOTHING. CREATE and ADOPT are told by `result_of`; ValueError for them."""
        if self.without_refund is None:
            raise ValueError(f"a plan to {self.act} is told by its refund")
        return self.without_refund


_BLOCKED = "block"
"""A dispute's case_type where the network stopped it by evidence: nobody was paid back
(https://docs.stripe.com/changelog/basil/2025-08-27/add-preventions-to-dispute)."""


def entry_state_of(refund: RefundSnapshot) -> EntryState:
    """How the ledger books a refund in this state."""
    if not is_live(refund):
        return EntryState.FAILED
    return EntryState.PENDING if is_pending(refund) else EntryState.SUCCEEDED


def result_of(refund: RefundSnapshot, charge: ChargeSnapshot) -> RefundResult:
    """What a refund of ours amounts to. Only `succeeded` is money back: a pending refund may still fail
    (https://docs.stripe.com/refunds#failed-refunds)."""
    amount = Money(amount_minor=refund.amount_minor, currency=refund.currency)
    state = {EntryState.SUCCEEDED: MoneyState.REFUNDED, EntryState.PENDING: MoneyState.PENDING}.get(
        entry_state_of(refund), MoneyState.FAILED
    )
    return RefundResult(
        state=state,
        amount=None if state is MoneyState.FAILED else amount,
        partial=paid_minor(charge, besides=refund) + refund.amount_minor < charge.captured_minor,
        refund=refund,
        at=refund.created,
        detail=_told(refund, state),
    )


def plan_refund(
    *,
    charge: ChargeSnapshot,
    disputes: tuple[DisputeSnapshot, ...],
    ledger: tuple[LedgerEntry, ...],
    entry: LedgerEntry,
    requested: Money,
    account_livemode: bool | None = None,
    refunded_before_minor: int | None = None,
) -> RefundPlan:
    """The right act just before the write, given a fresh reading of Stripe and of the charge's ledger.

    `refunded_before_minor` is what had gone back when the decision was made: what others have refunded since then
    is taken off `requested`, because Stripe catches a repeated full refund but not a repeated partial one.
    `account_livemode` refuses a charge of the other mode.

    Refused for a request that does not fit the charge. TryLater while somebody else's refund or reservation is
    undecided. NeedsOperator for an uncaptured charge that has no payment intent to cancel.
    """
    _check_fit(charge, entry, requested, account_livemode)
    if (ours := _our_refund(charge, entry)) is not None:
        return RefundPlan(act=PlannedAct.ADOPT, refund=ours)
    _check_entry(entry)
    if (settled := network_settlement(disputes, ledger)) is not None:
        return _nothing(settled)
    if never_paid(charge):
        detail = f"charge {charge.id} was never paid: no money was taken"
        return _nothing(RefundResult(state=MoneyState.PAYMENT_UNSUCCESSFUL, detail=detail))
    if charge.status is ChargeStatus.PENDING:
        raise TryLater(f"{charge.id} is still being paid.", reason="charge_pending")
    if not charge.captured:
        _check_held(ledger, entry)
        return _void(charge)
    return _plan_captured(charge, disputes, ledger, entry, requested, refunded_before_minor)


def _plan_captured(
    charge: ChargeSnapshot,
    disputes: tuple[DisputeSnapshot, ...],
    ledger: tuple[LedgerEntry, ...],
    entry: LedgerEntry,
    requested: Money,
    refunded_before_minor: int | None,
) -> RefundPlan:
    gone = gone_minor(charge)
    meanwhile = 0 if refunded_before_minor is None else max(gone - refunded_before_minor, 0)
    left = charge.captured_minor - gone
    amount_minor = min(requested.amount_minor - meanwhile, left)
    if amount_minor <= 0:
        _check_undecided(charge)
        return _nothing(earlier_refund(charge, ledger, case_id=entry.case_id))
    if blocks_refund(charge, disputes):
        detail = f"charge {charge.id} is disputed at Stripe and can no longer be refunded"
        return _nothing(RefundResult(state=MoneyState.ALREADY_DISPUTED, detail=detail))
    _check_held(ledger, entry)
    amount = Money(amount_minor=amount_minor, currency=charge.amount.currency)
    return RefundPlan(act=PlannedAct.CREATE, amount=amount if amount_minor == left else _payable(amount))


def _payable(amount: Money) -> Money:
    """A part of a charge must be an amount that Stripe can move (https://docs.stripe.com/currencies#special-cases)."""
    payable = amount.payable
    if payable.amount_minor == 0:
        raise Refused(f"Stripe cannot refund as little as {amount}.", reason="amount_too_small")
    return payable


def network_settlement(
    disputes: tuple[DisputeSnapshot, ...], ledger: tuple[LedgerEntry, ...]
) -> RefundResult | None:
    """What the network has settled by itself, or None. A second refund would be accepted by Stripe and lost:
    the network's credit moves outside the gateway
    (https://help.checkoutchamp.com/crm/gateway-setup/rdr). `amount` is None where it settled without paying back.
    """
    for entry in ledger:
        if entry.state is EntryState.EXTERNAL:
            return RefundResult(
                state=MoneyState.NETWORK_SETTLED,
                amount=Money(amount_minor=entry.amount_minor, currency=entry.currency),
                at=entry.created_at,
                duplicate_of=entry.provider_alert_id,
                detail=f"the network has already paid the customer back (alert {entry.provider_alert_id})",
            )
    settled = next((dispute for dispute in disputes if dispute.network_settled), None)
    if settled is None:
        return None
    paid_back = settled.case_type != _BLOCKED
    return RefundResult(
        state=MoneyState.NETWORK_SETTLED,
        amount=Money(amount_minor=settled.amount_minor, currency=settled.currency) if paid_back else None,
        detail=f"dispute {settled.id} was settled by the network {'with' if paid_back else 'without'} a refund",
    )


def earlier_refund(charge: ChargeSnapshot, ledger: tuple[LedgerEntry, ...], *, case_id: str) -> RefundResult:
    """Who gave the money back before this case could: DUPLICATE when the ledger shows another case of ours."""
    live = sorted(
        (refund for refund in charge.refunds if is_live(refund)),
        key=lambda refund: (refund.created, refund.id),
    )
    owners = [(refund, _owner(refund, ledger)) for refund in live]
    for refund, owner in reversed(owners):
        if owner is not None and owner.case_id != case_id:
            return RefundResult(
                state=MoneyState.DUPLICATE,
                amount=Money(amount_minor=refund.amount_minor, currency=refund.currency),
                partial=paid_minor(charge) < charge.captured_minor,
                refund=refund,
                at=refund.created,
                duplicate_of=owner.provider_alert_id,
                detail=f"alert {owner.provider_alert_id} has already led to refund {refund.id}",
            )
    return paid_back(charge) or RefundResult(
        state=MoneyState.ALREADY_REFUNDED, detail=f"nothing of charge {charge.id} is left to refund"
    )


def paid_back(charge: ChargeSnapshot) -> RefundResult | None:
    """What earlier refunds have really given back, told by the latest of them; None when nothing has gone back."""
    given_back = paid_minor(charge)
    if given_back == 0:
        return None
    paid = [refund for refund in charge.refunds if refund.status == RefundStatus.SUCCEEDED]
    latest = max(paid, key=lambda refund: (refund.created, refund.id), default=None)
    return RefundResult(
        state=MoneyState.ALREADY_REFUNDED,
        amount=Money(amount_minor=given_back, currency=charge.amount.currency),
        partial=given_back < charge.captured_minor,
        refund=latest,
        at=latest.created if latest else None,
        detail=f"charge {charge.id} was refunded before this case could"
        + (f" ({latest.id})" if latest else ""),
    )


def _check_fit(
    charge: ChargeSnapshot, entry: LedgerEntry, requested: Money, account_livemode: bool | None
) -> None:
    if account_livemode is not None and charge.livemode is not account_livemode:
        raise Refused(
            f"{charge.id} and the account are not both live or both test: nothing may be refunded.",
            reason="livemode_mismatch",
        )
    if entry.charge_id != charge.id:
        raise Refused(
            f"The ledger entry is for {entry.charge_id}, not for {charge.id}.", reason="wrong_charge"
        )
    if requested.currency != charge.amount.currency:
        raise Refused(
            f"{charge.id} is in {charge.amount.currency}: a refund in {requested.currency} is impossible.",
            reason="currency_mismatch",
        )
    if requested.amount_minor == 0:
        raise Refused(f"A refund of nothing was requested for {charge.id}.", reason="nothing_requested")


def _our_refund(charge: ChargeSnapshot, entry: LedgerEntry) -> RefundSnapshot | None:
    """The refund that fulfils this entry's obligation, whatever was lost on our side; a live one first."""
    by_key = [
        refund
        for refund in charge.refunds
        if refund.id == entry.refund_id
        or (refund.ledger_key == entry.ledger_key and refund.case_id in (None, entry.case_id))
    ]
    by_case = [refund for refund in charge.refunds if is_live(refund) and refund.case_id == entry.case_id]
    live_first = sorted((*by_key, *by_case), key=lambda refund: not is_live(refund))
    return live_first[0] if live_first else None


def _check_entry(entry: LedgerEntry) -> None:
    """Only a reservation may still lead to a refund."""
    if entry.state in (EntryState.PENDING, EntryState.SUCCEEDED):
        raise TryLater(
            f"{entry.ledger_key} is booked as {entry.state}, but Stripe does not show its refund.",
            reason="refund_not_visible",
        )
    if entry.state is not EntryState.RESERVED:
        raise Refused(
            f"{entry.ledger_key} is {entry.state}: it can no longer refund.", reason="ledger_entry_closed"
        )


def _check_held(ledger: tuple[LedgerEntry, ...], entry: LedgerEntry) -> None:
    """Somebody else's undecided entry holds the charge."""
    for other in ledger:
        if other.sequence != entry.sequence and other.state in (EntryState.RESERVED, EntryState.PENDING):
            raise TryLater(f"{entry.charge_id} is held by {other.case_id}.", reason="charge_held")


def _nothing(result: RefundResult) -> RefundPlan:
    return RefundPlan(act=PlannedAct.NOTHING, without_refund=result)


def _void(charge: ChargeSnapshot) -> RefundPlan:
    if charge.payment_intent is None:
        raise NeedsOperator(
            f"{charge.id} is not captured and has no payment intent: release it in the Stripe Dashboard.",
            reason="cannot_void",
        )
    detail = f"charge {charge.id} was not captured: the payment was cancelled, no money was ever taken"
    return RefundPlan(
        act=PlannedAct.VOID, without_refund=RefundResult(state=MoneyState.VOIDED, detail=detail)
    )


def _check_undecided(charge: ChargeSnapshot) -> None:
    """What has gone back already must have arrived before anybody is told so."""
    pending = next((refund for refund in charge.refunds if is_pending(refund)), None)
    if pending is not None:
        raise TryLater(
            f"Refund {pending.id} of {charge.id} was made elsewhere and is still {pending.status}.",
            reason="refund_pending_elsewhere",
        )


def _owner(refund: RefundSnapshot, ledger: tuple[LedgerEntry, ...]) -> LedgerEntry | None:
    return next(
        (entry for entry in ledger if refund.id == entry.refund_id or refund.ledger_key == entry.ledger_key),
        None,
    )


def _told(refund: RefundSnapshot, state: MoneyState) -> str:
    amount = Money(amount_minor=refund.amount_minor, currency=refund.currency)
    match state:
        case MoneyState.REFUNDED:
            return f"refund {refund.id} of {amount} has succeeded"
        case MoneyState.PENDING:
            why = f": {refund.pending_reason}" if refund.pending_reason else ""
            return f"refund {refund.id} of {amount} is {refund.status}, not paid yet{why}"
        case _:
            why = f": {refund.failure_reason}" if refund.failure_reason else ""
            return f"refund {refund.id} of {amount} has {refund.status}{why}"
