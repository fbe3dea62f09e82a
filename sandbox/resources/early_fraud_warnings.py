"""Early fraud warnings (TC40, SAFE). https://docs.stripe.com/api/radar/early_fraud_warnings"""

from sandbox.parameters import created_filter, text
from sandbox.resource import Resource
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

FRAUD_TYPES = (
    "card_never_received", "fraudulent_card_application", "made_with_counterfeit_card",
    "made_with_lost_card", "made_with_stolen_card", "misc", "unauthorized_use_of_card",
)  # fmt: skip

EARLY_FRAUD_WARNINGS = Resource(
    "radar.early_fraud_warning",
    table="early_fraud_warnings",
    prefixes=("issfr",),
    indexes=("charge", "payment_intent"),
    expandable=("charge", "payment_intent"),
    noun="early_fraud_warning",
)
EARLY_FRAUD_WARNINGS.retrieval("/v1/radar/early_fraud_warnings/{id}", permission="early_fraud_warning")
EARLY_FRAUD_WARNINGS.listing(
    "/v1/radar/early_fraud_warnings",
    permission="early_fraud_warning",
    charge=text(),
    payment_intent=text(),
    created=created_filter(),
)


def warn(
    sandbox: Sandbox, account: Account, charge: Object, *, fraud_type: str, created: int | None = None
) -> Object:
    """The issuer reports a charge as fraud."""
    warning = {
        "id": sandbox.ids.next("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": _is_actionable(charge),
        "charge": charge["id"],
        "created": created or sandbox.clock.now(),
        "fraud_type": fraud_type,
        "livemode": False,
    }
    if charge["payment_intent"] is not None:
        warning["payment_intent"] = charge["payment_intent"]
    EARLY_FRAUD_WARNINGS.rows(account).add(warning)
    sandbox.emit(account, "radar.early_fraud_warning.created", warning)
    return warning


def review(sandbox: Sandbox, account: Account, charge: Object) -> None:
    """Warnings on a charge stop being actionable once it is disputed or fully refunded."""
    rows = EARLY_FRAUD_WARNINGS.rows(account)
    for _, _, id in rows.entries({"charge": charge["id"]}):
        warning = rows.get(id)
        if warning is not None and warning["actionable"] and not _is_actionable(charge):
            warning["actionable"] = False
            previous = {"actionable": True}
            sandbox.emit(account, "radar.early_fraud_warning.updated", warning, previous=previous)


def _is_actionable(charge: Object) -> bool:
    return not charge["disputed"] and not charge["refunded"]
