"""The money went back already: in full, or in part.

A refund and a chargeback can cross, and a bank may charge back what was credited (`credit not processed` is answered by
the refund's proof alone): https://docs.stripe.com/disputes/best-practices. Refund proof is what helps most against
`product not received`: https://stripe.com/blog/analyzing-the-evidence-that-helps-businesses-win-product-not-received-disputes
"""

from collections.abc import Iterator

from chargebacks.charges import RefundSnapshot, RefundStatus
from chargebacks.composing.case_facts import Case, stripe
from chargebacks.composing.letter_words import at_time, counted, in_table, on_day
from chargebacks.composing.lines.line import Line, present, said
from chargebacks.composing.tables import table_of
from chargebacks.money import Money
from chargebacks.packet import Exhibit, Row, RowsBlock, Source, Statement

REFUND = "refund"
_MOST_TOLD = 2
_OVER = (RefundStatus.FAILED, RefundStatus.CANCELED)


def refund_made(case: Case) -> Line | None:
    """Nothing is owed: the whole charge, or no less than is disputed, was refunded."""
    made, charge, disputed = refunds_made(case), case.dossier.sale.charge, case.dossier.dispute
    if not made or not refunded_enough(case):
        return None
    last, returned = made[-1], returned_money(case)
    when = (
        f"on {on_day(last.created)}"
        if len(made) == 1
        else f"by {counted(len(made), 'refund')}, the last on {on_day(last.created)}"
    )
    whole = returned.amount_minor >= charge.captured_minor
    opened = f"this {case.claim} was opened on {on_day(disputed.created)}"
    order = f", before {opened}." if last.created < disputed.created else f". T{opened[1:]}."
    what = (
        f"The charge of {_charged(case)} was refunded in full"
        if whole
        else f"Of the charge of {_charged(case)}, {returned} was refunded"
    )
    over = "" if whole else f", no less than the disputed {disputed.amount}"
    lead = said(
        f"{what} {when}{over}{order}",
        *(_place(refund, "amount, created, status") for refund in made),
        case.of_charge("amount_captured"),
        case.of_dispute("amount, created"),
        exhibits=(REFUND,),
    )
    twice = said(
        "A decision for the customer would return the same amount a second time.",
        *(_place(refund, "amount, status") for refund in made),
        case.of_dispute("amount"),
        exhibits=(REFUND,),
    )
    return Line(name="refund_made", lead=lead, statements=(*_told(case), twice), support=(lead,))


def credit_in_part(case: Case) -> Line | None:
    """A part of the charge went back, and the whole is disputed."""
    made = refunds_made(case)
    if not made or refunded_enough(case):
        return None
    returned = returned_money(case)
    left = _charged(case).minus(returned)
    by = "on" if len(made) == 1 else "by"
    lead = said(
        f"Of the charge of {_charged(case)}, {returned} was refunded {by} {on_day(made[-1].created)}. "
        f"What was not refunded is {left}.",
        *(_place(refund, "amount, created, status") for refund in made),
        case.of_charge("amount_captured"),
        exhibits=(REFUND,),
    )
    told = _told(case)
    return Line(name="credit_in_part", lead=lead, statements=told, support=(lead, *told[:1]))


def refunds_made(case: Case) -> tuple[RefundSnapshot, ...]:
    """Refunds of the charge that succeeded, oldest first. A pending one is nothing to claim: it may yet fail
    (https://docs.stripe.com/refunds)."""
    charge = case.dossier.sale.charge
    made = [
        refund
        for refund in charge.refunds
        if refund.status == RefundStatus.SUCCEEDED and refund.currency == charge.amount.currency
    ]
    return tuple(sorted(made, key=lambda refund: (refund.created, refund.id)))


def _charged(case: Case) -> Money:
    """What was captured: only that can go back."""
    charge = case.dossier.sale.charge
    return Money(amount_minor=charge.captured_minor, currency=charge.amount.currency)


