"""The case's own record: opened once, projected at every lasting change."""

from datetime import UTC, datetime

from temporalio import activity

from activities.ports import AccountStore, CaseStore
from chargebacks.accounts import AccountFacts
from chargebacks.contracts import AlertRequest, CaseFile
from chargebacks.deadlines import Window, window_of
from chargebacks.decisions import Mode
from chargebacks.values import Value


class OpenedCase(Value):
    """What stays pinned for the life of a case."""

    account: AccountFacts
    mode: Mode
    window: Window
    watch_refund_days: int


class Cases:
    """Local activities: quick reads and writes of our own store."""

    def __init__(self, *, accounts: AccountStore, cases: CaseStore) -> None:
        self._accounts = accounts
        self._cases = cases

    @activity.defn
    async def open_case(self, request: AlertRequest) -> OpenedCase:
        """Record the case and pin the account's switches, the policy version and the response window."""
        account = await self._accounts.account_facts(request.account)
        policy = await self._accounts.policy(account.policy_version)
        await self._cases.open_case(request, opened_at=datetime.now(UTC))
        return OpenedCase(
            account=account,
            mode=policy.mode,
            window=window_of(request.alert, policy.times),
            watch_refund_days=policy.watch_refund_days,
        )

    @activity.defn
    async def save_case(self, case: CaseFile) -> None:
        """Project the case file into the store."""
        await self._cases.save_case(case)
