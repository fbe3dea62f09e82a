"""Ending the subscription behind a disputed charge. Already ended is success."""

from temporalio import activity

from activities.ports import AccountStore, StripeGateway
from activities.switches import require_switched_on
from chargebacks.charges import ChargeSnapshot, SubscriptionSnapshot
from chargebacks.decisions import Cancellation, CancelMoment, CancelScope
from chargebacks.values import Value


class CancelOrder(Value):
    """`charge` is the best reading at hand: it may know the subscription, or the customer's live ones."""

    case_id: str
    account: str
    charge: ChargeSnapshot
    cancellation: Cancellation


class Subscriptions:
    def __init__(self, *, accounts: AccountStore, stripe: StripeGateway) -> None:
        self._accounts = accounts
        self._stripe = stripe

    @activity.defn
    async def cancel_subscriptions(self, order: CancelOrder) -> tuple[str, ...]:
        """Cancel what the scope names, now or at the period's end; returns the ids that end because of it."""
        await require_switched_on(self._accounts, order.account)
        at_period_end = order.cancellation.moment is CancelMoment.PERIOD_END
        targets = [target for target in await self._targets(order) if order.cancellation.may_cancel(target)]
        for target in targets:
            await self._stripe.cancel_subscription(
                order.account, target, at_period_end=at_period_end, case_id=order.case_id
            )
        return tuple(target.id for target in targets)

    async def _targets(self, order: CancelOrder) -> tuple[SubscriptionSnapshot, ...]:
        charge = order.charge
        live = charge.live_subscriptions
        if live == () or order.cancellation.scope is CancelScope.NONE:
            return ()
        if order.cancellation.scope is CancelScope.ALL and charge.customer is not None:
            return live or await self._stripe.list_subscriptions(order.account, charge.customer)
        if charge.subscription_known and charge.subscription is None:
            return ()
        if not charge.subscription_known or live is None:
            linked = await self._stripe.subscription_of(order.account, charge)
            return (linked,) if linked is not None else ()
        return tuple(subscription for subscription in live if subscription.id == charge.subscription)