def returned_money(case: Case) -> Money:
    """What the refunds that succeeded came to."""
    returned = sum(refund.amount_minor for refund in refunds_made(case))
    return Money(amount_minor=returned, currency=case.dossier.sale.charge.amount.currency)


def refunded_enough(case: Case) -> bool:
    """Whether the charge, or as much as is disputed, went back."""
    returned, charge, disputed = returned_money(case), case.dossier.sale.charge, case.dossier.dispute.amount
    if returned.amount_minor == 0:
        return False
    covers = disputed.currency == returned.currency and returned >= disputed
    return covers or returned.amount_minor >= charge.captured_minor


def refund_findings(case: Case) -> Iterator[str]:
    """What a person should know of the refunds that are not claimed."""
    refunds, alert = case.dossier.sale.charge.refunds, case.dossier.alert
    for refund in refunds:
        if refund.status not in (RefundStatus.SUCCEEDED, *_OVER):
            yield f"Refund {refund.id} has the status {refund.status}: it is not claimed as a credit."
    if alert and alert.refund_id and alert.refund_id not in {refund.id for refund in refunds}:
        yield f"The alert's case names refund {alert.refund_id}, which Stripe does not list for this charge."


def refund_exhibit(case: Case) -> Exhibit | None:
    """Every refund with its id, date, status and bank reference."""
    if not refunds_made(case):
        return None
    charge = case.dossier.sale.charge
    shown = sorted(
        (one for one in charge.refunds if one.status not in _OVER), key=lambda one: (one.created, one.id)
    )
    sums = RowsBlock(
        rows=(
            Row(label="Charge", value=charge.id, sources=(case.of_charge("id"),)),
            Row(label="Amount charged", value=str(charge.amount), sources=(case.of_charge("amount"),)),
            Row(
                label="Refunded",
                value=str(returned_money(case)),
                sources=tuple(_place(refund, "amount") for refund in refunds_made(case)),
            ),
        )
    )
    table = table_of(
        title="Refunds of the charge",
        columns=("Refund", "Amount", "Made (UTC)", "Status", "Acquirer reference number (ARN)"),
        rows=tuple(_row(refund) for refund in shown),
        sources=tuple(_place(refund, "amount, created, status, destination_details") for refund in shown),
    )
    return Exhibit(
        key=REFUND,
        title="Proof of refund",
        slot="uncategorized_file",
        rank=2,
        summary="What was refunded, when, and under which bank reference.",
        blocks=(sums, table),
    )


def _told(case: Case) -> tuple[Statement, ...]:
    """The latest refunds one by one."""
    told: list[Statement | None] = []
    for refund in reversed(refunds_made(case)[-_MOST_TOLD:]):
        amount = Money(amount_minor=refund.amount_minor, currency=refund.currency)
        told.append(
            said(
                f"Refund {refund.id} of {amount} was made on {at_time(refund.created)} and has succeeded.",
                _place(refund, "amount, created, status"),
                exhibits=(REFUND,),
            )
        )
        if refund.arn:
            told.append(
                said(
                    f"The acquirer reference number (ARN) of refund {refund.id} is {refund.arn}.",
                    _place(refund, "destination_details.card.reference"),
                    exhibits=(REFUND,),
                )
            )
        told.append(_by_alert(case, refund))
    return present(*told)


def _by_alert(case: Case, refund: RefundSnapshot) -> Statement | None:
    """Only where the refund itself names the alert's case."""
    alert = case.dossier.alert
    if alert is None or refund.case_id != alert.case_id:
        return None
    return said(
        f"Refund {refund.id} was made in answer to a pre-dispute alert about this charge.",
        _place(refund, "metadata.case_id"),
        exhibits=(REFUND,),
    )


def _row(refund: RefundSnapshot) -> tuple[str, ...]:
    amount = Money(amount_minor=refund.amount_minor, currency=refund.currency)
    return refund.id, str(amount), in_table(refund.created), refund.status, refund.arn or "not yet given"


def _place(refund: RefundSnapshot, part: str) -> Source:
    return stripe(f"refund {refund.id}, {part}")
