"""What of a charge's metadata a policy asks for: only that leaves the store, as merchants write anything into it."""

from chargebacks.charges import ChargeSnapshot, SubscriptionSnapshot
from chargebacks.policy.model import Policy


def for_rules(charge: ChargeSnapshot, policy: Policy) -> ChargeSnapshot:
    """The charge with nothing in its metadata, and in that of its subscriptions, but what the policy itself names.

    Every verdict by this policy is the same for both.
    """
    pairs = _named_pairs(policy)
    products = {*policy.refund.allow.products, *policy.refund.deny.products}
    metadata = {
        key: value
        for key, value in charge.metadata.items()
        if f"{key}={value}" in pairs or (key in policy.refund.product_keys and value in products)
    }
    live = charge.live_subscriptions
    kept = None if live is None else tuple(_subscription(one, policy) for one in live)
    return charge.model_copy(update={"metadata": metadata, "live_subscriptions": kept})


def asks_for_metadata(policy: Policy) -> bool:
    """Whether any verdict by this policy may depend on a charge's metadata."""
    return bool(_named_pairs(policy) or policy.refund.allow.products or policy.refund.deny.products)


def _named_pairs(policy: Policy) -> set[str]:
    of_rules = {pair for rule in policy.rule for pair in rule.when.metadata}
    return of_rules | {*policy.refund.allow.metadata, *policy.refund.deny.metadata}


def _subscription(subscription: SubscriptionSnapshot, policy: Policy) -> SubscriptionSnapshot:
    kept = {
        key: value
        for key, value in subscription.metadata.items()
        if f"{key}={value}" in policy.subscription.never_cancel
    }
    return subscription.model_copy(update={"metadata": kept})
