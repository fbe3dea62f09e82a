"""What the Temporal UI shows as a case's current details: Markdown, for a person in a hurry."""

from datetime import datetime

from chargebacks.contracts import CaseFile
from chargebacks.money import Money
from workflows.dispute_page import dispute_facts

_LAST_LINES = 12


def details_of(case: CaseFile) -> str:
    """Status and deadline first, then why, then the story so far."""
    lines = [
        f"**{case.status.value.replace('_', ' ')}**" + (f": {case.attention}" if case.attention else ""),
        "",
    ]
    if case.waits_for is not None:
        lines.append(f"Waits for {case.waits_for}.")
    answered = case.outcome_sent_at is not None or (case.dispute is not None and case.dispute.filings)
    if case.respond_by is not None and not answered:
        lines.append(f"The answer is due {at(case.respond_by)}.")
    lines += [
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {_cell(text)} |" for name, text in (*_facts(case), *dispute_facts(case)) if text),
    ]
    lines += ["", *(f"- {entry.at:%m-%d %H:%M:%S} {entry.text}" for entry in case.timeline[-_LAST_LINES:])]
    return "\n".join(lines)


def at(moment: datetime) -> str:
    """A moment in the words of the case page."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _facts(case: CaseFile) -> list[tuple[str, str | None]]:
    return [
        ("alert", _alert_line(case)),
        ("charge", case.charge_id),
        ("match", case.match.explanation if case.match else None),
        ("decision", f"{case.decision.action.value}: {case.decision.explanation}" if case.decision else None),
        ("decided by", case.decided_by),
        ("money", case.money.detail if case.money else None),
        ("subscriptions cancelled", ", ".join(case.subscriptions) or None),
        ("outcome", _outcome_line(case)),
        ("policy", f"{case.policy_version} ({case.mode})" if case.policy_version else None),
    ]


def _alert_line(case: CaseFile) -> str | None:
    if case.alert is None:
        return None
    amount = _amount(case.alert.amount)
    return f"{case.alert.product.value} {case.alert.kind.value} {amount} ({case.alert.reason_class.value})"


def _outcome_line(case: CaseFile) -> str | None:
    if case.outcome is None:
        return None
    sent = f", sent {case.outcome_sent_at:%m-%d %H:%M} UTC" if case.outcome_sent_at else ", not sent"
    return f"{case.outcome.code.value}{sent}"


def _amount(money: Money | None) -> str:
    return f"{money.major_string()} {money.currency}" if money is not None else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
