"""The dispute itself: opened as a case, read, kept from filing itself, given up, and its result recorded."""

from typing import Protocol

from temporalio import activity

from activities.dispute_ports import DisputeGateway
from activities.fresh_keys import under_fresh_key
from activities.ports import AccountStore
from activities.switches import require_representment_on
from chargebacks.accounts import AccountFacts
from chargebacks.contracts import DisputeRequest
from chargebacks.decisions import Mode
from chargebacks.disputes import Dispute, SubmissionMethod
from chargebacks.errors import NeedsOperator
from chargebacks.results import DisputeResult
from chargebacks.values import Value


class DisputeOrder(Value):
    case_id: str
    account: str
    dispute_id: str


class ProtectOrder(DisputeOrder):
    method: SubmissionMethod


class OpenedDispute(Value):
    """What stays pinned for the life of a case."""

    account: AccountFacts
    mode: Mode
    """OBSERVE while dispute representment is switched off, whatever the policy says."""
    submission_method: SubmissionMethod
    poll_days: int
    """How often the verdict is looked for where no event tells of it."""
    watch_lost_days: int


class ResultStore(Protocol):
    async def record(self, result: DisputeResult) -> None:
        """Overwrite what was recorded for the case before."""
        ...


class Disputes:
    def __init__(self, *, accounts: AccountStore, stripe: DisputeGateway, results: ResultStore) -> None:
        self._accounts = accounts
        self._stripe = stripe
        self._results = results

    @activity.defn
    async def open_dispute(self, request: DisputeRequest) -> OpenedDispute:
        """Local activity: pin the account's switches and the policy version."""
        account = await self._accounts.account_facts(request.account)
        rules = (await self._accounts.policy(account.policy_version)).disputes
        return OpenedDispute(
            account=account,
            mode=rules.mode if account.dispute_representment else Mode.OBSERVE,
            submission_method=rules.submission_method,
            poll_days=rules.poll_days,
            watch_lost_days=rules.watch_lost_days,
        )

    @activity.defn
    async def read_dispute(self, order: DisputeOrder) -> Dispute:
        """As Stripe has it now."""
        return await self._stripe.read_dispute(order.account, order.dispute_id)

    @activity.defn
    async def protect_dispute(self, order: ProtectOrder) -> Dispute:
        """Say who is to file, or Stripe may file its own packet at the deadline and spend the only submission.

        An account without Smart Disputes (the method is null) needs no protection
        (https://docs.stripe.com/disputes/smart-disputes).
        """
        await require_representment_on(self._accounts, order.account)
        dispute = await self._stripe.read_dispute(order.account, order.dispute_id)
        if not dispute.awaits_answer or dispute.intended_submission_method in (None, order.method):
            return dispute
        changed = await self._stripe.set_submission_method(order.account, order.dispute_id, order.method)
        if changed.intended_submission_method != order.method:
            raise NeedsOperator(
                f"Stripe kept {changed.intended_submission_method} as the submission method of {order.dispute_id} "
                f"instead of {order.method.value}: switch Smart Disputes off in the Dashboard, then resume the case.",
                reason="method_not_taken",
            )
        return changed

    @activity.defn
    async def accept_dispute(self, order: DisputeOrder) -> Dispute:
        """Close it as lost: irrevocable. What takes no answer any more is left as it is: closed by us before, answered,
        decided, or settled by the network."""
        await require_representment_on(self._accounts, order.account)
        dispute = await self._stripe.read_dispute(order.account, order.dispute_id)
        if not dispute.awaits_answer:
            return dispute

        async def close(key: str) -> Dispute:
            return await self._stripe.close_dispute(order.account, order.dispute_id, idempotency_key=key)

        return await under_fresh_key(close, f"dispute-close:{order.dispute_id}")

    @activity.defn
    async def record_result(self, result: DisputeResult) -> None:
        """Local activity: keep how the dispute came out, the base for win rates and reports."""
        await self._results.record(result)
