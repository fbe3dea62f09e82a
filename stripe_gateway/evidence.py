"""How evidence is said to Stripe: parameters of POST /v1/disputes/{id}.

https://docs.stripe.com/api/disputes/update, https://docs.stripe.com/disputes/api/visa-ce3. `submit` is true when it
is left out, and there is one submission: every body made here says it.
"""

from collections.abc import Mapping

from chargebacks.compelling_evidence import Ce3Payload, Ce3Transaction
from chargebacks.disputes import CE3, SubmissionMethod
from chargebacks.evidence_items import Address

Body = dict[str, object]


def intention(method: SubmissionMethod) -> Body:
    """Who is to file."""
    return {"intended_submission_method": method.value, "submit": False}


def staging(fields: Mapping[str, str], ce3: Ce3Payload | None) -> Body:
    """What is to be kept. Fields that are not named stay as they are, an empty text clears one."""
    evidence: Body = dict(fields)
    if ce3 is not None:
        evidence["enhanced_evidence"] = {CE3: _compelling(ce3)}
    return {"evidence": evidence, "submit": False}


def submission(*, fee_acknowledged: str | None) -> Body:
    """File what is kept. `fee_acknowledged`: the compliance regime whose network fee is accepted
    (https://docs.stripe.com/disputes/api/visa-compliance)."""
    if fee_acknowledged is None:
        return {"submit": True}
    regime = {fee_acknowledged: {"fee_acknowledged": True}}
    return {"evidence": {"enhanced_evidence": regime}, "submit": True}


def appeal(*, reason: str, files: tuple[str, ...]) -> Body:
    """File an appeal
    (https://docs.stripe.com/changelog/endive/2026-10-28/evidence-submission-appeal-dispute-decisions)."""
    card: Body = {"reason_for_filing": reason}
    if files:
        card["supporting_files"] = list(files)
    return {"evidence": {"appeal": {"card": card}}, "submit": True}


def _compelling(ce3: Ce3Payload) -> Body:
    disputed = _transaction(ce3.disputed) | {"merchandise_or_services": ce3.merchandise_or_services}
    priors = [_transaction(prior) for prior in ce3.priors]
    return {"disputed_transaction": disputed, "prior_undisputed_transactions": priors}


def _transaction(one: Ce3Transaction) -> Body:
    """What is not known is left out, so that what Stripe has filled in stays."""
    said = {
        "charge": one.charge,
        "customer_account_id": one.account_id,
        "customer_device_fingerprint": one.device_fingerprint,
        "customer_device_id": one.device_id,
        "customer_email_address": one.email,
        "customer_purchase_ip": one.purchase_ip,
        "product_description": one.product_description,
        "shipping_address": _address(one.shipping_address),
    }
    return {name: value for name, value in said.items() if value}


def _address(address: Address | None) -> Body:
    return {} if address is None else address.model_dump(exclude_none=True)
