"""How disputes came out, the merchant's own win rates, and how far an import has come."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from store_values import ACCOUNT, NOW, credentials, usd

from chargebacks.dispute_case import FiledBy, Verdict
from chargebacks.evidence_fields import ProductType
from chargebacks.results import DisputeResult
from chargebacks.win_rates import Band, OwnResult
from store import Store

DAY = timedelta(days=1)


def result(number: int = 1, **changes: Any) -> DisputeResult:
    given = {
        "case_id": f"dispute/shop/du_{number}",
        "account": ACCOUNT,
        "dispute_id": f"du_{number}",
        "reason": "fraudulent",
        "disputed": usd(4999),
        "opened_at": NOW + number * DAY,
    }
    return DisputeResult.model_validate(given | changes)


def fought(number: int, completeness: int, verdict: Verdict, **changes: Any) -> DisputeResult:
    return result(number, filed_by=FiledBy.US, completeness=completeness, verdict=verdict, **changes)


async def test_a_result_comes_back_whole(store: Store) -> None:
    """Money, moments and the evidence that was filed."""
    whole = result(
        network="visa",
        network_reason_code="10.4",
        product_type=ProductType.PHYSICAL,
        completeness=85,
        evidence=("receipt", "customer_name"),
        filed_at=NOW + DAY,
        filed_by=FiledBy.US,
        verdict=Verdict.WON,
        recovered_minor=4600,
        fees_minor=1500,
        settlement_currency="EUR",
        decided_at=NOW + 70 * DAY,
    )
    await store.results.record(whole)
    assert await store.results.results() == (whole,)


async def test_a_later_verdict_replaces_the_earlier(store: Store) -> None:
    """A loss may turn into a win; the dispute counts once."""
    await store.results.record(fought(1, 90, Verdict.LOST))
    await store.results.record(fought(1, 90, Verdict.WON, recovered_minor=4999, settlement_currency="USD"))
    [only] = await store.results.results()
    assert (only.verdict, only.recovered_minor) == (Verdict.WON, 4999)


async def test_results_are_narrowed_by_account_and_opening(store: Store) -> None:
    """Oldest first; the beginning of the span belongs to it, its end does not."""
    for number in (3, 1, 2):
        await store.results.record(result(number))
    await store.results.record(result(4, account="other"))
    ids = [one.dispute_id for one in await store.results.results(account=ACCOUNT)]
    assert ids == ["du_1", "du_2", "du_3"]
    span = await store.results.results(since=NOW + 2 * DAY, until=NOW + 4 * DAY)
    assert [one.dispute_id for one in span] == ["du_2", "du_3"]


async def test_own_win_rates_count_by_reason_and_completeness(store: Store) -> None:
    """Each band from its first percent to its last."""
    for number, completeness in enumerate((0, 39, 40, 69, 70, 89, 90, 100)):
        verdict = Verdict.WON if number % 2 else Verdict.LOST
        await store.results.record(fought(number, completeness, verdict))
    await store.results.record(fought(9, 95, Verdict.WON, reason="duplicate"))
    found = await store.results.own_results(ACCOUNT)
    assert found[0] == OwnResult(reason="duplicate", band=Band.FROM_90, filed=1, won=1)
    assert [(own.band, own.filed, own.won) for own in found[1:]] == [(band, 2, 1) for band in Band]


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": None},
        {"verdict": Verdict.ACCEPTED},
        {"verdict": Verdict.REFUNDED},
        {"verdict": Verdict.INQUIRY_CLOSED},
        {"verdict": Verdict.NETWORK_SETTLED},
        {"filed_by": FiledBy.SMART_DISPUTES},
        {"filed_by": FiledBy.ELSEWHERE},
        {"filed_by": None},
        {"account": "other"},
    ],
)
async def test_own_win_rates_leave_out_what_says_nothing(store: Store, changes: dict[str, Any]) -> None:
    """Open, given up, settled, answered by somebody else, never answered, or another account's."""
    won = {"filed_by": FiledBy.US, "completeness": 50, "verdict": Verdict.WON}
    await store.results.record(result(**(won | changes)))
    assert await store.results.own_results(ACCOUNT) == ()


@given(st.lists(st.sampled_from(["receipt", "customer_name", "shipping_address", "refund_policy"])))
def test_equal_sets_of_evidence_are_equal_results(names: list[str]) -> None:
    """Whatever the order, and however often a field is named."""
    assert result(evidence=tuple(names)) == result(evidence=tuple(reversed(names + names)))


async def test_a_mark_moves_on_and_never_back(store: Store) -> None:
    """Two imports that overlap must not bring in the same again for ever; each kind has its own mark."""
    assert await store.sync.mark(ACCOUNT, "disputes") is None
    await store.sync.advance(ACCOUNT, "disputes", NOW)
    await store.sync.advance(ACCOUNT, "disputes", NOW - DAY)
    assert await store.sync.mark(ACCOUNT, "disputes") == NOW
    await store.sync.advance(ACCOUNT, "disputes", NOW + DAY)
    assert await store.sync.mark(ACCOUNT, "disputes") == NOW + DAY
    assert await store.sync.mark(ACCOUNT, "charges") is None


async def test_marks_are_the_accounts_own(store: Store) -> None:
    """What came in for one account says nothing of another; an unknown account has none."""
    await store.accounts.connect_account(credentials("other"))
    await store.sync.advance("other", "disputes", NOW)
    assert await store.sync.mark(ACCOUNT, "disputes") is None
    with pytest.raises(IntegrityError):
        await store.sync.advance("shpo", "disputes", NOW)
