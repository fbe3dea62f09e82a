"""A dispute's part of its case page: what it is, what is decided and why, what is at hand, what was filed, what came
of it."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chargebacks.contracts import CaseFile
from chargebacks.decisions import Mode
from chargebacks.dispute_case import DisputeStory, FiledBy, Filing, PacketRef, SourceState
from chargebacks.disputes import Dispute, LinkedAlert
from chargebacks.economics import Weighing
from chargebacks.money import signed
from chargebacks.reason_codes import name_of
from chargebacks.representment import Assessment, DisputeAction
from cli.evidence_page import show_missing
from cli.rows import Row, section, table
from cli.wording import clock, plain, plural, size

_ACTIONS = {
    DisputeAction.FIGHT: "fight: file the packet",
    DisputeAction.ACCEPT: "accept: close it as lost",
    DisputeAction.REFUND: "refund the inquiry",
    DisputeAction.LEAVE: "leave it unanswered",
    DisputeAction.RECORD: "only follow it",
    DisputeAction.ASK: "ask a person",
}
_FILED_BY = {
    FiledBy.US: "by us",
    FiledBy.SMART_DISPUTES: "by Stripe's Smart Disputes",
    FiledBy.ELSEWHERE: "elsewhere (Dashboard or another integration)",
}


def may_be_ordered(case: CaseFile) -> bool:
    """Whether a person may have the dispute filed or accepted now, without being asked."""
    dispute = case.dispute.dispute if case.dispute is not None else None
    acting = case.closed_at is None and case.mode not in (None, Mode.OBSERVE)
    return acting and dispute is not None and dispute.awaits_answer


def show_dispute(console: Console, case: CaseFile) -> None:
    """Print everything but where the case stands and its timeline."""
    story = case.dispute or DisputeStory()
    section(console, "Dispute", _dispute_rows(story))
    if story.assessment is not None:
        section(console, "Decision", _decision_rows(story.assessment))
        console.print(_sums(story.assessment.weighing))
        section(console, "Evidence", _evidence_rows(case.case_id, story.assessment))
        show_missing(console, story.assessment.completeness)
    section(console, "Packet", _packet_rows(case.case_id, story.packet))
    section(console, "Sources", map(_source_row, story.sources))
    section(console, "Filed", _filed_rows(story))
    section(console, "Verdict and money", _verdict_rows(story))


def _dispute_rows(story: DisputeStory) -> Iterator[Row]:
    dispute = story.dispute
    if dispute is None:
        yield "what", "not read from Stripe yet"
        return
    yield "what", f"{dispute.stage.value}, {plain(dispute.reason)}, {dispute.amount}"
    code = name_of(dispute.network, dispute.network_reason_code) or "no reason code"
    yield "network", f"{dispute.network or dispute.method}, {code}"
    yield "at Stripe", _at_stripe(dispute)
    yield "charge", ", ".join(filter(None, (dispute.charge_id, dispute.payment_intent)))
    yield "opened", f"{clock(dispute.created)} UTC"
    if dispute.enhanced_types:
        yield "open for", ", ".join(plain(kind) for kind in dispute.enhanced_types)
    yield from _alert_rows(story.alert, story.no_alert)


def _at_stripe(dispute: Dispute) -> str:
    method = dispute.intended_submission_method
    filing = f", filing is {plain(method)}" if method is not None else ""
    filed = f", {plural(dispute.submission_count, 'submission')}" if dispute.submission_count else ""
    return f"{plain(dispute.status)}{filing}{filed}, as of {clock(dispute.as_of)} UTC"


def _alert_rows(alert: LinkedAlert | None, no_alert: str | None) -> Iterator[Row]:
    if alert is None:
        if no_alert is not None:
            yield "alert", no_alert
        return
    yield "alert", f"{alert.case_id}: {plain(alert.outcome) if alert.outcome else 'not answered'}"
    if alert.why_not_prevented:
        yield "why it came", alert.why_not_prevented
    if alert.refund_id is not None:
        yield "refund", f"{alert.refund_id} ({plain(alert.refund_state or 'state unknown')})"


def _decision_rows(assessment: Assessment) -> Iterator[Row]:
    decision, weighing = assessment.decision, assessment.weighing
    yield "what", _ACTIONS[decision.action]
    yield "why", f"{decision.explanation} ({decision.reason})"
    if decision.rule is not None:
        yield "rule", decision.rule
    if decision.action is DisputeAction.ASK:
        yield "approving", f"means: {decision.proposal.value if decision.proposal else 'leave'}"
        yield "on silence", decision.on_silence.value
    window = assessment.window
    if window.submit_at is not None:
        at_once = "at once" if decision.at_once else f"{clock(window.submit_at)} UTC"
        yield "planned for", at_once
    yield "chance", f"{weighing.win_percent} % to win when fought ({weighing.win_rate_from})"
    for note in weighing.notes:
        yield "assumed", note


def _sums(weighing: Weighing) -> Table:
    shown = table(
        "way", "amount>", title="What each way is expected to have moved on the balance, fees included"
    )
    for option in sorted(weighing.options, key=lambda one: -one.expected_minor):
        best = option.way is weighing.best
        style = "bold green" if best else "bold"
        shown.add_row(
            Text(f"{option.way.value}{' (best)' if best else ''}", style=style),
            Text(signed(option.expected_minor, weighing.currency), style=style),
        )
        for line in option.lines:
            shown.add_row(
                Text(f"  {line.label}", style="dim"),
                Text(signed(line.amount_minor, weighing.currency), style="dim"),
            )
    return shown


def _evidence_rows(case_id: str, assessment: Assessment) -> Iterator[Row]:
    complete = assessment.completeness
    yield "argument", assessment.argument
    yield "sold as", plain(assessment.product_type)
    required = len(complete.required_missing)
    lacks = f", {required} of what is missing is required" if required else ""
    yield "complete", f"{complete.percent} %, {plural(len(complete.missing), 'piece')} missing{lacks}"
    if complete.have:
        yield "at hand", ", ".join(complete.have)
    if complete.harmful:
        yield "left out", f"{', '.join(complete.harmful)}: works against you in this kind of dispute"
    priors = f" Earlier charges: {', '.join(assessment.ce3.priors)}." if assessment.ce3.priors else ""
    yield "CE 3.0", f"{assessment.ce3.why}{priors}"
    if complete.missing:
        yield "add to it", Text(f"python starter.py evidence {case_id}", style="cyan")


def _packet_rows(case_id: str, packet: PacketRef | None) -> Iterator[Row]:
    if packet is None:
        return
    where = "staged at Stripe, read back and compared" if packet.staged else "built, not staged"
    yield "digest", packet.digest
    yield "state", f"{where}, {clock(packet.built_at)} UTC"
    yield (
        "holds",
        f"{plural(packet.pages, 'page')}, {size(packet.size)}, {plural(len(packet.fields), 'field')}",
    )
    yield "fields", ", ".join(packet.fields) or "none"
    for number, title in enumerate(packet.exhibits, start=1):
        yield f"exhibit {number}", title
    for one in packet.left_out:
        yield "left out", f"{one.what}: {one.why}"
    for finding in packet.findings:
        yield "look at", Text(finding, style="yellow")
    yield "read it", Text(f"python starter.py packet {case_id} -o DIR", style="cyan")


def _source_row(source: SourceState) -> Row:
    if source.problem is not None:
        return source.name, Text(source.problem, style="yellow")
    if source.answered_at is None:
        return source.name, f"asked {clock(source.asked_at)} UTC, no answer yet"
    return source.name, f"gave {plural(source.items, 'item')}, {clock(source.answered_at)} UTC"


def _filed_rows(story: DisputeStory) -> Iterator[Row]:
    for filing in story.filings:
        yield f"round {filing.round}", _filing(filing)
    if story.left is not None:
        yield f"round {story.round}", f"left unanswered: {story.left}"
    if story.refund is not None:
        yield "refund", story.refund.detail


def _filing(filing: Filing) -> str:
    approved = f", approved by {filing.approved_by}" if filing.approved_by is not None else ""
    packet = f"; packet {filing.digest[:12]}, {filing.completeness} % complete" if filing.digest else ""
    fields = f"; {', '.join(filing.fields)}" if filing.fields else ""
    return f"{clock(filing.at)} UTC {_FILED_BY[filing.filed_by]}{approved}{packet}{fields}"


def _verdict_rows(story: DisputeStory) -> Iterator[Row]:
    if story.verdict is not None:
        decided = f", {clock(story.decided_at)} UTC" if story.decided_at is not None else ""
        yield "verdict", Text(f"{plain(story.verdict)}{decided}", style="bold")
    currency = story.settlement_currency
    if currency is None:
        return
    yield "taken", signed(-story.withdrawn_minor, currency)
    yield "came back", signed(story.recovered_minor, currency)
    yield "fees", signed(-story.fees_minor, currency)
    net = story.recovered_minor - story.withdrawn_minor - story.fees_minor
    yield "in all", signed(net, currency)
