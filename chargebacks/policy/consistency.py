"""Settings of a policy that cannot both be meant."""

from collections.abc import Iterator
from difflib import get_close_matches

from chargebacks.disputes import Stage
from chargebacks.money import Money
from chargebacks.policy.disputes import DisputeRule, DisputeRules, DisputeThen
from chargebacks.policy.fields import Amounts, amount_in
from chargebacks.policy.model import Marks, Policy, Rule, SilenceBand, Then
from chargebacks.vocabulary import OutcomeCode
from chargebacks.win_rates import TABLE


def contradictions(policy: Policy) -> list[str]:
    """One sentence per pair of settings that contradict each other."""
    return [
        *_of_times(policy),
        *_of_matching(policy),
        *_of_limits(policy),
        *_of_lists(policy),
        *_of_rules(policy.rule),
        *_of_silence(policy),
        *_of_disputes(policy.disputes),
        *_of_win_rates(policy.disputes),
        *_of_dispute_rules(policy.disputes.rule),
    ]


def _of_times(policy: Policy) -> Iterator[str]:
    times = policy.times
    if times.attention_percent <= times.aim_percent:
        yield (
            f"times.attention_percent: {times.attention_percent} must be above "
            f"times.aim_percent ({times.aim_percent}): attention is raised when the aim was missed."
        )


def _of_matching(policy: Policy) -> Iterator[str]:
    matching = policy.matching
    if matching.accept_score <= matching.review_score:
        yield (
            f"matching.accept_score: {matching.accept_score:g} must be above "
            f"matching.review_score ({matching.review_score:g})."
        )
    if matching.clear_margin <= 0:
        yield "matching.clear_margin: must be above 0, or a tie would be acted on."


def _of_limits(policy: Policy) -> Iterator[str]:
    refund, reports = policy.refund, policy.fraud_report
    for limit in refund.limits:
        if refund.currencies and limit.currency not in refund.currencies:
            yield f"refund.limits.{limit.currency}: refund.currencies does not allow {limit.currency}."
    if reports.refund and not reports.limits:
        yield "fraud_report.limits: fraud_report.refund = true needs an amount per currency."


def _of_lists(policy: Policy) -> Iterator[str]:
    allow, deny = policy.refund.allow, policy.refund.deny
    for name in Marks.model_fields:
        for mark in sorted(set(getattr(allow, name)) & set(getattr(deny, name))):
            yield f"refund.deny.{name}: {mark} is on the allow list, too."


def _of_rules(rules: tuple[Rule, ...]) -> Iterator[str]:
    for number, rule in enumerate(rules, start=1):
        path = f"rule[{number}]"
        yield from _same_name(path, rule, rules[: number - 1])
        if rule.outcome is not OutcomeCode.DECLINED_BY_RULE and rule.then is not Then.DECLINE:
            yield f'{path}.outcome: it only goes with then = "decline".'
        yield from _no_amount(path, above=rule.when.amount_above, up_to=rule.when.amount_up_to)


def _same_name(
    path: str, rule: Rule | DisputeRule, earlier: tuple[Rule, ...] | tuple[DisputeRule, ...]
) -> Iterator[str]:
    if any(other.name == rule.name for other in earlier):
        yield f"{path}.name: another rule is already called {rule.name}."


def _no_amount(path: str, *, above: Amounts, up_to: Amounts) -> Iterator[str]:
    for floor, most in _both_in(above, up_to):
        if most <= floor:
            yield f"{path}.when: no amount is above {floor} and at most {most}."


def _both_in(one: Amounts, other: Amounts) -> Iterator[tuple[Money, Money]]:
    """The amounts of each currency that both tables list."""
    for amount in one:
        same = amount_in(other, amount.currency)
        if same is not None:
            yield amount, same


def _of_silence(policy: Policy) -> Iterator[str]:
    approval = policy.approval
    if approval.silence is Then.REFUND and approval.outcome is not OutcomeCode.DECLINED_BY_RULE:
        yield 'approval.outcome: it only goes with silence = "decline".'
    for number, band in enumerate(approval.band, start=1):
        path = f"approval.band[{number}]"
        if not band.up_to:
            yield f"{path}.up_to: must hold an amount for at least one currency."
        if band.silence is Then.REFUND and band.outcome is not OutcomeCode.DECLINED_BY_RULE:
            yield f'{path}.outcome: it only goes with silence = "decline".'
        yield from _out_of_reach(path, band, approval.band[: number - 1])


def _out_of_reach(path: str, band: SilenceBand, earlier: tuple[SilenceBand, ...]) -> Iterator[str]:
    for most in band.up_to:
        wider = [amount_in(other.up_to, most.currency) for other in earlier]
        if any(amount is not None and amount >= most for amount in wider):
            yield f"{path}.up_to.{most.currency}: an earlier band already covers {most}."


def _of_disputes(rules: DisputeRules) -> Iterator[str]:
    if rules.review_hours < rules.margin_hours:
        yield (
            f"disputes.review_hours: {rules.review_hours} must be at least "
            f"disputes.margin_hours ({rules.margin_hours}): the packet is reviewed before it is filed."
        )
    if rules.inquiry_margin_hours < rules.margin_hours:
        yield (
            f"disputes.inquiry_margin_hours: {rules.inquiry_margin_hours} must be at least "
            f"disputes.margin_hours ({rules.margin_hours}): inquiries are answered earlier."
        )
    for floor, always in _both_in(rules.never_fight_below, rules.fight_above):
        if floor > always:
            yield (
                f"disputes.never_fight_below.{floor.currency}: {floor} must not be above "
                f"disputes.fight_above ({always}): between them, both hold."
            )
    if rules.inquiries.refund == "by_value" and not rules.inquiries.limits:
        yield 'disputes.inquiries.limits: disputes.inquiries.refund = "by_value" needs an amount per currency.'


def _of_win_rates(rules: DisputeRules) -> Iterator[str]:
    for reason, rates in rules.win_rates.items():
        path = f"disputes.win_rates.{reason}"
        yield from _misspelt(path, reason)
        if not rates.rises:
            yield f"{path}: a more complete packet must not win less often."


def _of_dispute_rules(rules: tuple[DisputeRule, ...]) -> Iterator[str]:
    for number, rule in enumerate(rules, start=1):
        path, when = f"disputes.rule[{number}]", rule.when
        yield from _same_name(path, rule, rules[: number - 1])
        yield from _no_amount(path, above=when.amount_above, up_to=when.amount_up_to)
        for reason in when.reason:
            yield from _misspelt(f"{path}.when.reason", reason)
        least, below = when.completeness_at_least, when.completeness_below
        if least is not None and below is not None and least >= below:
            yield f"{path}.when: no packet is at least {least} and below {below} percent complete."
        if rule.then is DisputeThen.REFUND and when.stage == (Stage.CHARGEBACK,):
            yield f'{path}.then: "refund" only goes with inquiries: a chargeback cannot be refunded.'
        if rule.then is DisputeThen.ACCEPT and when.stage == (Stage.INQUIRY,):
            yield f'{path}.then: "accept" does not go with inquiries: accepting does not end one.'


def _misspelt(path: str, reason: str) -> Iterator[str]:
    """Stripe may add reasons at any time: only what looks like a known one is refused."""
    nearest = get_close_matches(reason, TABLE, n=1, cutoff=0.8)
    if reason not in TABLE and nearest:
        yield f'{path}: {reason} is not a reason of Stripe\'s; did you mean "{nearest[0]}".'
