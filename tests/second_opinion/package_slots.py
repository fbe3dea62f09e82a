"""What a filed packet says, in the slots of `disputeguard`, and a judge that reads them by plain rules."""

import re

from disputeguard import Criterion, CriterionStatus, JudgeResult
from pdf_looks import words

from chargebacks.packet import BuiltPacket

_DAY = r"\d{1,2} \w{3,9} \d{4}"
_FROM_A_TEXT_FIELD = {
    "13.3": {"listing_evidence": "product_description", "policy_disclosure": "refund_policy_disclosure"},
    "13.6": {
        "policy_disclosure": "refund_policy_disclosure",
        "refund_evidence": "refund_refusal_explanation",
    },
    "12.6.1": {"transaction_distinction": "duplicate_charge_explanation"},
    "13.7": {
        "policy_disclosure": "cancellation_policy_disclosure",
        "cancellation_evidence": "refund_refusal_explanation",
    },
}
_FROM_AN_EXHIBIT = {
    "10.4": {"customer_history": "Earlier charges of the same customer"},
    "13.1": {
        "proof_of_delivery": "Delivery",
        "customer_communication": "Correspondence with the customer",
    },
    "13.6": {"refund_evidence": "Proof of refund"},
}
_FROM_THE_LETTER = {"10.4": {"avs_match": "(AVS)", "cvv_match": "(CVC)"}}


def slots_of(code: str, built: BuiltPacket) -> dict[str, str]:
    """The package's slots, filled from the bytes of the files and the text fields as they go to Stripe."""
    shown = exhibits_in(built)
    slots = {slot: built.texts.get(field, "") for slot, field in _FROM_A_TEXT_FIELD.get(code, {}).items()}
    for slot, title in _FROM_AN_EXHIBIT.get(code, {}).items():
        slots[slot] = shown.get(title) or slots.get(slot, "")
    for slot, mark in _FROM_THE_LETTER.get(code, {}).items():
        said = built.texts["uncategorized_text"].split("\n")
        slots[slot] = next((sentence for sentence in said if mark in sentence), "")
    return slots


def exhibits_in(built: BuiltPacket) -> dict[str, str]:
    """Title → everything that the filed PDFs show under it."""
    whole = "\n".join(words(file.content) for file in built.files)
    listed = dict.fromkeys(built.manifest.exhibits)
    found = re.split(r"Exhibit \d+ · (?!page)", whole)[1:]
    return {title: part for part in found for title in listed if part.startswith(title)}


_MET_BY = {
    "AVS match": (r"issuer confirmed", r"street address \(AVS\)", r"postal code \(AVS\)"),
    "CVV match": (r"issuer confirmed", r"security code \(CVC\)"),
    "Customer purchase history": (r"ch_150 .*ch_200 ", r"e-mail address"),
    "Proof of delivery": (rf"Delivered {_DAY}", r"Delivered to .+ \d{5}"),
    "Customer communication": (r"from \S+@\S+", r"arrived|received"),
    "Product description match": (r"\w+ boots, size \d+",),
    "Return policy disclosure": (r"saw or accepted .* here: \w+", r"not taken back"),
    "Refund policy disclosure": (r"saw or accepted .* here: \w+", r"not taken back"),
    "Proof no refund was owed, or refund already issued": (rf"re_\w+ [\d.]+ USD {_DAY}|came back", _DAY),
    "Distinct transaction evidence": (r"ch_1 .*ch_other", r"size 42.*size 41", rf"{_DAY}.*{_DAY}"),
    "Cancellation policy disclosure": (r"saw or accepted .* here: \w+", r"less than seven days before"),
    "Proof of non-cancellation or valid fee": (rf"given up on {_DAY}", r"one day before"),
}
"""Criterion → what must stand in its slot."""


class PlainRules:
    """Implements `disputeguard.providers.Provider` without a model: the same text has the same verdict."""

    def judge(self, criterion: Criterion, evidence_text: str) -> JudgeResult:
        wanted = _MET_BY[criterion.name]
        lacking = [rule for rule in wanted if not re.search(rule, evidence_text, re.DOTALL)]
        some = CriterionStatus.PARTIAL if len(lacking) < len(wanted) else CriterionStatus.MISSING
        status = some if lacking else CriterionStatus.MET
        return JudgeResult(status=status, reasoning=f"lacks {lacking}" if lacking else "All of it is there.")

    async def ajudge(self, criterion: Criterion, evidence_text: str) -> JudgeResult:
        return self.judge(criterion, evidence_text)
