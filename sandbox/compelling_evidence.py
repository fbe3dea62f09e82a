"""Visa Compelling Evidence 3.0: two earlier payments that show the cardholder knows the shop.

https://docs.stripe.com/disputes/api/visa-ce3
"""

from copy import deepcopy
from typing import Any

from sandbox.errors import ApiError, refused_parameter, resource_missing
from sandbox.parameters import ADDRESS_FIELDS, Kind, Values, hash_of, list_of, text
from sandbox.state import Account
from sandbox.tables import Object

TYPE = "visa_compelling_evidence_3"
PRIOR_CHARGES = 2
FIRST_DAY, LAST_DAY = 120, 364
"""How many days before the disputed payment an earlier one must lie; some pages of Stripe's say 365."""
DAY = 86_400
SHORTEST = {"customer_device_fingerprint": 20, "customer_device_id": 15}


def _identifier(name: str) -> Kind:
    plain, shortest = text(unset=True), SHORTEST.get(name, 0)

    def read(value: Any, full_name: str) -> Any:
        string = plain(value, full_name)
        if string is not None and len(string) < shortest:
            message = f"Invalid {name}: must be at least {shortest} characters."
            raise refused_parameter(message, param=full_name)
        return string

    return read


IDENTIFIERS = (
    "customer_account_id", "customer_device_fingerprint", "customer_device_id", "customer_email_address",
    "customer_purchase_ip",
)  # fmt: skip
_TRANSACTION: dict[str, Kind] = {name: _identifier(name) for name in IDENTIFIERS} | {
    "product_description": text(unset=True),
    "shipping_address": hash_of(dict.fromkeys(ADDRESS_FIELDS, text(unset=True))),
}
PARAMETER: Kind = hash_of(
    disputed_transaction=hash_of(
        _TRANSACTION, merchandise_or_services=text("merchandise", "services", unset=True)
    ),
    prior_undisputed_transactions=list_of(hash_of(_TRANSACTION, required=("charge",), charge=text())),
)
_UNTOLD = dict.fromkeys((*IDENTIFIERS, "product_description", "shipping_address"))


def merged(account: Account, staged: Object | None, given: Values) -> Object:
    """The payload after an update: the disputed payment field by field, the earlier ones as a whole."""
    payload = deepcopy(staged) or {"disputed_transaction": None, "prior_undisputed_transactions": []}
    if "disputed_transaction" in given:
        known = payload["disputed_transaction"] or _UNTOLD | {"merchandise_or_services": None}
        payload["disputed_transaction"] = known | _told(given["disputed_transaction"])
    if "prior_undisputed_transactions" in given:
        priors = given["prior_undisputed_transactions"]
        param = "evidence[enhanced_evidence][visa_compelling_evidence_3][prior_undisputed_transactions]"
        if len(priors) != PRIOR_CHARGES:
            raise ApiError(400, f"{param} must hold exactly {PRIOR_CHARGES} transactions.", param=param)
        for index, prior in enumerate(priors):
            if prior["charge"] not in account.tables["charges"]:
                where = f"{param}[{index}][charge]"
                raise resource_missing("charge", prior["charge"], param=where, status=400)
        payload["prior_undisputed_transactions"] = [_UNTOLD | _told(prior) for prior in priors]
    return payload


def _told(given: Values) -> Values:
    if given.get("shipping_address") is None:
        return given
    return given | {"shipping_address": dict.fromkeys(ADDRESS_FIELDS) | given["shipping_address"]}


def missing(account: Account, dispute: Object, *, strict: bool) -> list[str]:
    """The required actions that are left, in Stripe's words; none left means that the dispute qualifies."""
    payload = dispute["evidence"]["enhanced_evidence"].get(TYPE) or {}
    disputed = payload.get("disputed_transaction") or {}
    priors = payload.get("prior_undisputed_transactions") or []
    actions = {
        "missing_customer_identifiers": not _identify([disputed, *priors]),
        "missing_disputed_transaction_description": not disputed.get("product_description"),
        "missing_merchandise_or_services": not disputed.get("merchandise_or_services"),
        "missing_prior_undisputed_transaction_description": not priors
        or not all(prior["product_description"] for prior in priors),
        "missing_prior_undisputed_transactions": not _prove(account, dispute, priors, strict=strict),
    }
    return [name for name, due in actions.items() if due]


def assessment(account: Account, dispute: Object, *, strict: bool, submitted: bool) -> Object:
    """`enhanced_eligibility.visa_compelling_evidence_3`: what is missing after the submission stays missing."""
    actions = missing(account, dispute, strict=strict)
    status = "qualified" if not actions else "not_qualified" if submitted else "requires_action"
    return {"required_actions": [] if status == "not_qualified" else actions, "status": status}


def _identify(transactions: list[Object]) -> bool:
    """Whether all three payments share two main identifiers, or a main and a secondary one.

    Device fingerprint and device id are one main identifier, the address of purchase (IP) is the other.
    """
    if len(transactions) != 1 + PRIOR_CHARGES:
        return False

    def shared(name: str) -> bool:
        values = [transaction.get(name) for transaction in transactions]
        return values[0] is not None and all(value == values[0] for value in values)

    address = transactions[0].get("shipping_address")
    whole_address = address is not None and all(address.values()) and shared("shipping_address")
    main = shared("customer_purchase_ip") + (
        shared("customer_device_fingerprint") or shared("customer_device_id")
    )
    secondary = whole_address or shared("customer_email_address") or shared("customer_account_id")
    return main == 2 or (main == 1 and secondary)


def _prove(account: Account, dispute: Object, priors: list[Object], *, strict: bool) -> bool:
    """Whether the two earlier payments may be used. Stripe's test mode takes any two."""
    ids = {prior["charge"] for prior in priors}
    if len(ids) != PRIOR_CHARGES:
        return False
    charges = account.tables["charges"]
    disputed = charges.peek(dispute["charge"])
    return not strict or all(_is_proof(account, charges.peek(id), disputed) for id in ids)


def _is_proof(account: Account, prior: Object, disputed: Object) -> bool:
    def fingerprint(charge: Object) -> Any:
        return charge["payment_method_details"]["card"]["fingerprint"]

    days = (disputed["created"] - prior["created"]) / DAY
    reported = account.tables["early_fraud_warnings"].entries({"charge": prior["id"]})
    return (
        FIRST_DAY <= days < LAST_DAY + 1
        and fingerprint(prior) == fingerprint(disputed)
        and prior["paid"]
        and prior["captured"]
        and not prior["disputed"]
        and not reported
    )
