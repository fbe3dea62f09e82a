"""What the merchant's rules want done about a dispute that can be answered, before it is asked who may do it."""

from chargebacks.decisions import Mode
from chargebacks.dispute_fees import COMPLIANCE
from chargebacks.disputes import Stage
from chargebacks.economics import Way
from chargebacks.money import Money, signed
from chargebacks.policy.disputes import DisputeConditions, DisputeRule, DisputeRules, DisputeThen
from chargebacks.policy.fields import amount_in, within
from chargebacks.policy.rules import sentences
from chargebacks.representment import DisputeSituation
from chargebacks.values import Value


class Wish(Value):
    way: Way
    reason: str
    told: str
    rule: str | None = None
    asks: bool = False
    """A person decides, whatever the mode."""
    proposed: bool = False
    """The rule is on probation."""
    silence_leaves: bool = False
    """Nobody's answer means that nothing is done, whatever the policy says of silence."""


def wish_of(situation: DisputeSituation, rules: DisputeRules) -> Wish:
    """Customers who are never fought, compliance cases and appeals, money that was refunded before; then the named
    rules in order; then the rules for inquiries, the limits, and the expected value."""
    special = _of_customer(situation, rules) or _of_stage(situation, rules) or _of_credit(situation)
    if special is not None:
        return special
    holding = [rule for rule in rules.rule if _is_open(rule.then, situation) and holds(rule.when, situation)]
    deciding = next((rule for rule in holding if rule.mode is not Mode.OBSERVE), None)
    wish = _of_rule(deciding, situation, rules) if deciding else _without_rule(situation, rules)
    observed = holding[: holding.index(deciding)] if deciding else holding
    notes = (f"Rule {rule.name} (observing) would {rule.then}." for rule in observed)
    return wish.model_copy(update={"told": sentences(wish.told, *notes)})


def without_a_fight(situation: DisputeSituation, rules: DisputeRules) -> Way:
    """Only a chargeback can be accepted; of an inquiry, accepting ends nothing
    (https://docs.stripe.com/disputes/how-disputes-work)."""
    if situation.dispute.stage in (Stage.INQUIRY, Stage.APPEAL):
        return Way.LEAVE
    return Way(rules.when_hopeless)


def holds(when: DisputeConditions, situation: DisputeSituation) -> bool:
    """Whether every condition that is given holds."""
    dispute, percent = situation.dispute, situation.completeness.percent
    texts: tuple[tuple[tuple[str, ...], str | None], ...] = (
        (when.reason, dispute.reason),
        (when.network, dispute.network),
        (when.code, dispute.network_reason_code),
        (when.stage, dispute.stage),
        (when.product_type, situation.product_type),
        (when.currency, dispute.amount.currency),
        (when.customer, situation.customer),
    )
    if any(wanted and value not in wanted for wanted, value in texts):
        return False
    if when.metadata and not any(
        f"{key}={value}" in when.metadata for key, value in situation.metadata.items()
    ):
        return False
    if when.completeness_at_least is not None and percent < when.completeness_at_least:
        return False
    if when.completeness_below is not None and percent >= when.completeness_below:
        return False
    if when.compelling_evidence not in (None, situation.ce3.open and situation.ce3.ready):
        return False
    if when.liability_shift not in (None, bool(situation.liability_shift)):
        return False
    return within(dispute.amount, above=when.amount_above, up_to=when.amount_up_to)


def _of_customer(situation: DisputeSituation, rules: DisputeRules) -> Wish | None:
    if situation.customer is None or situation.customer not in rules.customers_never_fight:
        return None
    told = f"Customer {situation.customer} is never fought."
    if situation.dispute.stage is Stage.INQUIRY and rules.inquiries.refund != "never":
        asks = rules.inquiries.refund == "ask"
        refund = _refund(situation, rules, reason="never_fight_customer", told=told, asks=asks)
        if refund is not None:
            return refund.model_copy(update={"silence_leaves": True})
    return Wish(way=without_a_fight(situation, rules), reason="never_fight_customer", told=told)


