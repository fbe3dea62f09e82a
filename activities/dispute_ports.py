"""What the dispute activities need of the outside, as Protocols. `worker.py` wires the real parts.

Every method raises a `chargebacks.errors.CaseError` for failures of the outside; anything else is a bug.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Protocol

from chargebacks.compelling_evidence import Ce3Payload
from chargebacks.disputes import Dispute, SubmissionMethod
from chargebacks.dossier import Dossier
from chargebacks.evidence_items import EvidenceItem, FileContent, Supply, SupplyRequest
from chargebacks.packet import BuiltPacket, Manifest, PacketDraft
from chargebacks.submissions import Submission


class DisputeGateway(Protocol):
    """Stripe, as far as disputes need it. Implemented by `stripe_gateway.gateway.Gateway`."""

    async def read_dispute(self, account: str, dispute_id: str) -> Dispute:
        """Refused("resource_missing") when there is none, Refused("livemode_mismatch") in the other mode."""
        ...

    async def read_dossier(self, account: str, dispute_id: str) -> Dossier:
        """Dispute, charge, customer, invoice with lines, subscription, reviews, warnings, earlier charges of the
        same card or customer. A missing permission for one of the extras leaves it out. `alert` stays None."""
        ...

    def disputes_created(self, account: str, *, since: datetime, until: datetime) -> AsyncIterator[Dispute]:
        """Every dispute created in [since, until), newest first, 100 per call."""
        ...

    async def set_submission_method(self, account: str, dispute_id: str, method: SubmissionMethod) -> Dispute:
        """Says who is to file, and nothing else: `submit` is false, no evidence is touched."""
        ...

    async def upload_evidence(
        self, account: str, *, name: str, content: bytes, media_type: str, idempotency_key: str
    ) -> str:
        """Purpose dispute_evidence; returns the file id. The same key and content give the same file."""
        ...

    async def stage_evidence(
        self, account: str, dispute_id: str, fields: Mapping[str, str], *, ce3: Ce3Payload | None = None
    ) -> Dispute:
        """Always with `submit` false. File fields carry file ids; an empty text clears a field.
        Refused("not_ce3_eligible") when Stripe no longer takes CE 3.0: nothing of the call is kept then."""
        ...

    async def submit_evidence(
        self, account: str, dispute_id: str, *, fee_acknowledged: str | None, idempotency_key: str
    ) -> Dispute:
        """Files what is staged: irrevocable. `fee_acknowledged` names visa_compliance or mastercard_compliance.
        Refused("dispute_closed") when Stripe takes no answer any more."""
        ...

    async def submit_appeal(
        self, account: str, dispute_id: str, *, reason: str, files: tuple[str, ...], idempotency_key: str
    ) -> Dispute:
        """Files `evidence.appeal.card`: irrevocable."""
        ...

    async def close_dispute(self, account: str, dispute_id: str, *, idempotency_key: str) -> Dispute:
        """Accepts the dispute: `lost`, irrevocable. Already closed is success."""
        ...


class EvidenceStore(Protocol):
    """Dossiers, items and documents of a case: sealed at rest."""

    async def keep_dossier(self, case_id: str, dossier: Dossier) -> None:
        """Replace the case's dossier."""
        ...

    async def dossier(self, case_id: str) -> Dossier | None: ...

    async def add(
        self, case_id: str, items: tuple[EvidenceItem, ...], documents: Mapping[str, bytes]
    ) -> None:
        """Keep items and the bytes of their files by sha256, in one transaction. The same item twice is one."""
        ...

    async def items(self, case_id: str) -> tuple[EvidenceItem, ...]:
        """In the order in which they came."""
        ...

    async def standing(self, account: str, *, at: datetime) -> tuple[EvidenceItem, ...]:
        """The account's standing documents that were in force then."""
        ...

    async def document(self, sha256: str) -> bytes:
        """NeedsOperator("document_gone") when it is not kept any more."""
        ...


class PacketStore(Protocol):
    """Built packets by case and digest, and the ids Stripe gave their files."""

    async def keep(self, case_id: str, packet: BuiltPacket, ce3: Ce3Payload | None) -> None: ...

    async def manifest(self, case_id: str, digest: str) -> Manifest: ...

    async def packet(self, case_id: str, digest: str) -> BuiltPacket:
        """NeedsOperator("packet_gone") when it is not kept."""
        ...

    async def ce3(self, case_id: str, digest: str) -> Ce3Payload | None: ...

    async def file_ids(self, case_id: str) -> dict[str, str]:
        """sha256 → Stripe file id of what was uploaded for this case."""
        ...

    async def keep_file_id(self, case_id: str, sha256: str, file_id: str) -> None:
        """On disk before this returns: a file is never uploaded twice for a case."""
        ...


class SubmissionStore(Protocol):
    async def reserve(
        self, *, case_id: str, dispute_id: str, round: int, digest: str, approved_by: str, now: datetime
    ) -> Submission:
        """Reserve the round's one submission, or return the one that is reserved already (whatever its digest)."""
        ...

    async def replace(self, submission: Submission, *, digest: str, approved_by: str) -> Submission:
        """Another packet for a reservation that Stripe has surely not seen; back to RESERVED, a new key."""
        ...

    async def next_key(self, submission: Submission) -> Submission:
        """Raise key_revision by one from the given one's (no-op when already raised)."""
        ...

    async def filed(self, submission: Submission, *, at: datetime) -> Submission: ...

    async def elsewhere(self, submission: Submission) -> Submission: ...


class EvidenceSources(Protocol):
    """The merchant's own sources that are reached over HTTP; activities of the merchant's are called by workflows."""

    async def ask(self, name: str, request: SupplyRequest) -> Supply:
        """Ask the endpoint configured under this name. Refused for an answer that breaks the contract."""
        ...

    async def fetch(self, url: str, *, most_bytes: int) -> bytes:
        """A file that a supply names by URL. Refused when it is too large or not to be had."""
        ...


class DocumentChecks(Protocol):
    """Implemented by `packets.intake`."""

    def check(self, *, field: str, name: str, content: bytes) -> tuple[FileContent, bytes]:
        """What is kept of a file that came in: type by content, readable, images turned into PDF, within limits.
        BadInput with the reason when it cannot be used."""
        ...


class PacketRenderer(Protocol):
    """Implemented by `packets.rendering`. Processor-bound: call it off the event loop."""

    def render(self, draft: PacketDraft, documents: Mapping[str, bytes]) -> BuiltPacket:
        """Byte-identical for the same draft. Leaves out by rank what does not fit, and says so.
        Refused("packet_too_large") when even what must stay does not fit."""
        ...
