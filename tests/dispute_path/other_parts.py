"""Parts that a test puts in the place of a worker's real ones, each a thin layer over the real one."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from chargebacks.compelling_evidence import Ce3Payload
from chargebacks.disputes import Dispute, SubmissionMethod
from chargebacks.dossier import Dossier
from chargebacks.errors import TryLater
from chargebacks.packet import BuiltPacket, PacketDraft
from demo.stack import Stack
from packets.rendering import Renderer
from stripe_gateway.gateway import Gateway


class ForeignStripe(Gateway):
    """Its disputes hold the words that a test says; they may change while cases run."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack.store.accounts.stripe_credentials, stack.settings())
        self.words: dict[str, Any] = {}

    def told(self, dispute: Dispute) -> Dispute:
        return dispute.model_copy(update=self.words)

    async def read_dispute(self, account: str, dispute_id: str) -> Dispute:
        return self.told(await super().read_dispute(account, dispute_id))

    async def read_dossier(self, account: str, dispute_id: str) -> Dossier:
        dossier = await super().read_dossier(account, dispute_id)
        return dossier.model_copy(update={"dispute": self.told(dossier.dispute)})

    async def set_submission_method(self, account: str, dispute_id: str, method: SubmissionMethod) -> Dispute:
        return self.told(await super().set_submission_method(account, dispute_id, method))

    async def stage_evidence(
        self, account: str, dispute_id: str, fields: Mapping[str, str], *, ce3: Ce3Payload | None = None
    ) -> Dispute:
        return self.told(await super().stage_evidence(account, dispute_id, fields, ce3=ce3))

    async def submit_evidence(
        self, account: str, dispute_id: str, *, fee_acknowledged: str | None, idempotency_key: str
    ) -> Dispute:
        filed = await super().submit_evidence(
            account, dispute_id, fee_acknowledged=fee_acknowledged, idempotency_key=idempotency_key
        )
        return self.told(filed)


class ChangingStripe(Gateway):
    """Something happens at Stripe between our reading and our sending of CE 3.0."""

    def __init__(self, stack: Stack, before_ce3: Callable[[str], Awaitable[object]]) -> None:
        super().__init__(stack.store.accounts.stripe_credentials, stack.settings())
        self._before_ce3 = before_ce3

    async def stage_evidence(
        self, account: str, dispute_id: str, fields: Mapping[str, str], *, ce3: Ce3Payload | None = None
    ) -> Dispute:
        if ce3 is not None:
            await self._before_ce3(dispute_id)
        return await super().stage_evidence(account, dispute_id, fields, ce3=ce3)


class BreakingRenderer(Renderer):
    """Renders until it is broken, and again when it is mended."""

    broken = False

    def render(self, draft: PacketDraft, documents: Mapping[str, bytes]) -> BuiltPacket:
        if self.broken:
            raise TryLater("The fonts cannot be read.", reason="fonts_gone")
        return super().render(draft, documents)
