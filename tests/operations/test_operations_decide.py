"""A person's word: bounded waiting, one clear sentence, and amounts as people write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from operations_samples import ethoca, fresh, source
from temporalio.client import Client

from chargebacks.contracts import CaseFile, CaseKind, CaseStatus
from chargebacks.errors import BadInput, NeedsOperator
from chargebacks.matching import Match, MatchVerdict, RankedCandidate
from chargebacks.money import Money
from networks.ethoca import Ethoca
from operations.decide import amount_for, approve, decline, resume
from operations.start import start_alert
from store import Store

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def case_id(client: Client, store: Store) -> str:
    """A case that no worker has picked up."""
    body = ethoca(fresh())
    [case] = await start_alert(client, store, source(), Ethoca(), body, datetime.now(UTC))
    return case.case_id


def case_of(amount: Money | None, *candidates: RankedCandidate) -> CaseFile:
    found = Match(verdict=MatchVerdict.AMBIGUOUS, candidates=candidates, explanation="Two fit.")
    return CaseFile(
        case_id="alert/x/1",
        kind=CaseKind.ALERT,
        account="shop",
        source="x",
        status=CaseStatus.AWAITING_PERSON,
        amount=amount,
        match=found if candidates else None,
    )


def candidate(charge_id: str, currency: str) -> RankedCandidate:
    amount = Money(amount_minor=5000, currency=currency)
    return RankedCandidate(charge_id=charge_id, amount=amount, created=NOW, score=12.0, evidence=())


async def test_without_a_worker_the_wait_ends_and_says_so(client: Client, case_id: str) -> None:
    """The word may still be taken later, so the sentence says to look before repeating it."""
    with pytest.raises(NeedsOperator, match=r"worker\.py.*look at the case") as silence:
        await approve(client, case_id, by="ana", patience=timedelta(seconds=0.5))
    assert silence.value.reason == "no_worker"


async def test_an_unknown_case_is_named(client: Client) -> None:
    """A mistyped id is the caller's mistake."""
    with pytest.raises(BadInput, match=r"^There is no running case alert/nope/1\.$"):
        await resume(client, "alert/nope/1", by="ana")


async def test_a_closed_case_takes_no_word(client: Client, case_id: str) -> None:
    """Whoever decides too late learns that it is over."""
    await client.get_workflow_handle(case_id).terminate()
    with pytest.raises(BadInput, match="is closed"):
        await decline(client, case_id, by="ana")


@pytest.mark.parametrize("by", ["", "   "])
async def test_a_decision_needs_a_name(client: Client, case_id: str, by: str) -> None:
    """Every decision is somebody's."""
    with pytest.raises(BadInput, match="who decides"):
        await approve(client, case_id, by=by)


def test_an_amount_is_in_the_currency_of_the_case() -> None:
    """People write 12.50 and mean the charge they look at."""
    case = case_of(Money(amount_minor=4999, currency="EUR"))
    assert amount_for(case, "12.50") == Money(amount_minor=1250, currency="EUR")


def test_an_amount_is_in_the_currency_of_the_charge_that_is_named() -> None:
    """The alert may be in another currency than the sale."""
    case = case_of(
        Money(amount_minor=4999, currency="EUR"), candidate("ch_1", "JPY"), candidate("ch_2", "USD")
    )
    assert amount_for(case, "12", charge_id="ch_1") == Money(amount_minor=12, currency="JPY")


def test_a_currency_that_is_written_wins() -> None:
    """Whoever writes it means it; the refund refuses what does not fit the charge."""
    assert amount_for(case_of(None), "1.250 KWD") == Money(amount_minor=1250, currency="KWD")


@pytest.mark.parametrize(
    "written", ["", "-1", "1,50", "1e3", "12.505", "NaN", "12.50 XQX", "12.50 EUR extra"]
)
def test_an_amount_that_is_not_one_is_refused(written: str) -> None:
    """Nothing is rounded, guessed or cut off."""
    with pytest.raises(BadInput):
        amount_for(case_of(Money(amount_minor=4999, currency="EUR")), written)


def test_an_amount_without_any_currency_is_refused() -> None:
    """A case without an amount has no currency to assume."""
    with pytest.raises(BadInput, match=r"such as `12\.50 EUR`"):
        amount_for(case_of(None), "12.50")


@given(minor=st.integers(0, 10**7), currency=st.sampled_from(["USD", "JPY", "KWD", "EUR"]))
def test_an_amount_as_shown_can_be_typed_back(minor: int, currency: str) -> None:
    """What the case page prints is understood again, exactly."""
    amount = Money(amount_minor=minor, currency=currency).payable
    assert amount_for(case_of(None), str(amount)) == amount