def _of_stage(situation: DisputeSituation, rules: DisputeRules) -> Wish | None:
    """A compliance case costs a network fee to contest, and the terms of appeals are not public: both wait for a
    person, and nobody's answer never fights them."""
    match situation.dispute.stage:
        case Stage.COMPLIANCE:
            setting, reason = rules.compliance, "compliance_fee"
            told = f"Contesting a compliance case costs {COMPLIANCE} unless it is won: a person decides."
            never = "The policy contests no compliance case."
        case Stage.APPEAL:
            setting, reason = rules.appeals, "appeal"
            told = "An appeal is a round of its own, and its terms are not published: a person decides."
            never = "The policy files no appeal."
        case _:
            return None
    if setting == "never":
        return Wish(way=without_a_fight(situation, rules), reason=f"{reason}_never", told=never)
    return Wish(
        way=Way.FIGHT if _gain(situation) > 0 else Way.LEAVE,
        reason=reason,
        told=sentences(told, _sum(situation)),
        asks=True,
        silence_leaves=True,
    )


def _of_credit(situation: DisputeSituation) -> Wish | None:
    """Refunded and disputed all the same: the refund is the answer, and nothing is refunded again
    (https://docs.stripe.com/disputes/best-practices)."""
    amount = situation.dispute.amount
    if not 0 < amount.amount_minor <= situation.refunded_minor:
        return None
    told = f"All of the disputed {amount} was refunded before: the proof of it is filed."
    return Wish(way=Way.FIGHT, reason="credit_issued", told=told)


def _of_rule(rule: DisputeRule, situation: DisputeSituation, rules: DisputeRules) -> Wish:
    wish = _wanted(rule, situation, rules)
    return wish.model_copy(update={"rule": rule.name, "proposed": rule.mode is Mode.PROPOSE})


def _wanted(rule: DisputeRule, situation: DisputeSituation, rules: DisputeRules) -> Wish:
    told, reason = f"Rule {rule.name} says {rule.then}.", f"rule_{rule.then}"
    if rule.then is DisputeThen.REFUND:
        refund = _refund(situation, rules, reason=reason, told=told)
        if refund is not None:
            return refund
    if rule.then in (DisputeThen.ASK, DisputeThen.REFUND):
        usual = _without_rule(situation, rules)
        return usual.model_copy(update={"reason": reason, "told": sentences(told, usual.told), "asks": True})
    return Wish(way=Way(rule.then), reason=reason, told=told)


def _without_rule(situation: DisputeSituation, rules: DisputeRules) -> Wish:
    if situation.dispute.stage is Stage.INQUIRY:
        return _of_inquiry(situation, rules)
    return _of_amount(situation, rules) or _of_value(situation, rules)


def _of_inquiry(situation: DisputeSituation, rules: DisputeRules) -> Wish:
    """An inquiry is always answered: silence often ends in a chargeback that cannot be won
    (https://docs.stripe.com/disputes/how-disputes-work)."""
    weighing = situation.weighing
    answer, refund = weighing.expected(Way.FIGHT), weighing.expected(Way.REFUND)
    sums = _compared("Refunding", refund, "answering", answer, weighing.currency)
    if rules.inquiries.refund != "never" and answer is not None and refund is not None and refund > answer:
        asks = rules.inquiries.refund == "ask"
        wish = _refund(situation, rules, reason="refund_inquiry", told=sums, asks=asks)
        if wish is not None:
            return wish
    return Wish(
        way=Way.FIGHT, reason="answer_inquiry", told=sentences("An inquiry is always answered.", sums)
    )


def _of_amount(situation: DisputeSituation, rules: DisputeRules) -> Wish | None:
    amount = situation.dispute.amount
    floor = amount_in(rules.never_fight_below, amount.currency)
    if floor is not None and amount < floor:
        told = f"{amount} is below {floor}, from which disputes are fought."
        return Wish(way=without_a_fight(situation, rules), reason="below_never_fight", told=told)
    always = amount_in(rules.fight_above, amount.currency)
    if always is not None and amount >= always:
        return Wish(
            way=Way.FIGHT, reason="always_fight", told=f"From {always} on, disputes are always fought."
        )
    return None


