"""What the merchant's own rules say of a refund that the charge's state allows."""

from chargebacks.alerts import Alert, ReasonClass
from chargebacks.charges import ChargeSnapshot
from chargebacks.decisions import Action, Mode
from chargebacks.money import Money
from chargebacks.policy.model import Conditions, Marks, Policy, Rule, Then, amount_in
from chargebacks.values import Value
from chargebacks.vocabulary import OutcomeCode


class Ruling(Value):
    """What the rules want, and why."""

    then: Then
    reason: str
    explanation: str = ""
    rule: str | None = None
    outcome: OutcomeCode = OutcomeCode.DECLINED_BY_RULE
    """What the source hears if the refund is declined."""
    proposed: bool = False
    """The rule is on probation: its refund asks a person."""
    silence_may_refund: bool = True


def ruling_on(alert: Alert, charge: ChargeSnapshot, amount: Money, policy: Policy) -> Ruling:
    """Deny list, then the named rules in order, then the allow list, then the switches. Limits come after."""
    denied = _listed(charge, policy.refund.deny, policy)
    if denied is not None:
        return Ruling(
            then=policy.refund.deny.then,
            reason="deny_list",
            explanation=f"{denied} is on the deny list.",
            silence_may_refund=False,
        )
    holding = [rule for rule in policy.rule if holds(rule.when, alert, charge, amount, policy)]
    deciding = next((rule for rule in holding if rule.mode is not Mode.OBSERVE), None)
    ruling = _of_rule(deciding) if deciding else _without_rule(alert, charge, policy)
    observed = holding[: holding.index(deciding)] if deciding else holding
    notes = (f"Rule {rule.name} (observing) would {rule.then}." for rule in observed)
    return ruling.model_copy(update={"explanation": sentences(ruling.explanation, *notes)})


def sentences(*told: str) -> str:
    """The sentences that there are, one after the other."""
    return " ".join(filter(None, told))


def limited(amount: Money, policy: Policy) -> Ruling | None:
    """What the limits put in a refund's place, or None when it lies within them."""
    refund = policy.refund
    if refund.currencies and amount.currency not in refund.currencies:
        return Ruling(
            then=refund.other_currencies,
            reason="currency_not_allowed",
            explanation=f"The policy does not allow refunds in {amount.currency} by itself.",
        )
    limit = amount_in(refund.limits, amount.currency)
    if limit is None:
        return Ruling(
            then=refund.other_currencies,
            reason="no_limit",
            explanation=f"The policy sets no refund limit for {amount.currency}.",
        )
    if amount > limit:
        return Ruling(
            then=refund.above_limit,
            reason="above_limit",
            explanation=f"{amount} is above the limit of {limit}.",
        )
    return None


def silence_on(amount: Money, policy: Policy) -> tuple[Action, OutcomeCode]:
    """What nobody's answer means for this amount."""
    for band in policy.approval.band:
        most = amount_in(band.up_to, amount.currency)
        if most is not None and amount <= most:
            return _silence(band.silence), band.outcome
    return _silence(policy.approval.silence), policy.approval.outcome


def is_liability_shifted(alert: Alert, charge: ChargeSnapshot) -> bool:
    """Whether the issuer bears fraud on this payment: what Stripe says, else whether 3-D Secure took place
    (https://docs.stripe.com/payments/3d-secure/authentication-flow#disputed-payments)."""
    if charge.liability_shift is not None:
        return charge.liability_shift
    return bool(charge.three_d_secure or alert.transaction.is_3ds)


def holds(when: Conditions, alert: Alert, charge: ChargeSnapshot, amount: Money, policy: Policy) -> bool:
    """Whether every condition that is given holds."""
    texts: tuple[tuple[tuple[str, ...], str | None], ...] = (
        (when.source, alert.source),
        (when.product, alert.product),
        (when.reason_class, alert.reason_class),
        (when.reason_code, alert.reason_code),
        (when.brand, charge.brand),
        (when.funding, charge.funding),
        (when.card_country, charge.card_country),
        (when.currency, charge.amount.currency),
        (when.customer, charge.customer),
        (when.risk, charge.radar_risk),
    )
    if any(wanted and value not in wanted for wanted, value in texts):
        return False
    if when.metadata and not _has_metadata(charge, when.metadata):
        return False
    if when.liability_shift is not None and when.liability_shift is not is_liability_shifted(alert, charge):
        return False
    return _amount_holds(when, amount)


def _amount_holds(when: Conditions, amount: Money) -> bool:
    if when.amount_above:
        floor = amount_in(when.amount_above, amount.currency)
        if floor is None or amount <= floor:
            return False
    if when.amount_up_to:
        most = amount_in(when.amount_up_to, amount.currency)
        if most is None or amount > most:
            return False
    return True


def _of_rule(rule: Rule) -> Ruling:
    return Ruling(
        then=rule.then,
        reason=f"rule_{rule.then}",
        explanation=f"Rule {rule.name} says {rule.then}.",
        rule=rule.name,
        outcome=rule.outcome,
        proposed=rule.mode is Mode.PROPOSE,
    )


def _without_rule(alert: Alert, charge: ChargeSnapshot, policy: Policy) -> Ruling:
    allowed = _listed(charge, policy.refund.allow, policy)
    if allowed is not None:
        return Ruling(then=Then.REFUND, reason="allow_list", explanation=f"{allowed} is on the allow list.")
    objections = _switched(alert, charge, policy)
    for caution in (Then.DECLINE, Then.ASK):
        for ruling in objections:
            if ruling.then is caution:
                return ruling
    return Ruling(then=Then.REFUND, reason="refund")


def _switched(alert: Alert, charge: ChargeSnapshot, policy: Policy) -> tuple[Ruling, ...]:
    refund = policy.refund
    product = Ruling(
        then=refund.products.get(alert.product, Then.REFUND),
        reason="product_switch",
        explanation=f"The policy's switch for {alert.product} alerts decides.",
    )
    reason_class = Ruling(
        then=refund.reason_classes.get(alert.reason_class, Then.REFUND),
        reason="reason_class_switch",
        explanation=f"The policy's switch for {alert.reason_class} alerts decides.",
    )
    country = Ruling(
        then=refund.card_countries.get(charge.card_country or "", Then.REFUND),
        reason="card_country",
        explanation=f"The policy's switch for cards from {charge.card_country} decides.",
    )
    if alert.reason_class is ReasonClass.DISPUTE or not is_liability_shifted(alert, charge):
        return (product, reason_class, country)
    liability = Ruling(
        then=refund.liability_shift,
        reason="liability_shift",
        explanation="The cardholder was authenticated: the issuer bears fraud on this payment.",
        outcome=OutcomeCode.DECLINED_3DS,
    )
    return (product, reason_class, liability, country)


def _listed(charge: ChargeSnapshot, marks: Marks, policy: Policy) -> str | None:
    """The mark by which the charge is on the list, in words."""
    if charge.customer is not None and charge.customer in marks.customers:
        return f"Customer {charge.customer}"
    for key in policy.refund.product_keys:
        if (product := charge.metadata.get(key)) is not None and product in marks.products:
            return f"Product {product}"
    for pair in marks.metadata:
        if _has_metadata(charge, (pair,)):
            return f"Metadata {pair}"
    return None


def _has_metadata(charge: ChargeSnapshot, pairs: tuple[str, ...]) -> bool:
    return any(f"{key}={value}" in pairs for key, value in charge.metadata.items())


def _silence(silence: Then) -> Action:
    return Action.REFUND if silence is Then.REFUND else Action.ANSWER
