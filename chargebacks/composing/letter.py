"""The letter: who answers which dispute of which sale, why it is unfounded, and what is asked of the issuer."""

from chargebacks.composing.argument import Argument
from chargebacks.composing.brands import brand_name
from chargebacks.composing.case_facts import Case
from chargebacks.composing.letter_words import capitalised, on_day, one_line
from chargebacks.composing.lines.refunds import returned_money
from chargebacks.composing.receipt import card_in_words
from chargebacks.disputes import Stage
from chargebacks.packet import Letter, Row, Source
from chargebacks.reason_codes import name_of
from chargebacks.wording import listed

_SUBJECTS = {
    Stage.INQUIRY: "Response to inquiry",
    Stage.APPEAL: "Appeal in dispute",
}


def letter_of(case: Case, argument: Argument) -> Letter:
    """One page: the argument holds at most seven statements."""
    dossier = case.dossier
    address = dossier.merchant_address
    return Letter(
        merchant=merchant_of(case),
        merchant_lines=address.lines if address else (),
        subject=f"{_SUBJECTS.get(dossier.dispute.stage, 'Response to dispute')} {dossier.dispute.id}",
        facts=_facts(case),
        heading=_heading(case, argument),
        argument=argument.statement,
        statements=argument.statements,
        request=_request(case, argument),
    )


def merchant_of(case: Case) -> str:
    """The business name, else the name on the customer's statement."""
    return case.dossier.merchant_name or case.dossier.sale.charge.descriptor or "The merchant"


def _heading(case: Case, argument: Argument) -> str:
    """Nothing is called unfounded where somebody only asks, or where nothing speaks against the claim."""
    if case.dossier.dispute.stage is Stage.INQUIRY:
        return "Answer to the inquiry"
    return "About this sale" if argument.name == "general" else "Why this dispute is unfounded"


def _facts(case: Case) -> tuple[Row, ...]:
    charge, dispute = case.dossier.sale.charge, case.dossier.dispute
    asked = dispute.stage is Stage.INQUIRY
    person = "Cardholder" if dispute.method == "card" else "Customer"
    name, email = case.customer_name, case.customer_email
    told: list[tuple[str, str | None, tuple[Source, ...]]] = [
        (
            case.claim.capitalize(),
            f"{dispute.id}, opened on {on_day(dispute.created)}",
            (case.of_dispute("id, created"),),
        ),
        ("Reason", _reason(case), (case.of_dispute("reason, network_reason_code"),)),
        (
            f"Amount in {'question' if asked else 'dispute'}",
            str(dispute.amount),
            (case.of_dispute("amount"),),
        ),
        ("Charge", f"{charge.id} of {charge.amount}", (case.of_charge("id, amount"),)),
        ("Date of sale", on_day(charge.created), (case.of_charge("created"),)),
        (person, one_line(name.value) if name else None, name.sources if name else ()),
        ("E-mail address", email.value if email else None, email.sources if email else ()),
        ("Card", card_in_words(case), (case.of_charge("payment_method_details.card"),)),
        ("Order", listed(charge.order_ids), (case.of_charge("metadata"),)),
    ]
    return tuple(Row(label=label, value=value, sources=sources) for label, value, sources in told if value)


def _reason(case: Case) -> str:
    """`Visa 10.4 Other Fraud: Card-Absent Environment`; Stripe's word where the network gives no code."""
    dispute = case.dossier.dispute
    plain = capitalised(dispute.reason.replace("_", " "))
    code = name_of(dispute.network, dispute.network_reason_code)
    if not code:
        return plain
    network = brand_name(dispute.network or "")
    return f"{network} {code}".strip()


def _request(case: Case, argument: Argument) -> str:
    dispute = case.dossier.dispute
    match dispute.stage:
        case Stage.INQUIRY:
            return "We ask that this inquiry be closed without a chargeback."
        case Stage.APPEAL:
            return (
                f"We ask that the decision be reviewed and that {dispute.amount} be returned to the merchant."
            )
        case _ if argument.name == "refund_made":
            return "We ask that this dispute be decided for the merchant, since the amount has been refunded."
        case _ if argument.name == "credit_in_part":
            returned = returned_money(case)
            return (
                "We ask that this dispute be decided for the merchant, and in any case for the "
                f"{returned} that has been refunded."
            )
        case _:
            return (
                f"We ask that this dispute be decided for the merchant and that {dispute.amount} be returned."
            )
