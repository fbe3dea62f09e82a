"""Which charge an alert is about: from our own index first, from Stripe where the index does not know."""

from temporalio import activity

from activities.ports import AccountStore, ChargeIndex, StripeGateway
from chargebacks.alerts import Alert
from chargebacks.charges import ChargeSnapshot, DisputeSnapshot, SnapshotOrigin
from chargebacks.matching import Candidates, Match, match
from chargebacks.policy import Policy, asks_for_metadata, for_rules
from chargebacks.values import Value


class MatchOrder(Value):
    account: str
    alert: Alert
    policy_version: str


class ChargeOrder(Value):
    account: str
    charge_id: str
    policy_version: str


class ChargeFacts(Value):
    """A charge and its disputes as Stripe has them now."""

    charge: ChargeSnapshot
    disputes: tuple[DisputeSnapshot, ...]


class Matching:
    """The verdict is recorded in the history; new rules never disturb a running case. Of a charge's metadata, only what
    the case's policy names is recorded."""

    def __init__(self, *, accounts: AccountStore, index: ChargeIndex, stripe: StripeGateway) -> None:
        self._accounts = accounts
        self._index = index
        self._stripe = stripe

    @activity.defn
    async def match_in_index(self, order: MatchOrder) -> Match:
        """Local activity: match against the charge index alone."""
        policy = await self._accounts.policy(order.policy_version)
        candidates = await self._candidates(order, policy.matching.date_tolerance_days)
        return await self._for_rules(order, match(order.alert, candidates, policy.matching), policy)

    @activity.defn
    async def search_stripe(self, order: MatchOrder) -> Match:
        """Look in Stripe, keep what was found in the index, and match against both."""
        policy = await self._accounts.policy(order.policy_version)
        tolerance = policy.matching.date_tolerance_days
        found = await self._stripe.search_charges(order.account, order.alert, date_tolerance_days=tolerance)
        await self._index.upsert(order.account, found.charges)
        known = await self._candidates(order, tolerance)
        merged = {charge.id: charge for charge in (*known.charges, *found.charges)}
        candidates = Candidates(
            charges=tuple(merged.values()),
            commonness=known.commonness,
            complete=known.complete and found.complete,
        )
        return await self._for_rules(order, match(order.alert, candidates, policy.matching), policy)

    @activity.defn
    async def inspect_charge(self, order: ChargeOrder) -> ChargeFacts:
        """Read one charge and its disputes afresh, before a refusal or a question rests on them."""
        policy = await self._accounts.policy(order.policy_version)
        charge = await self._stripe.read_charge(order.account, order.charge_id)
        disputes = await self._stripe.list_disputes(order.account, charge)
        await self._index.upsert(order.account, (charge,))
        return ChargeFacts(charge=for_rules(charge, policy), disputes=disputes)

    async def _candidates(self, order: MatchOrder, tolerance: int) -> Candidates:
        return await self._index.candidates(order.account, order.alert, date_tolerance_days=tolerance)

    async def _for_rules(self, order: MatchOrder, found: Match, policy: Policy) -> Match:
        charge = found.charge
        if charge is None:
            return found
        if charge.origin is SnapshotOrigin.INDEX and asks_for_metadata(policy):
            charge = await self._index.with_metadata(order.account, charge)
        return found.model_copy(update={"charge": for_rules(charge, policy)})
