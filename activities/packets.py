"""The packet: built from what is at hand, staged at Stripe, submitted once.

Against a second or a wrong submission, inside one activity:
1. the store: one submission per dispute and round, reserved before anything is sent, bound to the packet's digest;
2. Stripe's present state: does the dispute await an answer, and does it hold exactly what was approved;
3. the idempotency key, made of the dispute, the round and the packet.
A submission whose answer was lost is known again by what Stripe holds, however late the retry comes.
"""

import asyncio
import hashlib
from datetime import UTC, datetime

from temporalio import activity

from activities.assessing import evidence_at_hand
from activities.dispute_ports import (
    DisputeGateway,
    EvidenceStore,
    PacketRenderer,
    PacketStore,
    SubmissionStore,
)
from activities.fresh_keys import under_fresh_key
from activities.packet_facts import CE3_FIELD as CE3_FIELD
from activities.packet_facts import (
    beside,
    completed,
    compliance_of,
    differing,
    filed_elsewhere,
    holds_appeal,
    shows_more_than,
    was_submitted,
)
from activities.ports import AccountStore
from activities.switches import require_representment_on
from chargebacks.compelling_evidence import find_priors
from chargebacks.composing import compose
from chargebacks.dispute_case import FiledBy, PacketRef
from chargebacks.disputes import Dispute, Stage, text_mark
from chargebacks.errors import NeedsOperator, Refused, StoredFailure, TryLater
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_plan import plan_for
from chargebacks.packet import BuiltPacket, DocumentBlock, Manifest, PacketDraft, PacketFile
from chargebacks.submissions import Submission, SubmissionState
from chargebacks.values import Instant, Value


class BuildOrder(Value):
    case_id: str
    account: str
    policy_version: str
    dispute: Dispute
    product_type: ProductType
    evidence_digest: str
    dated: Instant


class StageOrder(Value):
    case_id: str
    account: str
    dispute_id: str
    digest: str


class SubmitOrder(Value):
    case_id: str
    account: str
    dispute_id: str
    round: int
    digest: str
    approved_by: str
    stage: Stage
    """What the dispute was when it was decided to file: for another one nobody has decided, or agreed to a fee."""
    submissions_before: int = 0
    """Stripe's count when the round began: an escalated inquiry and an appeal keep what was submitted before."""
    last_chance: bool = False
    """There is no time left for a person to look: file even if Stripe shows a text otherwise than it was sent, and
    without CE 3.0 where Stripe does not take it."""


class Submitted(Value):
    """What became of the round's submission. `filed_by` None: Stripe takes no answer any more, and nobody filed."""

    dispute: Dispute
    filed_by: FiledBy | None
    at: Instant
    digest: str | None = None
    """Of the packet, when it was ours: the one that was reserved, which may be an earlier one than was ordered."""
    overtaken: str | None = None
    """Why nothing was filed though Stripe awaits an answer: to be decided anew."""