def _of_value(situation: DisputeSituation, rules: DisputeRules) -> Wish:
    """A packet below the least completeness is not better than nothing, unless part of the money went back before:
    then there is always a proof to show (https://docs.stripe.com/disputes/best-practices)."""
    told = sentences(_sum(situation), _chance(situation))
    if _gain(situation) <= 0:
        return Wish(way=without_a_fight(situation, rules), reason="not_worth_fighting", told=told)
    percent, least = situation.completeness.percent, rules.minimum_completeness
    if percent < least and situation.refunded_minor <= 0:
        short = f"The evidence is {percent} % complete; below {least} % nothing is filed."
        told = sentences(short, told)
        return Wish(way=without_a_fight(situation, rules), reason="too_little_evidence", told=told)
    return Wish(way=Way.FIGHT, reason="worth_fighting", told=told)


def _is_open(then: DisputeThen, situation: DisputeSituation) -> bool:
    """A rule is passed over where Stripe does not allow what it wants."""
    match then:
        case DisputeThen.REFUND:
            return _left_to_refund(situation) is not None
        case DisputeThen.ACCEPT:
            return situation.dispute.stage is Stage.CHARGEBACK
        case _:
            return True


def _left_to_refund(situation: DisputeSituation) -> Money | None:
    """Only an inquiry's charge can still be refunded, and only what is left of it as a whole ends the inquiry: where a
    part of a sale is disputed, the inquiry is answered (https://docs.stripe.com/disputes/how-disputes-work)."""
    dispute, charge_left = situation.dispute, situation.charge_left
    left = dispute.amount.amount_minor - max(situation.refunded_minor, 0)
    if dispute.stage is not Stage.INQUIRY or not dispute.is_charge_refundable or left <= 0:
        return None
    alike = charge_left is not None and charge_left.currency == dispute.amount.currency
    if alike and charge_left is not None and charge_left.amount_minor > left:
        return None
    return Money(amount_minor=left, currency=dispute.amount.currency)


def _refund(
    situation: DisputeSituation, rules: DisputeRules, *, reason: str, told: str, asks: bool = False
) -> Wish | None:
    """By itself only within the limits, whoever wants it."""
    left = _left_to_refund(situation)
    if left is None:
        return None
    limit, charge_left = amount_in(rules.inquiries.limits, left.currency), situation.charge_left
    if charge_left is not None and charge_left.currency != left.currency:
        held = f"All of the charge's {charge_left} would be refunded, and {left} is asked about: a person decides."
    elif limit is None:
        held = f"No limit is set for refunds of inquiries in {left.currency}."
    else:
        held = f"{left} is above the limit of {limit} for refunds of inquiries." if left > limit else ""
    return Wish(way=Way.REFUND, reason=reason, told=sentences(told, held), asks=asks or bool(held))


def _gain(situation: DisputeSituation) -> int:
    """What fighting is expected to bring over doing nothing, in minor units."""
    fight, leave = situation.weighing.expected(Way.FIGHT), situation.weighing.expected(Way.LEAVE)
    return fight - leave if fight is not None and leave is not None else 0


def _sum(situation: DisputeSituation) -> str:
    weighing = situation.weighing
    fight, leave = weighing.expected(Way.FIGHT), weighing.expected(Way.LEAVE)
    return _compared("Fighting", fight, "leaving it", leave, weighing.currency)


def _compared(one: str, first: int | None, other: str, second: int | None, currency: str) -> str:
    if first is None or second is None:
        return ""
    return f"{one} is expected to end at {signed(first, currency)}, {other} at {signed(second, currency)}."


def _chance(situation: DisputeSituation) -> str:
    weighing = situation.weighing
    return f"Chance to win: {weighing.win_percent} % ({weighing.win_rate_from})."
