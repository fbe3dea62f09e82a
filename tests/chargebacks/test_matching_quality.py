"""A small run of the matching benchmark: whoever changes a weight learns here what it does."""

from collections.abc import Callable
from functools import partial
from random import Random

import pytest

from benchmarks.matching_quality import measure
from benchmarks.merchants import Merchant, game, marketplace, subscription_shop
from chargebacks.matching import MatchRules


@pytest.mark.parametrize(
    "build",
    [
        partial(subscription_shop, customers=2500),
        partial(marketplace, days=20, orders=6000),
        partial(game, days=10, players=1500),
    ],
    ids=["subscription shop", "marketplace", "game"],
)
def test_no_wrong_charge_is_matched_and_few_are_missed(build: Callable[[Random], Merchant]) -> None:
    """A thousand noisy alerts, 3 % of them about sales of other merchants: no wrong match, recall above 95 %."""
    tally = measure(build(Random("merchant")), alerts=1000, random=Random("alerts"), rules=MatchRules())

    assert tally.wrong == []
    assert tally.enough > 500
    assert tally.recall > 0.95
