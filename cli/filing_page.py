"""What an irrevocable word would do, shown before it is given."""

import sys

import typer
from rich.console import Console
from rich.text import Text

from chargebacks.contracts import CaseFile
from chargebacks.dispute_case import DisputeStory
from chargebacks.errors import BadInput
from cli.rows import Row, section
from cli.wording import clock, plain, plural, size

FILING = "This is irrevocable: Stripe takes one submission."
ACCEPTING = "This closes the dispute as lost; it cannot be undone."


def show_what_is_filed(console: Console, case: CaseFile) -> None:
    """The packet that stands in the case file. BadInput when there is none."""
    story = case.dispute or DisputeStory()
    if story.packet is None:
        waits = f" It waits for {case.waits_for}." if case.waits_for is not None else ""
        raise BadInput(f"{case.case_id} has no packet to file yet.{waits}", reason="no_packet")
    console.print(Text(case.case_id, style="bold"), soft_wrap=True)
    packet, rows = story.packet, [_dispute(story)]
    rows.append(("packet", packet.digest))
    rows.append(("holds", f"{plural(packet.pages, 'page')}, {size(packet.size)}"))
    rows.append((plural(len(packet.fields), "field"), ", ".join(packet.fields) or "none"))
    rows += [(f"exhibit {number}", title) for number, title in enumerate(packet.exhibits, start=1)]
    rows += [("left out", f"{one.what}: {one.why}") for one in packet.left_out]
    rows += [("look at", Text(finding, style="yellow")) for finding in packet.findings]
    if story.assessment is not None:
        complete = story.assessment.completeness
        lacking = ", ".join(one.name for one in complete.missing)
        rows.append(("complete", f"{complete.percent} %" + (f", without {lacking}" if lacking else "")))
    if story.dispute is not None and story.dispute.is_compliance:
        rows.append(
            ("fee", Text("contesting a compliance case costs a fee of the network's", style="yellow"))
        )
    section(console, "", rows)
    console.print(Text(FILING, style="bold"))


def show_what_is_given_up(console: Console, case: CaseFile) -> None:
    """The dispute, and what accepting it means."""
    story = case.dispute or DisputeStory()
    console.print(Text(case.case_id, style="bold"), soft_wrap=True)
    rows = [_dispute(story)]
    if story.assessment is not None:
        rows.append(("decision", story.assessment.decision.explanation))
    section(console, "", rows)
    console.print(Text(ACCEPTING, style="bold"))


def confirm(question: str, *, yes: bool) -> None:
    """Ask at a terminal; a program is taken at its word. typer.Abort when the answer is no."""
    if not yes and sys.stdin.isatty():
        typer.confirm(question, abort=True)


def _dispute(story: DisputeStory) -> Row:
    dispute = story.dispute
    if dispute is None:
        return "dispute", "not read from Stripe yet"
    due = f", answer due {clock(dispute.due_by)} UTC" if dispute.due_by is not None else ""
    return "dispute", f"{dispute.stage.value}, {plain(dispute.reason)}, {dispute.amount}{due}"
