"""Who paid: authentication, the issuer's own checks, how the sale is recognised, and what is known in any case."""

from chargebacks.composing.case_facts import Case, item_source
from chargebacks.composing.letter_words import on_day, quoted, told
from chargebacks.composing.lines.line import Line, present, said
from chargebacks.packet import Statement
from chargebacks.wording import listed

RECEIPT, THREE_D_SECURE = "receipt", "three_d_secure"
_ATTEMPTED = "attempt_acknowledged"


def liability_shift(case: Case) -> Line | None:
    """3-D Secure: the issuer bears fraud (https://docs.stripe.com/payments/3d-secure/authentication-flow)."""
    sale = case.dossier.sale
    if not sale.charge.liability_shift or not sale.charge.three_d_secure:
        return None
    attempted = sale.three_d_secure_result == _ATTEMPTED
    what = (
        "An authentication with 3-D Secure was attempted and acknowledged"
        if attempted
        else "The customer was authenticated with 3-D Secure"
    )
    proof = case.of_charge("payment_method_details.card.three_d_secure")
    eci = case.of_charge("payment_method_details.card.electronic_commerce_indicator")
    when = f"{what} when the charge was made on {on_day(case.sold_at)}."
    lead = said(
        f"{when} Liability for fraud on this charge lies with the issuer.",
        proof,
        eci,
        exhibits=(THREE_D_SECURE,),
    )
    indicator = f"The electronic commerce indicator (ECI) of the charge is {sale.eci}." if sale.eci else None
    version = (
        f"The version of 3-D Secure is {sale.three_d_secure_version}."
        if sale.three_d_secure_version
        else None
    )
    details = present(
        said(indicator, eci, exhibits=(THREE_D_SECURE,)) if indicator else None,
        said(version, proof, exhibits=(THREE_D_SECURE,)) if version else None,
    )
    brief = said(when, proof, exhibits=(THREE_D_SECURE,))
    return Line(name="liability_shift", lead=lead, statements=details, support=(brief, *details[:1]))


def card_checks(case: Case) -> Line | None:
    """The issuer confirmed what the customer typed in. Only what passed is said."""
    passed = checks_passed(case)
    if not passed:
        return None
    checked = case.of_charge("payment_method_details.card.checks")
    text = f"The issuer confirmed the {listed(passed)} when the charge was made."
    statement = said(text, checked, exhibits=(RECEIPT,))
    return Line(name="card_checks", lead=statement, support=(statement,))


def checks_passed(case: Case) -> tuple[str, ...]:
    """In words: billing street address and postal code (AVS) where neither was denied, security code (CVC)."""
    checks = case.dossier.sale.checks
    address = (
        (checks.address_line1, "street address (AVS)"),
        (checks.address_postal_code, "postal code (AVS)"),
    )
    denied = any(result == "fail" for result, _ in address)
    results = (*(() if denied else address), (checks.cvc, "card security code (CVC)"))
    return tuple(words for result, words in results if result == "pass")


def recognition(case: Case) -> Line | None:
    """What the customer needs to know the sale again: descriptor, goods, receipt."""
    charge, product = case.dossier.sale.charge, case.product
    bought = quoted(product.value) if product else None
    if not charge.descriptor and not bought:
        return None
    for_what = f" for {bought}" if bought else ""
    shown = f" It appears on the card statement as {charge.descriptor}." if charge.descriptor else ""
    lead = said(
        f"The charge of {charge.amount} was made on {on_day(case.sold_at)}{for_what}.{shown}",
        case.of_charge("amount, created, calculated_statement_descriptor"),
        product if bought else None,
        exhibits=(RECEIPT,),
    )
    known = present(_receipt(case), _name(case))
    return Line(name="recognition", lead=lead, statements=known, support=(lead,))


def approval(case: Case) -> Line | None:
    """The issuer approved the payment: its code, its id at the network."""
    charge = case.dossier.sale.charge
    code, network_id = charge.auth_code, charge.network_transaction_id
    if not code and not network_id:
        return None
    place = case.of_charge("payment_method_details.card")
    lead = said(
        f"The issuer approved the payment of {charge.amount} on {on_day(case.sold_at)}.",
        place,
        case.of_charge("amount, created, status"),
        exhibits=(RECEIPT,),
    )
    by_code = said(f"The authorisation code is {code}.", place, exhibits=(RECEIPT,)) if code else None
    by_id = (
        said(f"The network transaction id is {network_id}.", place, exhibits=(RECEIPT,))
        if network_id
        else None
    )
    return Line(
        name="approval", lead=lead, statements=present(by_code, by_id), support=present(lead, by_code)
    )


def general(case: Case) -> Line:
    """What is known of every sale; leads only where nothing else can."""
    charge = case.dossier.sale.charge
    lead = said(
        f"The charge of {charge.amount} was made on {on_day(case.sold_at)}.",
        case.of_charge("amount, created"),
        exhibits=(RECEIPT,),
    )
    known = present(_bought(case), _name(case), _receipt(case))
    return Line(name="general", lead=lead, statements=known, support=known[:2])


def correspondence(case: Case) -> Line | None:
    """What was written to and by the customer is attached; it never leads."""
    if not case.messages:
        return None
    first, last = case.messages[0][0].at, case.messages[-1][0].at
    when = f"of {on_day(first)}" if first.date() == last.date() else f"from {on_day(first)} to {on_day(last)}"
    statement = said(
        f"The correspondence with the customer {when} is attached.",
        *(item_source(item, "messages") for _, item in case.messages),
        exhibits=("communication",),
    )
    return Line(name="correspondence", lead=statement, support=(statement,))


def _bought(case: Case) -> Statement | None:
    product = case.product
    bought = quoted(product.value) if product else None
    return said(f"The product was sold as {bought}.", product, exhibits=(RECEIPT,)) if bought else None


def _name(case: Case) -> Statement | None:
    name = case.customer_name
    words = told(name.value) if name else None
    return said(f"The customer gave the name {words}.", name, exhibits=(RECEIPT,)) if words else None


def _receipt(case: Case) -> Statement | None:
    """Where Stripe was told to send one."""
    email, number = case.dossier.sale.receipt_email, case.dossier.sale.receipt_number
    if not email:
        return None
    named = f" {number}" if number else ""
    return said(
        f"The receipt{named} is addressed to {email}.",
        case.of_charge("receipt_email, receipt_number"),
        exhibits=(RECEIPT,),
    )
