"""The dispute's lines on a case's page in the Temporal UI."""

from chargebacks.contracts import CaseFile
from chargebacks.dispute_case import DisputeStory, SourceState
from chargebacks.money import signed
from chargebacks.representment import Assessment

Fact = tuple[str, str | None]


def dispute_facts(case: CaseFile) -> list[Fact]:
    """What the dispute is, what is decided and why, how complete the evidence is, what was filed, how it came out."""
    story = case.dispute
    if story is None or story.dispute is None:
        return []
    dispute = story.dispute
    code = f", {dispute.network or dispute.method} {dispute.network_reason_code or 'no code'}"
    return [
        ("dispute", f"{dispute.id}: {dispute.stage.value}, {dispute.reason}{code}, {dispute.amount}"),
        ("at Stripe", f"{dispute.status}, filing {dispute.intended_submission_method or 'by us only'}"),
        ("alert", _alert(story)),
        *(_assessed(story.assessment) if story.assessment is not None else ()),
        ("packet", _packet(story)),
        ("sources", ", ".join(_source(source) for source in story.sources) or None),
        ("filed", _filed(story)),
        ("left", story.left),
        ("refund", story.refund.detail if story.refund is not None else None),
        ("verdict", _verdict(story)),
    ]


def _assessed(assessment: Assessment) -> list[Fact]:
    decision, complete = assessment.decision, assessment.completeness
    best = assessment.weighing
    values = ", ".join(
        f"{option.way.value} {signed(option.expected_minor, best.currency)}" for option in best.options
    )
    return [
        ("decision", f"{decision.action.value}: {decision.explanation}"),
        ("expected value", f"{values}, {best.win_percent} % to win ({best.win_rate_from})"),
        ("complete", f"{complete.percent} %"),
        ("missing", ", ".join(one.name for one in complete.missing) or None),
        ("CE 3.0", assessment.ce3.why),
    ]


def _packet(story: DisputeStory) -> str | None:
    packet = story.packet
    if packet is None:
        return None
    where = "staged" if packet.staged else "built"
    return f"{packet.digest[:12]} {where}, {packet.pages} pages: {', '.join(packet.exhibits)}"


def _source(source: SourceState) -> str:
    if source.problem is not None:
        return f"{source.name} ({source.problem})"
    return f"{source.name} ({source.items} items)" if source.answered_at else f"{source.name} (asked)"


def _filed(story: DisputeStory) -> str | None:
    return (
        "; ".join(
            f"round {one.round} {one.at:%Y-%m-%d %H:%M} UTC by {one.filed_by.value}"
            + (f", approved by {one.approved_by}" if one.approved_by else "")
            for one in story.filings
        )
        or None
    )


def _alert(story: DisputeStory) -> str | None:
    if story.alert is None:
        return story.no_alert
    return f"{story.alert.case_id}: {story.alert.why_not_prevented}"


def _verdict(story: DisputeStory) -> str | None:
    if story.verdict is None:
        return None
    currency = story.settlement_currency
    if currency is None:
        return story.verdict.value
    back = signed(story.recovered_minor - story.withdrawn_minor, currency)
    return f"{story.verdict.value}, {back} on the balance, fees {signed(story.fees_minor, currency)}"
