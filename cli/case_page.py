"""One case in full, for a person who must understand it in a minute: what it waits for first, then why."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chargebacks.alerts import Alert, AnswerMode, CardTransaction, TimePrecision
from chargebacks.contracts import Asks, CaseFile
from chargebacks.decisions import Action
from chargebacks.matching import Agreement, Match, RankedCandidate
from chargebacks.money import Money
from cli.dispute_page import may_be_ordered, show_dispute
from cli.rows import Row, section, table
from cli.wording import clock, is_answered, money, plain, span, status_text, time_left

_WORTH_SAYING = timedelta(minutes=1)
_ACTIONS = {
    Action.REFUND: "refund",
    Action.ANSWER: "answer, no refund",
    Action.ASK: "ask a person",
    Action.NOTHING: "nothing, no answer is due",
}
_PRECISION = {TimePrecision.LOCAL: " (local time, zone unknown)", TimePrecision.DATE: " (date only)"}


def show_case(
    console: Console,
    case: CaseFile,
    *,
    now: datetime,
    beside: Sequence[CaseFile] = (),
    purged_at: datetime | None = None,
) -> None:
    """Print the whole story. `beside`: the other cases about the same charge. `purged_at`: when its personal data was
    erased."""
    console.print(Text(case.case_id, style="bold"), soft_wrap=True)
    section(console, "", _standing(case, now=now, beside=beside))
    if purged_at is not None:
        section(console, "", [("erased", f"{clock(purged_at)} UTC: evidence, packets, raw messages")])
    _say_how_to_answer(console, case)
    if case.dispute is not None:
        show_dispute(console, case)
    else:
        _show_alert(console, case)
    section(console, "Timeline (UTC)", ((f"{line.at:%m-%d %H:%M:%S}", line.text) for line in case.timeline))


def _show_alert(console: Console, case: CaseFile) -> None:
    section(console, "Alert", _alert_rows(case.alert))
    section(console, "Match", _match_rows(case))
    if case.match is not None and case.match.candidates:
        console.print(_candidates(case.match))
    section(console, "Decision", _decision_rows(case))
    section(console, "Money", _money_rows(case))
    section(console, "Outcome", _outcome_rows(case))


def _standing(case: CaseFile, *, now: datetime, beside: Sequence[CaseFile]) -> Iterator[Row]:
    yield "status", status_text(case.status)
    if case.attention is not None:
        yield "needs you", Text(case.attention, style="yellow")
    if case.waits_for is not None:
        yield "waits for", case.waits_for
    if case.respond_by is not None:
        due = Text(f"{clock(case.respond_by)} UTC")
        if not is_answered(case):
            due.append(", ").append_text(time_left(case.respond_by, now=now))
            due.append(" left" if case.respond_by > now else "")
        yield "answer due", due
    yield "account", f"{case.account}, source {case.source}"
    if case.mode is not None:
        yield "mode", f"{case.mode}, policy {case.policy_version}"
    if case.closed_at is not None:
        yield "closed", f"{clock(case.closed_at)} UTC"
    for other in beside:
        yield "same charge", f"{other.case_id} ({plain(other.status)})"


def _say_how_to_answer(console: Console, case: CaseFile) -> None:
    words: list[str] = []
    if case.asks is not None:
        words += ("resume",) if case.asks is Asks.REPAIR else ("approve", "decline")
    if may_be_ordered(case):
        words += ("submit", "accept")
    if words:
        console.print()
    for word in words:
        unmatched = case.dispute is None and case.charge_id is None and word == "approve"
        named = " --charge ch_..." if unmatched else ""
        command = f"  python starter.py {word} {case.case_id} --by NAME{named}"
        console.print(Text(command, style="cyan"), soft_wrap=True)


def _once(text: str, *, said: tuple[str | None, ...]) -> str:
    return "as said above" if text in said else text


def _alert_rows(alert: Alert | None) -> Iterator[Row]:
    if alert is None:
        return
    yield "what", f"{alert.product.value} {plain(alert.kind)}, {money(alert.amount)}"
    reason = f"{plain(alert.reason_class)}" + (f", code {alert.reason_code}" if alert.reason_code else "")
    yield "reason", reason
    yield "raised", f"{clock(alert.alerted_at)} UTC{_PRECISION.get(alert.alerted_at_precision, '')}"
    late = alert.received_at - alert.alerted_at
    after = f", {span(late)} after it was raised" if late >= _WORTH_SAYING else ""
    yield "received", f"{clock(alert.received_at)} UTC{after}"
    if alert.issuer is not None:
        yield "issuer", alert.issuer
    yield "sale", ", ".join(_sale(alert.transaction)) or "nothing is said about it"
    if alert.note is not None:
        yield "note", alert.note
    yield "provider id", alert.provider_alert_id
    yield "raw payload", f"sha256 {alert.raw_sha256}"


def _sale(sale: CardTransaction) -> Iterator[str]:
    if sale.at is not None:
        yield f"{clock(sale.at)} UTC{_PRECISION.get(sale.at_precision, '')}"
    if sale.amount is not None:
        yield str(sale.amount)
    if sale.last4 is not None or sale.brand is not None:
        yield f"card {sale.brand or ''} *{sale.last4 or '?'}".replace("  ", " ")
    labelled = (
        ("auth code", sale.auth_code),
        ("network id", sale.network_transaction_id),
        ("ARN", sale.arn),
        ("descriptor", sale.descriptor),
        ("order", sale.merchant_order_id),
        ("names", sale.stripe_id),
    )
    yield from (f"{label} {value}" for label, value in labelled if value is not None)


def _match_rows(case: CaseFile) -> Iterator[Row]:
    if case.charge_id is not None:
        yield "charge", f"{case.charge_id}, {money(case.amount)}"
    if case.match is None:
        return
    yield "verdict", plain(case.match.verdict)
    yield "why", _once(case.match.explanation, said=(case.attention,))
    if case.match.missing:
        yield "not given", ", ".join(plain(key) for key in case.match.missing)


def _candidates(match: Match) -> Table:
    shown = table("score>", "charge", "evidence (bits for and against)", title="Candidates, best first")
    shown.columns[-1].ratio = 1
    for candidate in match.candidates:
        shown.add_row(f"{candidate.score:.1f}", _candidate(candidate), _evidence(candidate))
    return shown


def _candidate(candidate: RankedCandidate) -> Text:
    lines = [candidate.charge_id, f"{candidate.amount}  {clock(candidate.created)}"]
    card = " ".join(filter(None, (candidate.brand, f"*{candidate.last4}" if candidate.last4 else None)))
    lines += [line for line in (card, candidate.descriptor, candidate.customer) if line]
    if candidate.refunded_minor:
        back = Money(amount_minor=candidate.refunded_minor, currency=candidate.amount.currency)
        lines.append(f"refunded {back}")
    return Text("\n".join(lines))


def _evidence(candidate: RankedCandidate) -> Text:
    said = Text()
    for evidence in candidate.evidence:
        if evidence.agreement is Agreement.MISSING:
            continue
        style = "red" if evidence.weight < 0 else "green" if evidence.weight > 0 else ""
        note = f" ({evidence.note})" if evidence.note else ""
        line = f"{evidence.weight:+6.1f} {plain(evidence.key)} {plain(evidence.agreement)}"
        said.append(line, style=style).append(f"{note}\n")
    said.rstrip()
    return said


def _decision_rows(case: CaseFile) -> Iterator[Row]:
    decision = case.decision
    if decision is None:
        return
    amount = f", {decision.amount}" if decision.amount is not None else ""
    answer = f": {plain(decision.outcome)}" if decision.action is Action.ANSWER and decision.outcome else ""
    yield "what", f"{_ACTIONS[decision.action]}{answer}{amount}"
    explained = (case.attention, case.match.explanation if case.match is not None else None)
    yield "why", f"{_once(decision.explanation, said=explained)} ({decision.reason})"
    if decision.rule is not None:
        yield "rule", decision.rule
    if case.decided_by is not None:
        yield "by", case.decided_by
    if decision.action is Action.ASK:
        silence = decision.silence_outcome if decision.on_silence is Action.ANSWER else None
        yield "on silence", plain(silence or decision.on_silence)


def _money_rows(case: CaseFile) -> Iterator[Row]:
    if case.money is not None:
        yield "state", plain(case.money.state) + (" (in part)" if case.money.partial else "")
        yield "what", case.money.detail
        if case.money.amount is not None:
            yield "amount", str(case.money.amount)
        if case.money.refund is not None:
            arn = f", ARN {case.money.refund.arn}" if case.money.refund.arn else ""
            yield "refund", f"{case.money.refund.id} ({plain(case.money.refund.status)}){arn}"
    if case.subscriptions:
        yield "cancelled", ", ".join(case.subscriptions)


def _outcome_rows(case: CaseFile) -> Iterator[Row]:
    if case.outcome is None:
        return
    yield "what", plain(case.outcome.code)
    takes_none = case.alert is not None and case.alert.answer_mode is AnswerMode.NONE
    unsent = "the source takes no answer" if takes_none else "not sent"
    yield "sent", f"{clock(case.outcome_sent_at)} UTC" if case.outcome_sent_at is not None else unsent
    if case.outcome.duplicate_of is not None:
        yield "duplicate of", case.outcome.duplicate_of
    if case.outcome.comment:
        yield "comment", case.outcome.comment
