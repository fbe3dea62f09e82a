"""Visa Compelling Evidence 3.0: the two earlier undisputed charges of the same person, if there are two.

https://docs.stripe.com/disputes/api/visa-ce3. What Stripe has filled in by itself is never replaced: its earlier
charges are kept and only completed, its values stand before ours. Nothing is guessed: a charge without a description
of its own lacks one.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from chargebacks.ce3_identifiers import elements, shared, suffices
from chargebacks.ce3_values import Ce3Filled, Ce3Finding, Ce3Payload, Ce3Transaction, merged
from chargebacks.dossier import Dossier, EarlierCharge
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import EvidenceItem, FactsContent, IdentifiersContent, TextContent
from chargebacks.product_types import product_type_of
from chargebacks.wording import listed

NETWORK, CODE = "visa", "10.4"
YOUNGEST, OLDEST = timedelta(days=120), timedelta(days=364)
"""How long before the disputed charge an earlier one must lie, both included. Other pages say 365 days; what lies
within 364 qualifies by all of them. As time that has passed, so that it holds in every time zone."""

METADATA_KEYS: dict[str, tuple[str, ...]] = {
    "device_fingerprint": ("device_fingerprint", "customer_device_fingerprint"),
    "device_id": ("device_id", "customer_device_id"),
    "account_id": ("account_id", "customer_account_id"),
}
"""Identifier → keys under which merchants keep it in a charge's metadata, the first that is there. Stripe's customer id
is no account id: that is what the customer signs in with (https://docs.stripe.com/api/disputes/update)."""

_DIGITAL_OR_GOODS = (ProductType.PHYSICAL, ProductType.DIGITAL)
_SAYS_NOTHING = re.compile(r"(subscription (creation|update)|payment for invoice.*)?", re.IGNORECASE)
"""Descriptions that Stripe Billing gives charges by itself."""


class _Pair(NamedTuple):
    """Two earlier charges, the newer one first, with what they share with the disputed one and each other."""

    priors: tuple[Ce3Transaction, ...]
    matched: tuple[str, ...]
    kept: bool
    """Neither was refunded."""
    ages: tuple[float, ...]
    """Seconds before the disputed charge."""

    @property
    def undescribed(self) -> tuple[str, ...]:
        return tuple(one.charge or "" for one in self.priors if one.product_description is None)

    @property
    def rank(self) -> tuple[object, ...]:
        main, secondary = elements(self.matched)
        ids = tuple(one.charge or "" for one in self.priors)
        return (-main, -secondary, not self.kept, self.ages, ids)


def find_priors(dossier: Dossier, items: tuple[EvidenceItem, ...]) -> Ce3Finding:
    """The best two earlier charges with what is to be said of all three, or what is lacking.

    Best: most main elements shared, then most secondary ones, then not refunded, then newest, since a cardholder
    remembers those best. The order in which charges are listed does not matter.
    """
    dispute = dossier.dispute
    if dispute.network != NETWORK or dispute.network_reason_code != CODE:
        return Ce3Finding(why="Compelling Evidence 3.0 answers Visa disputes with code 10.4 only.")
    told, filled = _told(items, dossier.sale.charge.id), dossier.ce3_filled or Ce3Filled()
    disputed = _disputed(dossier, items, told, filled)
    pairs = list(_pairs(dossier, told, filled, disputed))
    if not pairs:
        return Ce3Finding(why=_too_few(dossier))
    matching = [pair for pair in pairs if suffices(pair.matched)]
    if not matching:
        return Ce3Finding(why=_unidentified(min(pairs, key=lambda pair: pair.rank), disputed))
    described = [pair for pair in matching if not pair.undescribed]
    best = min(described or matching, key=lambda pair: pair.rank)
    if disputed.product_description is None or best.undescribed:
        return Ce3Finding(why=_undescribed(best, disputed))
    return _found(best, disputed, filled, dossier, items)


def prior_candidates(dossier: Dossier) -> tuple[EarlierCharge, ...]:
    """Earlier charges that may be prior transactions by all rules but the identifiers, newest first."""
    sold_at, disputed = dossier.sale.charge.created, dossier.sale.charge.id
    unique = {one.id: one for one in dossier.earlier if one.id != disputed}
    fit = [one for one in unique.values() if _obstacle(one, sold_at) is None]
    return tuple(sorted(fit, key=lambda one: (sold_at - one.created, one.id)))


_OBSTACLES: tuple[tuple[str, Callable[[EarlierCharge, timedelta], bool]], ...] = (
    ("paid otherwise", lambda one, age: not one.same_card),
    ("not paid", lambda one, age: not one.paid),
    ("only a validation", lambda one, age: one.validation_only),
    ("disputed", lambda one, age: one.disputed),
    ("reported as fraud", lambda one, age: one.fraud_reported),
    ("too recent", lambda one, age: age < YOUNGEST),
    ("too old", lambda one, age: age > OLDEST),
)


def _obstacle(earlier: EarlierCharge, sold_at: datetime) -> str | None:
    """The first rule that the charge breaks, in words that follow a number."""
    age = sold_at - earlier.created
    return next((words for words, stands in _OBSTACLES if stands(earlier, age)), None)


def _pairs(
    dossier: Dossier, told: dict[str | None, Ce3Transaction], filled: Ce3Filled, disputed: Ce3Transaction
) -> Iterator[_Pair]:
    """Stripe's own pair alone where it has found one that still stands, else every two that may be used."""
    sold_at, earlier = dossier.sale.charge.created, {one.id: one for one in dossier.earlier}
    kept = [one for one in filled.priors if one.charge and not _is_spoilt(earlier.get(one.charge))]
    if len(kept) == 2:
        known = [merged(one, _prior(one.charge or "", earlier, told)) for one in kept]
        yield _Pair(priors=tuple(known), matched=shared(disputed, *known), kept=True, ages=())
        return
    for two in combinations(prior_candidates(dossier), 2):
        known = [_prior(one.id, earlier, told) for one in two]
        yield _Pair(
            priors=tuple(known),
            matched=shared(disputed, *known),
            kept=all(one.refunded_minor == 0 for one in two),
            ages=tuple((sold_at - one.created).total_seconds() for one in two),
        )


def _is_spoilt(earlier: EarlierCharge | None) -> bool:
    """Disputed or reported since Stripe chose it."""
    return earlier is not None and (earlier.disputed or earlier.fraud_reported)


def _prior(
    charge: str, earlier: dict[str, EarlierCharge], told: dict[str | None, Ce3Transaction]
) -> Ce3Transaction:
    supplied, one = told.get(charge, Ce3Transaction()), earlier.get(charge)
    if one is None:
        return merged(supplied, Ce3Transaction(charge=charge))
    at_stripe = Ce3Transaction(
        charge=charge,
        product_description=_description(one.description),
        purchase_ip=one.purchase_ip,
        device_fingerprint=one.device_fingerprint,
        device_id=one.device_id,
        account_id=one.account_id,
        email=one.billing.email,
        shipping_address=one.shipping.address if one.shipping else None,
    )
    return merged(supplied, at_stripe)


def _disputed(
    dossier: Dossier,
    items: tuple[EvidenceItem, ...],
    told: dict[str | None, Ce3Transaction],
    filled: Ce3Filled,
) -> Ce3Transaction:
    sale, customer = dossier.sale, dossier.customer
    metadata = {name: _first(sale.charge.metadata, keys) for name, keys in METADATA_KEYS.items()}
    invoiced = [line.description for line in dossier.invoice.lines] if dossier.invoice else []
    described = (
        *_supplied_descriptions(items),
        dossier.prefilled.get("product_description"),
        sale.description,
        listed([one for one in invoiced if one.strip()]),
    )
    at_stripe = Ce3Transaction(
        product_description=next((text for one in described if (text := _description(one))), None),
        purchase_ip=dossier.purchase_ip,
        device_fingerprint=metadata["device_fingerprint"],
        device_id=metadata["device_id"],
        account_id=metadata["account_id"],
        email=sale.billing.email or sale.receipt_email or (customer.party.email if customer else None),
        shipping_address=sale.shipment.to.address if sale.shipment else None,
    )
    return merged(filled.disputed, told.get(None, Ce3Transaction()), at_stripe)


def _told(items: tuple[EvidenceItem, ...], disputed: str) -> dict[str | None, Ce3Transaction]:
    """What was supplied of each charge; None: the disputed one. What came last corrects what came before."""
    told: dict[str | None, Ce3Transaction] = {}
    for item in items:
        if isinstance(item.content, IdentifiersContent):
            given = item.content
            charge = None if given.charge_id == disputed else given.charge_id
            said = given.model_dump(exclude={"type", "charge_id"}, exclude_none=True)
            told[charge] = merged(Ce3Transaction.model_validate(said), told.get(charge, Ce3Transaction()))
    return told


def _supplied_descriptions(items: tuple[EvidenceItem, ...]) -> Iterator[str]:
    for item in reversed(items):
        if isinstance(item.content, FactsContent) and item.content.product_description:
            yield item.content.product_description
        if isinstance(item.content, TextContent) and item.content.field == "product_description":
            yield item.content.text


def _found(
    pair: _Pair,
    disputed: Ce3Transaction,
    filled: Ce3Filled,
    dossier: Dossier,
    items: tuple[EvidenceItem, ...],
) -> Ce3Finding:
    priors = tuple(one.charge or "" for one in pair.priors)
    by_stripe = {one.charge: one for one in filled.priors}
    product_type = product_type_of(dossier, items, default=ProductType.SERVICE)
    payload = Ce3Payload(
        disputed=_said(disputed, pair.matched, filled.disputed),
        merchandise_or_services=filled.merchandise_or_services
        or ("merchandise" if product_type in _DIGITAL_OR_GOODS else "services"),
        priors=tuple(
            _said(one, pair.matched, by_stripe.get(one.charge, Ce3Transaction())) for one in pair.priors
        ),
    )
    why = f"{listed(priors)} qualify: same card, undisputed, same {_in_words(pair.matched)}."
    return Ce3Finding(payload=payload, matched=pair.matched, priors=priors, why=why)


def _said(one: Ce3Transaction, matched: tuple[str, ...], filled: Ce3Transaction) -> Ce3Transaction:
    """Only what proves something, and what Stripe has said already."""
    stays = {"charge", "product_description", *matched}
    stays.update(name for name, value in filled if value is not None)
    return Ce3Transaction(**{name: value for name, value in one if name in stays})


def _too_few(dossier: Dossier) -> str:
    sold_at = dossier.sale.charge.created
    broken = [_obstacle(one, sold_at) for one in dossier.earlier]
    tally = [f"{count} {words}" for words, _ in _OBSTACLES if (count := broken.count(words))]
    fit = len(prior_candidates(dossier))
    told = f" ({', '.join(tally)})" if tally else ""
    return (
        f"Two earlier charges of the same card are needed, undisputed and 120 to 364 days older; "
        f"{fit} of {len(dossier.earlier)} known to Stripe will do{told}."
    )


def _unidentified(pair: _Pair, disputed: Ce3Transaction) -> str:
    common = f"share only the {_in_words(pair.matched)}" if pair.matched else "share no identifier"
    unknown = "" if disputed.purchase_ip else " The purchase IP of the disputed charge is not known."
    return (
        f"The earlier charges qualify by card and age, but with the disputed one they {common}: the merchant's own "
        f"sources could supply purchase IP, device, e-mail, account id or shipping address of all three.{unknown}"
    )


def _undescribed(pair: _Pair, disputed: Ce3Transaction) -> str:
    lacking = [] if disputed.product_description else ["the disputed charge"]
    return (
        f"Two earlier charges qualify, but a product description is lacking for "
        f"{listed([*lacking, *pair.undescribed])}: a person or the merchant's own sources could supply it."
    )


def _in_words(matched: tuple[str, ...]) -> str:
    words = {"purchase_ip": "purchase IP", "email": "e-mail address", "account_id": "account id"}
    return listed([words.get(name, name.replace("_", " ")) for name in matched])


def _description(text: str | None) -> str | None:
    """The text, or None where it says nothing of the product."""
    plain = (text or "").strip()
    return None if _SAYS_NOTHING.fullmatch(plain) else text


def _first(metadata: dict[str, str], keys: tuple[str, ...]) -> str | None:
    return next((metadata[key] for key in keys if metadata.get(key)), None)