class Packets:
    def __init__(
        self,
        *,
        accounts: AccountStore,
        stripe: DisputeGateway,
        evidence: EvidenceStore,
        packets: PacketStore,
        submissions: SubmissionStore,
        renderer: PacketRenderer,
    ) -> None:
        self._accounts = accounts
        self._stripe = stripe
        self._evidence = evidence
        self._packets = packets
        self._submissions = submissions
        self._renderer = renderer

    @activity.defn
    async def build_packet(self, order: BuildOrder) -> PacketRef:
        """Compose, render and keep the packet for the evidence at hand. Touches nothing outside."""
        rules = (await self._accounts.policy(order.policy_version)).disputes
        dossier, items = await evidence_at_hand(self._evidence, order.case_id, order.account)
        dossier = dossier.model_copy(update={"dispute": order.dispute})
        plan = plan_for(order.dispute, order.product_type)
        composed = compose(dossier, items, plan, paper=rules.paper, dated=order.dated)
        documents = await self._documents(composed.draft)
        built = await asyncio.to_thread(self._renderer.render, composed.draft, documents)
        ce3 = find_priors(dossier, composed.used).payload if order.dispute.ce3_open else None
        manifest = completed(built.manifest, ce3, findings=composed.findings)
        await self._packets.keep(order.case_id, built.model_copy(update={"manifest": manifest}), ce3)
        return PacketRef(
            digest=manifest.digest,
            evidence_digest=order.evidence_digest,
            pages=manifest.pages,
            size=manifest.size,
            fields=tuple(entry.field for entry in manifest.entries),
            exhibits=manifest.exhibits,
            left_out=(*composed.left_out, *manifest.left_out),
            findings=manifest.findings,
            built_at=order.dated,
        )

    @activity.defn
    async def stage_packet(self, order: StageOrder) -> Dispute:
        """Upload what Stripe does not hold yet, stage everything, read back and compare. Submits nothing."""
        await require_representment_on(self._accounts, order.account)
        dispute = await self._stripe.read_dispute(order.account, order.dispute_id)
        if not dispute.awaits_answer or dispute.stage is Stage.APPEAL:
            return dispute
        return await self._stage(order, await self._packets.packet(order.case_id, order.digest), dispute)

    @activity.defn
    async def submit_packet(self, order: SubmitOrder) -> Submitted:
        """File the approved packet once, or say who did."""
        await require_representment_on(self._accounts, order.account)
        dispute = await self._stripe.read_dispute(order.account, order.dispute_id)
        packet = await self._packets.packet(order.case_id, order.digest)
        overtaken = await self._overtaken(order, dispute, packet.manifest)
        if overtaken is not None:
            return Submitted(dispute=dispute, filed_by=None, at=datetime.now(UTC), overtaken=overtaken)
        submission = await self._reserve(order, dispute)
        if not dispute.awaits_answer:
            return await self._already_answered(order, submission, dispute)
        if dispute.stage is not Stage.APPEAL:
            await self._stage(_staging(order), packet, dispute, last_chance=order.last_chance)
        dispute = await self._send(order, submission, packet, dispute)
        return await self._filed(submission, dispute)

    async def _documents(self, draft: PacketDraft) -> dict[str, bytes]:
        named = {
            block.sha256
            for exhibit in draft.exhibits
            for block in exhibit.blocks
            if isinstance(block, DocumentBlock)
        }
        return {sha256: await self._evidence.document(sha256) for sha256 in sorted(named)}

    async def _overtaken(self, order: SubmitOrder, dispute: Dispute, shown: Manifest) -> str | None:
        """Why what was decided must not be filed any more."""
        if not dispute.awaits_answer:
            return None
        if dispute.stage is not order.stage:
            return f"{order.dispute_id} is of the stage {dispute.stage.value} by now, not {order.stage.value}"
        _, items = await evidence_at_hand(self._evidence, order.case_id, order.account)
        if shows_more_than(items, shown):
            return f"packet {order.digest[:12]} shows evidence that was taken back"
        return None

    async def _stage(
        self, order: StageOrder, packet: BuiltPacket, dispute: Dispute, *, last_chance: bool = False
    ) -> Dispute:
        """Afterwards Stripe holds the packet, what it had filled in itself, and nothing else."""
        dossier = await self._evidence.dossier(order.case_id)
        prefilled = dossier.prefilled if dossier is not None else {}
        ids = await self._uploaded(order, packet)
        filled = {**packet.texts, **ids}
        fields = {**beside(dispute.staged, filled, prefilled), **filled}
        dispute = await self._stripe.stage_evidence(order.account, order.dispute_id, fields)
        dispute = await self._stage_ce3(order, dispute, last_chance=last_chance)
        texts, files = await self._differences(order.case_id, dispute, packet)
        wrong = (*files, *beside(dispute.staged, filled, prefilled), *(() if last_chance else texts))
        if wrong:
            raise NeedsOperator(
                f"Stripe holds something else than was staged in {', '.join(wrong)} of {order.dispute_id}: "
                "see in the Dashboard whether somebody edits it, then resume the case.",
                reason="staged_differs",
            )
        return dispute

    async def _stage_ce3(self, order: StageOrder, dispute: Dispute, *, last_chance: bool) -> Dispute:
        """On its own: refused, it takes everything else in the call with it. Without it the rest is filed."""
        ce3 = await self._packets.ce3(order.case_id, order.digest)
        if ce3 is None or not dispute.ce3_open:
            return dispute
        try:
            return await self._stripe.stage_evidence(order.account, order.dispute_id, {}, ce3=ce3)
        except Refused as refusal:
            if refusal.reason != "not_ce3_eligible" and not last_chance:
                raise
            return await self._stripe.read_dispute(order.account, order.dispute_id)

    async def _uploaded(self, order: StageOrder, packet: BuiltPacket) -> dict[str, str]:
        """Field → file id. Never uploaded twice: a new id would change the body of a repeated submission."""
        known = await self._packets.file_ids(order.case_id)
        ids: dict[str, str] = {}
        for file in packet.files:
            sha256 = hashlib.sha256(file.content).hexdigest()
            if sha256 not in known:
                known[sha256] = await self._upload(order, file, sha256)
                await self._packets.keep_file_id(order.case_id, sha256, known[sha256])
            ids[file.field] = known[sha256]
        return ids

    async def _upload(self, order: StageOrder, file: PacketFile, sha256: str) -> str:
        async def upload(key: str) -> str:
            return await self._stripe.upload_evidence(
                order.account,
                name=file.name,
                content=file.content,
                media_type=file.media_type,
                idempotency_key=key,
            )

        return await under_fresh_key(upload, f"dispute-file:{order.dispute_id}:{sha256}")

    async def _differences(
        self, case_id: str, dispute: Dispute, packet: BuiltPacket
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Text fields and file fields in which the dispute holds something else than the packet says."""
        ids = await self._packets.file_ids(case_id)
        texts = {field: text_mark(text) for field, text in packet.texts.items()}
        entries = [entry for entry in packet.manifest.entries if entry.kind == "file"]
        files = {entry.field: ids.get(entry.sha256, "") for entry in entries}
        return differing(texts, dispute), differing(files, dispute)

    async def _holds(self, order: SubmitOrder, dispute: Dispute, packet: BuiltPacket) -> bool:
        """Whether Stripe holds exactly this packet as the answer of this round."""
        if order.stage is Stage.APPEAL:
            return holds_appeal(dispute, packet, await self._packets.file_ids(order.case_id))
        return not any(await self._differences(order.case_id, dispute, packet))

    async def _reserve(self, order: SubmitOrder, dispute: Dispute) -> Submission:
        submission = await self._submissions.reserve(
            case_id=order.case_id,
            dispute_id=order.dispute_id,
            round=order.round,
            digest=order.digest,
            approved_by=order.approved_by,
            now=datetime.now(UTC),
        )
        if submission.digest != order.digest and dispute.awaits_answer:
            # Stripe awaits an answer, so that what was reserved before has surely not been filed.
            return await self._submissions.replace(
                submission, digest=order.digest, approved_by=order.approved_by
            )
        return submission

    async def _already_answered(
        self, order: SubmitOrder, submission: Submission, dispute: Dispute
    ) -> Submitted:
        """Ours when it was reserved here and Stripe holds exactly that packet; else somebody else's, or nobody's."""
        ours = submission.state is SubmissionState.FILED
        filed_by = filed_elsewhere(dispute, before=order.submissions_before)
        if not ours and filed_by is FiledBy.ELSEWHERE:
            reserved = await self._packets.packet(order.case_id, submission.digest)
            ours = await self._holds(order, dispute, reserved)
        if ours:
            return await self._filed(submission, dispute)
        await self._submissions.elsewhere(submission)
        return Submitted(dispute=dispute, filed_by=filed_by, at=datetime.now(UTC))

    async def _send(
        self, order: SubmitOrder, submission: Submission, packet: BuiltPacket, dispute: Dispute
    ) -> Dispute:
        try:
            if dispute.stage is Stage.APPEAL:
                return await self._appeal(order, submission, packet)
            return await self._stripe.submit_evidence(
                order.account,
                order.dispute_id,
                fee_acknowledged=compliance_of(dispute),
                idempotency_key=submission.idempotency_key,
            )
        except StoredFailure as failure:
            await self._submissions.next_key(submission)
            raise TryLater(
                f"{failure} Stripe is read again before a new key is used.", reason="stored_failure"
            ) from failure
        except Refused as refusal:
            # Stripe publishes no codes for "too late" and "answered already": its present state tells.
            present = await self._stripe.read_dispute(order.account, order.dispute_id)
            if present.awaits_answer and refusal.reason != "dispute_closed":
                await self._submissions.next_key(submission)  # Stripe may keep the refusal under this one
                raise
            raise TryLater(f"The dispute changed meanwhile: {refusal}", reason=refusal.reason) from refusal

    async def _appeal(self, order: SubmitOrder, submission: Submission, packet: BuiltPacket) -> Dispute:
        ids = await self._uploaded(_staging(order), packet)
        return await self._stripe.submit_appeal(
            order.account,
            order.dispute_id,
            reason=packet.texts["uncategorized_text"],
            files=tuple(dict.fromkeys(ids.values())),
            idempotency_key=submission.idempotency_key,
        )

    async def _filed(self, submission: Submission, dispute: Dispute) -> Submitted:
        """Stripe's word that it was submitted, read back: an answer alone proves nothing."""
        if not was_submitted(dispute):
            raise TryLater(
                f"Stripe answered, but {dispute.id} still awaits an answer (status {dispute.status}, "
                f"{dispute.submission_count} submissions).",
                reason="not_submitted",
            )
        filed = await self._submissions.filed(submission, at=datetime.now(UTC))
        at = filed.filed_at or datetime.now(UTC)
        return Submitted(dispute=dispute, filed_by=FiledBy.US, at=at, digest=filed.digest)


def _staging(order: SubmitOrder) -> StageOrder:
    return StageOrder(
        case_id=order.case_id,
        account=order.account,
        dispute_id=order.dispute_id,
        digest=order.digest,
    )
