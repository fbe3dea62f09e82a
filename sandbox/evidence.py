"""A dispute's evidence: which fields there are, how an update merges with what is staged, and the limits.

https://docs.stripe.com/api/disputes/update, https://docs.stripe.com/disputes/best-practices
"""

from copy import deepcopy
from typing import Any

from sandbox import compelling_evidence
from sandbox.errors import ApiError, resource_missing
from sandbox.parameters import Kind, Values, flag, hash_of, list_of, text
from sandbox.state import Account
from sandbox.tables import Object

LONG_TEXTS = (
    "access_activity_log", "cancellation_policy_disclosure", "cancellation_rebuttal",
    "duplicate_charge_explanation", "product_description", "refund_policy_disclosure",
    "refund_refusal_explanation", "uncategorized_text",
)  # fmt: skip
SHORT_TEXTS = (
    "billing_address", "customer_email_address", "customer_name", "customer_purchase_ip",
    "duplicate_charge_id", "service_date", "shipping_address", "shipping_carrier", "shipping_date",
    "shipping_tracking_number",
)  # fmt: skip
FILES = (
    "cancellation_policy", "customer_communication", "customer_signature", "duplicate_charge_documentation",
    "receipt", "refund_policy", "service_documentation", "shipping_documentation", "uncategorized_file",
)  # fmt: skip
LONGEST_LONG_TEXT, LONGEST_SHORT_TEXT, LONGEST_IN_ALL = 20_000, 5_000, 150_000
LARGEST_IN_ALL = 4_750_000
"""Bytes over all file fields, a file on two fields counted twice; Stripe's message speaks of 5 MB."""
COMPLIANCE = ("visa_compliance", "mastercard_compliance")
INELIGIBLE = {
    "visa_compelling_evidence_3": "Visa Compelling Evidence 3.0",
    "visa_compliance": "Visa compliance",
    "mastercard_compliance": "Mastercard compliance",
}

APPEAL: Kind = hash_of(
    unset=True,
    card=hash_of(
        unset=True,
        reason_for_filing=text(longest=LONGEST_LONG_TEXT, unset=True),
        supporting_files=list_of(text()),
    ),
)
ENHANCED: Kind = hash_of(
    dict.fromkeys(COMPLIANCE, hash_of(fee_acknowledged=flag())),
    unset=True,
    visa_compelling_evidence_3=compelling_evidence.PARAMETER,
)
PARAMETER: Kind = hash_of(
    dict.fromkeys(LONG_TEXTS, text(longest=LONGEST_LONG_TEXT, unset=True)),
    dict.fromkeys(SHORT_TEXTS, text(longest=LONGEST_SHORT_TEXT, unset=True)),
    dict.fromkeys(FILES, text(unset=True)),
    appeal=APPEAL,
    enhanced_evidence=ENHANCED,
)


def none_yet() -> Object:
    """Evidence as it is on a new dispute."""
    return dict.fromkeys(sorted((*LONG_TEXTS, *SHORT_TEXTS, *FILES))) | {
        "appeal": None,
        "enhanced_evidence": {},
    }


def is_staged(evidence: Object) -> bool:
    return any(evidence.values())


def merged(account: Account, dispute: Object, given: Values) -> Object:
    """The evidence after an update, or a refusal of all of it."""
    evidence: Object = deepcopy(dispute["evidence"])
    for name, value in given.items():
        if name == "enhanced_evidence":
            evidence[name] = _enhanced(account, dispute, evidence[name], value)
        elif name == "appeal":
            evidence[name] = _appeal(account, evidence[name], value)
        else:
            evidence[name] = value
    for name in FILES:
        if given.get(name) is not None:
            _document(account, given[name], param=f"evidence[{name}]")
    _check_limits(account, evidence)
    return evidence


def files_of(account: Account, evidence: Object) -> list[tuple[str, Object]]:
    """Every field that names a file, with the file."""
    named = [(name, evidence[name]) for name in FILES if evidence[name] is not None]
    card = (evidence["appeal"] or {}).get("card") or {}
    named += [
        (f"appeal.card.supporting_files[{n}]", id) for n, id in enumerate(card.get("supporting_files", ()))
    ]
    return [(name, account.tables["files"].peek(id)) for name, id in named]


def texts_of(evidence: Object) -> str:
    """What a verdict may be read from."""
    card = (evidence["appeal"] or {}).get("card") or {}
    return f"{evidence['uncategorized_text'] or ''} {card.get('reason_for_filing') or ''}"


def _check_limits(account: Account, evidence: Object) -> None:
    characters = sum(len(evidence[name] or "") for name in (*LONG_TEXTS, *SHORT_TEXTS))
    if characters > LONGEST_IN_ALL:
        message = f"The combined character count of the evidence is {characters}; it must be at most {LONGEST_IN_ALL}."
        raise ApiError(400, message, param="evidence")
    size = sum(file["size"] for name, file in files_of(account, evidence) if name in FILES)
    if size > LARGEST_IN_ALL:
        message = (
            "The evidence files are over the 5 MB maximum: together they will exceed the limit for a dispute's "
            "total size."
        )
        raise ApiError(400, message, param="evidence")


def _document(account: Account, id: str, *, param: str) -> Object:
    """A file of this account that was uploaded as dispute evidence."""
    rows = account.tables["files"]
    if id not in rows:
        raise resource_missing("file upload", id, param=param, status=400)
    file = rows.peek(id)
    if file["purpose"] != "dispute_evidence":
        message = f"The file {id} has the purpose '{file['purpose']}', it must have 'dispute_evidence'."
        raise ApiError(400, message, param=param)
    return file


def _appeal(account: Account, staged: Object | None, given: Values | None) -> Object | None:
    if given is None or given.get("card", {}) is None:
        return None
    card = {"reason_for_filing": None, "supporting_files": []} | ((staged or {}).get("card") or {})
    card |= given.get("card", {})
    for index, id in enumerate(card["supporting_files"]):
        _document(account, id, param=f"evidence[appeal][card][supporting_files][{index}]")
    return {"card": card}


def _enhanced(account: Account, dispute: Object, staged: Object, given: Values | None) -> Object:
    if given is None:
        return {}
    evidence: dict[str, Any] = dict(staged)
    for type, value in given.items():
        if type not in dispute["enhanced_eligibility_types"]:
            message = f"The dispute {dispute['id']} is not eligible for {INELIGIBLE[type]}."
            raise ApiError(400, message, param=f"evidence[enhanced_evidence][{type}]")
        if type in COMPLIANCE:
            evidence[type] = {"fee_acknowledged": value.get("fee_acknowledged", False)}
        else:
            evidence[type] = compelling_evidence.merged(account, staged.get(type), value)
    return evidence
