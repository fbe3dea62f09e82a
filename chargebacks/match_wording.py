"""A match in sentences: why this charge, why not the runner-up, what would have settled it."""

from chargebacks.ladder import Contender
from chargebacks.linkage import Agreement
from chargebacks.scene import MatchRules
from chargebacks.wording import in_words, listed

_WORDS = {
    "stripe_id": "Stripe id",
    "order_id": "order id",
    "network_transaction_id": "network transaction id",
    "auth_code": "auth code",
    "last4": "last 4 digits",
    "bin": "BIN",
    "brand": "brand",
    "amount": "amount",
    "date": "date",
    "descriptor": "descriptor",
    "three_d_secure": "3-D Secure",
    "status": "status",
}
_WOULD_SETTLE = ("network_transaction_id", "auth_code", "last4", "amount", "date")


def explain(
    ranked: tuple[Contender, ...],
    *,
    objections: tuple[str, ...],
    found: bool,
    rules: MatchRules,
    missing: tuple[str, ...],
) -> str:
    """Sentences for the analyst. `ranked` is best first."""
    if not ranked:
        return "No charge of this account shares an identifier with the alert."
    best, *others = ranked
    if not found:
        return (
            f"None of {len(ranked)} candidates fits: the best, {_named(best)}, scores {best.score:.1f} of the "
            f"{rules.review_score:.1f} that make it worth a look{_against(best)}."
        )
    second = _second(best, others[0]) if others else "No other charge shares an identifier with the alert."
    if not objections:
        return f"{_named(best)} is meant: {_for(best)} (score {best.score:.1f}). {second}"
    reasons = listed(objections[:4])
    return (
        f"A person must decide: {reasons}. Best is {_named(best)}: {_for(best)}{_against(best)} "
        f"(score {best.score:.1f}). {second}{_would_settle(missing)}"
    )


def _named(contender: Contender) -> str:
    charge = contender.charge
    return f"{charge.id} ({charge.amount}, {charge.created:%Y-%m-%d %H:%M} UTC)"


def _for(contender: Contender) -> str:
    words = _keys(contender, Agreement.AGREES)
    return (
        f"{listed(words)} {'agree' if len(words) > 1 else 'agrees'}" if words else "nothing agrees outright"
    )


def _against(contender: Contender) -> str:
    words = _keys(contender, Agreement.DIFFERS, Agreement.NEAR)
    return f"; not in full agreement: {listed(words)}" if words else ""


def _keys(contender: Contender, *agreements: Agreement) -> list[str]:
    found = [one for one in contender.evidence if one.agreement in agreements and one.key in _WORDS]
    shown_note = agreements != (Agreement.AGREES,)
    return [
        f"{_WORDS[one.key]} ({one.note})" if one.note and shown_note else _WORDS[one.key] for one in found
    ]


def _second(best: Contender, second: Contender) -> str:
    apart = in_words(second.charge.created - best.charge.created)
    return (
        f"Second best is {_named(second)}, {apart} from the best, refused: {_for(second)}{_against(second)} "
        f"(score {second.score:.1f})."
    )


def _would_settle(missing: tuple[str, ...]) -> str:
    words = [_WORDS[key] for key in _WOULD_SETTLE if key in missing]
    return f" What the alert lacks and could have settled it: {listed(words, 'or')}." if words else ""
