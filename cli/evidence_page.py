"""What a dispute's case has and lacks, and what an addition came to."""

from rich.console import Console
from rich.text import Text

from chargebacks.evidence import Completeness, Proof, Weight
from chargebacks.evidence_fields import FILE_FIELDS, TEXT_FIELDS
from chargebacks.evidence_items import Supplier
from cli.rows import heading, table
from cli.wording import clock, plain, size, who
from operations.evidence import EvidenceList, EvidenceReceipt
from store import ItemFacts

_WEIGHTS = {Weight.REQUIRED: "red", Weight.HELPFUL: "", Weight.HARMFUL: "dim"}
_HOW = {
    Proof.USAGE_LOG: "--folder (usage.csv)",
    Proof.DELIVERY_CONFIRMATION: "--folder (supply.json)",
    Proof.TERMS: "standing add",
}
"""For what has no field of its own."""


def show_evidence(console: Console, listed: EvidenceList) -> None:
    """What is there, then what is missing with what to type for it."""
    case_id, complete = listed.case.case_id, listed.completeness
    console.print(Text(case_id, style="bold"), soft_wrap=True)
    if listed.items:
        console.print(_items(listed.items))
    else:
        console.print("Nothing was added yet, by sources or people.")
    if complete is None:
        console.print("What is missing is known once the dispute was read and weighed.")
        return
    if complete.have:
        console.print(f"At hand, Stripe's own facts included: {', '.join(complete.have)}.")
    if complete.harmful:
        console.print(f"Left out, as it works against you here: {', '.join(complete.harmful)}.")
    console.print(f"Complete: {complete.percent} %.")
    if complete.missing:
        heading(console, "Missing, the most valuable first")
        show_missing(console, complete, how=True)
        console.print(
            Text(
                f"python starter.py evidence {case_id} --by NAME --file FIELD=PATH --field FIELD=TEXT",
                style="cyan",
            ),
            soft_wrap=True,
        )


def show_missing(console: Console, complete: Completeness, *, how: bool = False) -> None:
    """Print what is missing, the most valuable first; `how`: with the option that adds it."""
    if not complete.missing:
        return
    shown = table("missing", "weight", "who has it", "why", *(("add with",) if how else ()))
    shown.columns[3].ratio = 1
    for one in complete.missing:
        cells = [
            Text(one.name),
            Text(one.weight.value, style=_WEIGHTS[one.weight]),
            Text(who(one.who)),
            Text(one.why),
        ]
        shown.add_row(*cells, *((Text(_how(one.name, one.who), style="cyan"),) if how else ()))
    console.print(shown)


def show_added(console: Console, done: EvidenceReceipt) -> None:
    """One line per item, then what comes of it."""
    for facts in done.added:
        console.print(f"{facts.id}  added: {_what(facts)}", soft_wrap=True)
    for facts in done.already_there:
        console.print(f"{facts.id}  was there already: {_what(facts)}", soft_wrap=True)
    for note in done.notes:
        console.print(Text(note, style="dim"))
    if done.told:
        console.print(f"{done.case_id}  weighs it now.", soft_wrap=True)
    else:
        console.print(
            f"{done.case_id}  does not run: the evidence is kept, and nothing is filed.", soft_wrap=True
        )


def _items(items: tuple[ItemFacts, ...]) -> object:
    shown = table("id", "what", "field", "supplier", "by", "when (UTC)", "sha256", "size>")
    for facts in items:
        shown.add_row(
            facts.id,
            plain(facts.type),
            facts.field or "-",
            facts.supplier.value,
            Text(facts.by),
            clock(facts.at),
            facts.sha256[:12],
            size(facts.size) if facts.size is not None else "-",
        )
    return shown


def _what(facts: ItemFacts) -> str:
    of_field = f" for {facts.field}" if facts.field is not None else ""
    return f"{plain(facts.type)}{of_field}" + (f", {size(facts.size)}" if facts.size is not None else "")


def _how(name: str, suppliers: tuple[Supplier, ...]) -> str:
    if Supplier.PERSON not in suppliers:
        return ""
    if name in FILE_FIELDS:
        return "--file"
    if name in TEXT_FIELDS:
        return "--field"
    return next((hint for proof, hint in _HOW.items() if proof == name), "")
