"""Verdicts: the pure rules, run as local activities so that the history holds what was decided and why."""

from temporalio import activity

from activities.ports import AccountStore, RefundLedger
from chargebacks.alerts import Alert
from chargebacks.charges import ChargeSnapshot, DisputeSnapshot
from chargebacks.decisions import Decision, Situation
from chargebacks.matching import Match
from chargebacks.policy import decide
from chargebacks.values import Value


class DecideOrder(Value):
    account: str
    livemode: bool
    policy_version: str
    alert: Alert
    match: Match
    charge: ChargeSnapshot | None = None
    disputes: tuple[DisputeSnapshot, ...] = ()


class Verdicts:
    """Each verdict rests on the policy version the case pinned when it opened."""

    def __init__(self, *, accounts: AccountStore, ledger: RefundLedger) -> None:
        self._accounts = accounts
        self._ledger = ledger

    @activity.defn
    async def decide(self, order: DecideOrder) -> Decision:
        """Local activity: what to do about the alert, given the charge at hand and what the ledger says of it."""
        policy = await self._accounts.policy(order.policy_version)
        charge = order.charge or order.match.charge
        ledger = await self._ledger.entries(account=order.account, charge_id=charge.id) if charge else ()
        situation = Situation(
            alert=order.alert,
            match=order.match,
            charge=charge,
            disputes=order.disputes,
            ledger=ledger,
            account_livemode=order.livemode,
        )
        return decide(situation, policy)
