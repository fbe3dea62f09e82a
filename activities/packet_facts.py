"""What a packet and a dispute say of a submission: pure, beside the activities that make it."""

import hashlib
from collections.abc import Collection, Mapping

from chargebacks.compelling_evidence import Ce3Payload
from chargebacks.dispute_case import FiledBy
from chargebacks.disputes import CE3, Dispute, text_mark
from chargebacks.errors import NeedsOperator
from chargebacks.evidence_fields import FILE_FIELDS
from chargebacks.evidence_items import EvidenceItem, Supplier
from chargebacks.packet import BuiltPacket, Manifest, ManifestEntry

CE3_FIELD = f"enhanced_evidence.{CE3}"


def filed_elsewhere(dispute: Dispute, *, before: int) -> FiledBy | None:
    """Who filed what we did not file; None when nobody did since Stripe's count stood at `before`."""
    if dispute.submission_count <= before and not dispute.under_review:
        return None
    # Of a later round `submission_method` tells nothing: it stays that of the first one.
    smart = before == 0 and dispute.submission_method == "smart_disputes"
    return FiledBy.SMART_DISPUTES if smart else FiledBy.ELSEWHERE


def was_submitted(dispute: Dispute) -> bool:
    """Stripe's word that the round's answer was taken; the count may lag behind the status."""
    return not dispute.awaits_answer and (dispute.submission_count > 0 or dispute.under_review)


def differing(wanted: Mapping[str, str], dispute: Dispute) -> tuple[str, ...]:
    """Fields that do not hold what is wanted; texts are compared by their marks, files by their ids."""
    return tuple(field for field, value in sorted(wanted.items()) if dispute.staged.get(field) != value)


def holds_appeal(dispute: Dispute, packet: BuiltPacket, file_ids: Mapping[str, str]) -> bool:
    """Whether the dispute's appeal is this packet: its text as the reason, and its files, which have no fields there.
    `file_ids`: sha256 → Stripe's id."""
    sent = dispute.staged.get("appeal.supporting_files", "")
    ours = {file_ids.get(hashlib.sha256(file.content).hexdigest()) for file in packet.files}
    said = dispute.staged.get("appeal.reason_for_filing")
    return (
        said == text_mark(packet.texts["uncategorized_text"]) and set(filter(None, sent.split(","))) == ours
    )


def beside(
    staged: Mapping[str, str], filled: Collection[str], prefilled: Mapping[str, str]
) -> dict[str, str]:
    """What takes back whatever stands in fields that the packet does not fill, an earlier packet's or somebody else's:
    field → what Stripe had filled in itself, else an empty text."""
    own = {name: value if name in FILE_FIELDS else text_mark(value) for name, value in prefilled.items()}
    return {
        field: prefilled.get(field, "")
        for field, value in sorted(staged.items())
        if field not in filled and not field.startswith("appeal.") and value != own.get(field)
    }


def shows_more_than(items: Collection[EvidenceItem], shown: Manifest) -> bool:
    """Whether the packet says or shows what is not among the evidence any more, such as another customer's document."""
    sources = [source for entry in shown.entries for source in entry.sources]
    supplied = {
        source.sha256 for source in sources if source.supplier is not Supplier.STRIPE and source.sha256
    }
    return not supplied <= {item.sha256 for item in items}


def completed(manifest: Manifest, ce3: Ce3Payload | None, *, findings: tuple[str, ...]) -> Manifest:
    """CE 3.0 is a part of what is filed, and what the composer found is told beside what the renderer found."""
    entries = manifest.entries
    if ce3 is not None:
        said = ce3.model_dump_json()
        digest = hashlib.sha256(said.encode()).hexdigest()
        entries = (*entries, ManifestEntry(field=CE3_FIELD, kind="text", sha256=digest, size=len(said)))
    return manifest.model_copy(update={"entries": entries, "findings": (*findings, *manifest.findings)})


def compliance_of(dispute: Dispute) -> str | None:
    """The regime whose fee is acknowledged with the submission; None outside compliance disputes.

    https://docs.stripe.com/disputes/api/visa-compliance, https://docs.stripe.com/disputes/api/mastercard-compliance
    """
    if not dispute.is_compliance:
        return None
    named = next((kind for kind in dispute.enhanced_types if kind.endswith("_compliance")), None)
    if named is None and dispute.network not in ("visa", "mastercard"):
        raise NeedsOperator(
            f"{dispute.id} is a compliance dispute of {dispute.network or 'an unknown network'}: "
            "file it in the Dashboard, then resume the case.",
            reason="compliance_unknown",
        )
    return named or f"{dispute.network}_compliance"
