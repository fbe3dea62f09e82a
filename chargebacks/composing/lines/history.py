"""Two earlier undisputed charges of the same person, told in words.

The thought behind Visa's Compelling Evidence 3.0 (https://docs.stripe.com/disputes/api/visa-ce3), which convinces other
issuers, too. Where Visa's own rules are met, the letter tells of the two charges that are sent to Visa.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from chargebacks.ce3_identifiers import shared
from chargebacks.ce3_values import Ce3Transaction, merged
from chargebacks.compelling_evidence import METADATA_KEYS, find_priors, prior_candidates
from chargebacks.composing.case_facts import Case, Given, stripe
from chargebacks.composing.letter_words import day_in_table, on_day, one_line
from chargebacks.composing.lines.line import Line, said
from chargebacks.composing.tables import table_of
from chargebacks.dossier import EarlierCharge
from chargebacks.evidence_at_hand import is_good_history
from chargebacks.evidence_derived import says_what
from chargebacks.evidence_items import IdentifiersContent
from chargebacks.packet import Exhibit, Source, Statement
from chargebacks.wording import listed

HISTORY = "history"
_MOST_ROWS = 15
_WORDS = {
    "purchase_ip": "purchase IP address",
    "device_fingerprint": "device fingerprint",
    "device_id": "device",
    "email": "e-mail address",
    "account_id": "customer account",
    "shipping_address": "shipping address",
}
_SPELLED_OUT = ("purchase_ip", "email")
_IDENTIFIERS = tuple(_WORDS)


class _Known(NamedTuple):
    """What tells who bought, and where that stands."""

    transaction: Ce3Transaction
    sources: tuple[Source, ...]


class _History(NamedTuple):
    """Two earlier charges, the older one first, and the names of what they share with the disputed one."""

    priors: tuple[EarlierCharge, ...]
    common: tuple[str, ...]


def customer_history(case: Case) -> Line | None:
    """The customer paid before and disputed nothing, and what was known then is known now."""
    history = _history(case)
    if history is None:
        return None
    older, newer = history.priors
    same = "card" if older.same_card and newer.same_card else "customer"
    places = tuple(_place(one, "created, amount, paid, disputed") for one in history.priors)
    paid = said(
        f"The same {same} paid this merchant on {on_day(older.created)} and on {on_day(newer.created)}, and neither "
        "charge is disputed.",
        *places,
        exhibits=(HISTORY,),
    )
    alike = _shared(case, history)
    lead = said(f"{paid.text} {alike.text}", *paid.sources, *alike.sources, exhibits=(HISTORY,))
    named = said(
        f"The earlier charges are {older.id} of {older.amount} and {newer.id} of {newer.amount}.",
        *places,
        exhibits=(HISTORY,),
    )
    return Line(name="customer_history", lead=lead, statements=(named,), support=(paid, alike))


def history_exhibit(case: Case) -> Exhibit | None:
    """The earlier charges and the disputed one, oldest first."""
    history = _history(case)
    if history is None:
        return None
    others = [one for one in _undisputed(case) if one not in history.priors]
    shown = sorted([*history.priors, *others[: _MOST_ROWS - 2]], key=lambda one: one.created)
    charge, product = case.dossier.sale.charge, case.product
    disputed = (
        charge.id,
        day_in_table(charge.created),
        str(charge.amount),
        one_line(product.value) if product else "",
        "the disputed charge",
    )
    table = table_of(
        columns=("Charge", "Date", "Amount", "For", "Shared with the disputed charge"),
        rows=(*(_row(one, case) for one in shown), disputed),
        sources=(
            *(_place(one, "created, amount, description") for one in shown),
            case.of_charge("created, amount"),
        ),
        highlighted=tuple(number for number, one in enumerate(shown) if one in history.priors),
    )
    return Exhibit(
        key=HISTORY,
        title="Earlier charges of the same customer",
        slot="uncategorized_file",
        rank=3,
        summary="Earlier charges that were paid and are not disputed, and what they share with the disputed one. In "
        "bold: the two that the letter tells of.",
        blocks=(table,),
    )


def _history(case: Case) -> _History | None:
    """The two that are sent to Visa, else the pair that shares most: of an age that Visa asks for, then the latest."""
    by_id = {one.id: one for one in _undisputed(case)}
    finding = find_priors(case.dossier, case.items)
    if finding.payload is not None and all(prior in by_id for prior in finding.priors):
        return _in_order(tuple(by_id[prior] for prior in finding.priors), finding.matched)
    mine = _of_the_sale(case).transaction
    of_age = {one.id for one in prior_candidates(case.dossier)}
    known = [(one, _of_earlier(one, case).transaction) for one in by_id.values()]
    telling = [(one, told) for one, told in known if shared(mine, told)]
    pairs = [
        _in_order((one, other), common)
        for (one, told), (other, of_other) in combinations(telling, 2)
        if (common := shared(mine, told, of_other))
    ]
    return max(
        pairs,
        key=lambda pair: (
            len(pair.common),
            sum(one.id in of_age for one in pair.priors),
            [one.created for one in reversed(pair.priors)],
            [one.id for one in pair.priors],
        ),
        default=None,
    )


def _in_order(priors: tuple[EarlierCharge, ...], common: tuple[str, ...]) -> _History:
    return _History(tuple(sorted(priors, key=lambda one: (one.created, one.id))), common)


def _undisputed(case: Case) -> list[EarlierCharge]:
    """Paid and kept, newest first."""
    found = {
        one.id: one
        for one in case.dossier.earlier
        if is_good_history(one) and one.created < case.sold_at and one.id != case.dossier.sale.charge.id
    }
    return sorted(found.values(), key=lambda one: (one.created, one.id), reverse=True)


def _of_the_sale(case: Case) -> _Known:
    charge = case.dossier.sale.charge
    ip, email, address = case.purchase_ip, case.customer_email, case.shipping_address
    kept = {
        name: (key, charge.metadata[key])
        for name in ("device_fingerprint", "device_id", "account_id")
        for key in reversed(METADATA_KEYS[name])
        if charge.metadata.get(key)
    }
    at_stripe = Ce3Transaction(
        purchase_ip=ip.value if ip else None,
        email=email.value if email else None,
        shipping_address=address.value if address else None,
        **{name: value for name, (_, value) in kept.items()},
    )
    facts = [place for fact in (ip, email, address) if fact for place in fact.sources]
    metadata = [case.of_charge(f"metadata.{key}") for key, _ in kept.values()]
    return _told(case.identifiers, at_stripe, (*facts, *metadata))


def _of_earlier(earlier: EarlierCharge, case: Case) -> _Known:
    given = [one for one in case.given(IdentifiersContent) if one.content.charge_id == earlier.id]
    at_stripe = Ce3Transaction(
        purchase_ip=earlier.purchase_ip,
        device_fingerprint=earlier.device_fingerprint,
        device_id=earlier.device_id,
        account_id=earlier.account_id,
        email=earlier.billing.email,
        shipping_address=earlier.shipping.address if earlier.shipping else None,
    )
    return _told(given, at_stripe, (_place(earlier, "billing_details, shipping, metadata"),))


def _told(
    given: Sequence[Given[IdentifiersContent]], at_stripe: Ce3Transaction, sources: tuple[Source, ...]
) -> _Known:
    """The merchant's word before Stripe's, as in what is sent to Visa."""
    supplied = [
        Ce3Transaction(**{name: getattr(one.content, name) for name in _IDENTIFIERS})
        for one in reversed(given)
    ]
    return _Known(merged(*supplied, at_stripe), (*sources, *(one.source("identifiers") for one in given)))


def _shared(case: Case, history: _History) -> Statement:
    """Addresses of homes and devices are named, not spelled out: they stand in the exhibits."""
    mine = _of_the_sale(case)
    words = [_named(name, mine.transaction) for name in history.common]
    text = f"Both of these charges share {listed(words)} with the disputed charge."
    theirs = (source for one in history.priors for source in _of_earlier(one, case).sources)
    return said(text, *mine.sources, *theirs, exhibits=(HISTORY,))


def _named(name: str, mine: Ce3Transaction) -> str:
    value = getattr(mine, name) if name in _SPELLED_OUT else None
    return f"the {_WORDS[name]} {value}" if value else f"the {_WORDS[name]}"


def _row(earlier: EarlierCharge, case: Case) -> tuple[str, ...]:
    common = shared(_of_the_sale(case).transaction, _of_earlier(earlier, case).transaction)
    same = [*(["card"] if earlier.same_card else []), *(_WORDS[name] for name in common)]
    return (
        earlier.id,
        day_in_table(earlier.created),
        str(earlier.amount),
        one_line(earlier.description or "") if says_what(earlier.description) else "",
        listed(same),
    )


def _place(earlier: EarlierCharge, part: str) -> Source:
    return stripe(f"charge {earlier.id}, {part}")
