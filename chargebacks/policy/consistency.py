"""Settings of a policy that cannot both be meant."""

from collections.abc import Iterator

from chargebacks.money import Money
from chargebacks.policy.model import Amounts, Marks, Policy, Rule, SilenceBand, Then, amount_in
from chargebacks.vocabulary import OutcomeCode


def contradictions(policy: Policy) -> list[str]:
    """One sentence per pair of settings that contradict each other."""
    return [
        *_of_times(policy),
        *_of_matching(policy),
        *_of_limits(policy),
        *_of_lists(policy),
        *_of_rules(policy.rule),
        *_of_silence(policy),
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
        if any(earlier.name == rule.name for earlier in rules[: number - 1]):
            yield f"{path}.name: another rule is already called {rule.name}."
        if rule.outcome is not OutcomeCode.DECLINED_BY_RULE and rule.then is not Then.DECLINE:
            yield f'{path}.outcome: it only goes with then = "decline".'
        for floor, most in _never_both(rule.when.amount_above, rule.when.amount_up_to):
            yield f"{path}.when: no amount is above {floor} and at most {most}."


def _never_both(above: Amounts, up_to: Amounts) -> Iterator[tuple[Money, Money]]:
    for floor in above:
        most = amount_in(up_to, floor.currency)
        if most is not None and most <= floor:
            yield floor, most


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
