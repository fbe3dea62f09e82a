"""The customer used what was bought, after it was paid for.

https://docs.stripe.com/disputes/categories (digital goods): times, IP addresses, devices.
"""

from collections.abc import Sequence

from chargebacks.composing.case_facts import Case, Fact, item_source
from chargebacks.composing.letter_words import at_time, counted, on_day, quoted
from chargebacks.composing.lines.line import Line, present, product_in_words, said
from chargebacks.evidence_items import EvidenceItem, UsageRow
from chargebacks.packet import Source, Statement

USAGE = "usage"
Act = tuple[UsageRow, EvidenceItem]


def digital_use(case: Case) -> Line | None:
    """The product was used after it was paid for, best of all from the address of the purchase."""
    if not case.usage:
        return None
    rows, ip = case.usage, case.purchase_ip
    from_there = [pair for pair in rows if ip and pair[0].ip == ip.value]
    same = _from_purchase_ip(ip, from_there, rows) if ip and from_there else None
    what, of_what = product_in_words(case)
    used = f"{what} was used {counted(len(rows), 'time')} after the purchase of {on_day(case.sold_at)}, {_span(rows)}."
    uses = said(used, *_logs(rows), case.of_charge("created"), of_what, exhibits=(USAGE,))
    lead = said(f"{used} {same.text}", *uses.sources, *same.sources, exhibits=(USAGE,)) if same else uses
    return Line(
        name="digital_use",
        lead=lead,
        statements=present(_act(rows[0], "first"), _act(rows[-1], "last") if len(rows) > 1 else None),
        support=present(uses, same),
    )


def _from_purchase_ip(ip: Fact[str], from_there: Sequence[Act], rows: tuple[Act, ...]) -> Statement:
    if len(from_there) == len(rows):
        share = "All of this use" if len(rows) > 1 else "This use"
    else:
        share = f"Of these {len(rows)} uses, {len(from_there)}"
    return said(
        f"{share} came from {ip.value}, the IP address of the purchase.",
        *_logs(from_there),
        ip,
        exhibits=(USAGE,),
    )


def _act(act: Act, which: str) -> Statement | None:
    row, item = act
    words = quoted(row.what)
    if words is None:
        return None
    text = f"The {which} act in the log after the purchase is {words}, on {at_time(row.at)}."
    return said(text, item_source(item, "rows"), exhibits=(USAGE,))


def _span(rows: tuple[Act, ...]) -> str:
    first, last = rows[0][0].at, rows[-1][0].at
    if first.date() == last.date():
        return f"on {on_day(first)}"
    return f"from {on_day(first)} to {on_day(last)}"


def _logs(rows: Sequence[Act]) -> list[Source]:
    return list(dict.fromkeys(item_source(item, "rows") for _, item in rows))
