"""Which charge an alert is about: probabilistic record linkage with an explanation.

`linkage` weighs each identifier, `ladder` says which sets of identifiers suffice, and here the best candidate must
also be clear of every other one. In doubt the verdict is AMBIGUOUS: refunding the wrong customer costs more than
asking a person.
"""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from chargebacks.alerts import Alert
from chargebacks.amounts import sale_amount
from chargebacks.charges import ChargeSnapshot, SnapshotOrigin
from chargebacks.ladder import Contender, Rung, contend, is_failed_attempt
from chargebacks.linkage import Agreement, KeyEvidence
from chargebacks.match_wording import explain
from chargebacks.money import Money
from chargebacks.scene import Commonness, MatchRules, Scene, missing_identifiers, scene_of
from chargebacks.values import Instant, Value

__all__ = [
    "Agreement",
    "Candidates",
    "Commonness",
    "KeyEvidence",
    "Match",
    "MatchRules",
    "MatchVerdict",
    "RankedCandidate",
    "match",
    "sale_amount",
]

_MOST_SHOWN = 5
_UNIQUE_BY_ITSELF = (Rung.NAMED, Rung.NETWORK_ID)


class MatchVerdict(StrEnum):
    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not_found"


class RankedCandidate(Value):
    """One charge that may be meant, for a person to compare."""

    charge_id: str
    amount: Money
    created: Instant
    last4: str | None = None
    brand: str | None = None
    descriptor: str | None = None
    customer: str | None = None
    refunded_minor: int = 0
    score: float
    evidence: tuple[KeyEvidence, ...]


class Candidates(Value):
    """What the index or Stripe offered for an alert. `complete` is False when a list was cut short."""

    charges: tuple[ChargeSnapshot, ...] = ()
    commonness: Commonness = Commonness()
    complete: bool = True


class Match(Value):
    """The verdict with everything that led to it. `charge` is set only when `verdict` is MATCHED."""

    verdict: MatchVerdict
    charge: ChargeSnapshot | None = None
    candidates: tuple[RankedCandidate, ...] = ()
    """Best first, at most five."""
    missing: tuple[str, ...] = ()
    """Identifiers the alert did not carry."""
    explanation: str
    """Sentences for the analyst: why this one, why not the runner-up, what would have settled it."""


def match(alert: Alert, candidates: Candidates, rules: MatchRules) -> Match:
    """Judge the candidates. The order in which they are given does not matter.

    MATCHED needs all of: a score of at least `accept_score`, a lead of `clear_margin` over every other candidate, a
    rung of the ladder, no contradiction, dates that tell look-alikes apart, and a complete list of candidates unless
    an identifier that is unique by itself agrees.
    """
    scene = scene_of(alert, rules, candidates.commonness)
    charges = _distinct(candidates.charges, livemode=alert.livemode)
    ranked = _ranked(tuple(contend(scene, charge) for charge in charges))
    objections = tuple(_objections(scene, ranked, complete=candidates.complete)) if ranked else ()
    verdict = _verdict(ranked, objections, rules)
    missing = missing_identifiers(scene)
    return Match(
        verdict=verdict,
        charge=ranked[0].charge if verdict is MatchVerdict.MATCHED else None,
        candidates=tuple(_shown(contender) for contender in ranked[:_MOST_SHOWN]),
        missing=missing,
        explanation=explain(
            ranked,
            objections=objections,
            found=verdict is not MatchVerdict.NOT_FOUND,
            rules=rules,
            missing=missing,
        ),
    )


def _verdict(ranked: tuple[Contender, ...], objections: tuple[str, ...], rules: MatchRules) -> MatchVerdict:
    if not ranked or ranked[0].score < rules.review_score:
        return MatchVerdict.NOT_FOUND
    return MatchVerdict.AMBIGUOUS if objections else MatchVerdict.MATCHED


def _objections(scene: Scene, ranked: tuple[Contender, ...], *, complete: bool) -> Iterator[str]:
    """Why the best candidate must not be acted on without a person, in words."""
    best, rules = ranked[0], scene.rules
    if best.score < rules.accept_score:
        yield f"{best.charge.id} scores {best.score:.1f}, below the {rules.accept_score:.1f} needed to act"
    if best.rung is None:
        yield f"no sufficient set of identifiers agrees with {best.charge.id}"
    yield from best.contradictions
    if not complete and best.rung not in _UNIQUE_BY_ITSELF:
        yield "the list of candidates was cut short, so another one may fit as well"
    rivals = (other for other in ranked[1:] if not other.impossible and not is_failed_attempt(other, ranked))
    for rival in rivals:
        if (objection := _rivalry(scene, best, rival)) is not None:
            yield objection


def _rivalry(scene: Scene, best: Contender, rival: Contender) -> str | None:
    margin = scene.rules.clear_margin
    if best.score - rival.score < margin:
        return f"{rival.charge.id} fits almost as well"
    told_by_dates = _dates_tell(scene, best, rival)
    if _alike(best, rival, margin) and not told_by_dates:
        return f"{rival.charge.id} looks the same, and the dates are too close to tell them apart"
    same_rung = best.rung is not None and rival.rung is not None and rival.rung <= best.rung
    if same_rung and not told_by_dates:
        return f"{rival.charge.id} agrees on an equally strong set of identifiers"
    return None


def _alike(best: Contender, rival: Contender, margin: float) -> bool:
    """Two sales of one amount that nothing but the date tells apart, such as renewals."""
    lead_without_dates = best.score - best.weight_of("date") - (rival.score - rival.weight_of("date"))
    return rival.fit is best.fit and lead_without_dates < margin


def _dates_tell(scene: Scene, best: Contender, rival: Contender) -> bool:
    """The rival lies further from anything that the alert's date can mean, by at least the gap."""
    if scene.span is None:
        return False
    gap = scene.span.distance(rival.charge.created) - scene.span.distance(best.charge.created)
    return gap >= timedelta(days=scene.rules.renewal_gap_days)


def _ranked(contenders: tuple[Contender, ...]) -> tuple[Contender, ...]:
    """Best first; failed attempts behind what was paid; the id settles ties so that the order given does not."""
    return tuple(
        sorted(
            contenders,
            key=lambda one: (one.impossible, is_failed_attempt(one, contenders), -one.score, one.charge.id),
        )
    )


def _distinct(charges: tuple[ChargeSnapshot, ...], *, livemode: bool | None) -> list[ChargeSnapshot]:
    """Each charge once, as last read; none of the other mode where the alert states its own."""
    latest: dict[str, ChargeSnapshot] = {}
    for charge in charges:
        known = latest.get(charge.id)
        if livemode in (None, charge.livemode) and (known is None or _freshness(charge) > _freshness(known)):
            latest[charge.id] = charge
    return list(latest.values())


def _freshness(charge: ChargeSnapshot) -> tuple[Instant, bool, str]:
    return charge.as_of, charge.origin is SnapshotOrigin.STRIPE, charge.model_dump_json()


def _shown(contender: Contender) -> RankedCandidate:
    charge = contender.charge
    return RankedCandidate(
        charge_id=charge.id,
        amount=charge.amount,
        created=charge.created,
        last4=charge.last4,
        brand=charge.brand,
        descriptor=charge.descriptor,
        customer=charge.customer,
        refunded_minor=charge.refunded_minor,
        score=contender.score,
        evidence=tuple(
            KeyEvidence(
                key=found.key, agreement=found.agreement, weight=round(found.weight, 2), note=found.note
            )
            for found in contender.evidence
        ),
    )
