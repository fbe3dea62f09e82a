"""Whatever is wrong with a message: one clear reason, kept where it came authenticated, nothing started or moved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from merchants import Letter, Merchant, OpenMerchant, event, signed, warning

from chargebacks.errors import BadInput, CaseError, NeedsOperator, NotAuthentic
from networks.registry import ADAPTERS

ALERTING = ("chargebackhit", "ethoca", "reseller", "payshield", "chargeblast")
FORMS = ("reseller", "payshield")
SIGNING_TIME = ("chargeblast", "stripe_efw")
SIGNING_BODIES = ("chargebackhit", "chargeblast", "stripe_efw")

AHEAD = datetime.now(UTC) + timedelta(days=3)
LONG_AGO = datetime.now(UTC) - timedelta(days=900)

WRONG_FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "negative": ({"amount": "-49.99"}, "negative_amount"),
    "zero": ({"amount": "0"}, "bad_amount"),
    "absurd": ({"amount": "99999999999.00"}, "absurd_amount"),
    "finer than the currency": ({"amount": "49.999"}, "too_many_decimals"),
    "unknown currency": ({"currency": "XQX"}, "unknown_currency"),
    "no currency": ({"currency": ""}, "bad_currency"),
    "from the future": ({"alert_at": AHEAD.isoformat()}, "future_date"),
    "years ago": ({"alert_at": LONG_AGO.isoformat()}, "stale_date"),
    "no id": ({"id": " "}, "bad_id"),
    "endless id": ({"id": "9" * 600}, "bad_id"),
}
WRONG_BYTES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "unparseable"),
    "not text": (b"\xff\xfe\x00\x01", "unparseable"),
    "oversized": (b'{"alert": "' + b"A" * 300_000 + b'"}', "oversized"),
    "deeply nested": (b"[" * 100_000, "unparseable"),
}
WRONG_WARNINGS: dict[str, tuple[dict[str, Any], str]] = {
    "live on a test account": ({"livemode": True}, "livemode_mismatch"),
    "of no mode": ({"livemode": None}, "missing_field"),
    "of no charge": ({"charge": None}, "missing_field"),
    "of something else": ({"charge": "cus_somebody"}, "missing_field"),
    "from the future": ({"created": int(AHEAD.timestamp())}, "future_date"),
    "years ago": ({"created": int(LONG_AGO.timestamp())}, "stale_date"),
    "no id": ({"id": ""}, "bad_id"),
}


async def refused(merchant: Merchant, letter: Letter, reason: str) -> None:
    """An authentic message is refused for this reason, and kept with it for inspection; nothing came of it."""
    with pytest.raises(BadInput) as refusal:
        await merchant.take_in(letter)
    assert not isinstance(refusal.value, NotAuthentic)
    assert refusal.value.reason == reason
    assert_one_sentence(refusal.value)
    [kept] = await merchant.kept()
    assert kept.body == letter.body[: 256 * 1024]
    assert kept.refused_reason == f"{reason}: {refusal.value}"
    assert await merchant.nothing_came_of_it()


async def unheard(merchant: Merchant, letter: Letter, reason: str) -> None:
    """A message that proves no sender is refused for this reason and leaves no trace."""
    with pytest.raises(NotAuthentic) as refusal:
        await merchant.take_in(letter)
    assert refusal.value.reason == reason
    assert_one_sentence(refusal.value)
    assert await merchant.kept() == []
    assert await merchant.nothing_came_of_it()


def assert_one_sentence(refusal: CaseError) -> None:
    """Short, in one line, without a secret of the source."""
    said = str(refusal)
    assert 10 < len(said) < 300
    assert said.endswith(".")
    assert "\n" not in said
    assert "sandbox" not in said.replace("alerts-of", "")


async def letter_with(merchant: Merchant, fields: dict[str, Any]) -> Letter:
    """PayShield's form has no time of its own; where a reseller sends one, it is `alert_timestamp`."""
    if merchant.source.kind in FORMS and "alert_at" in fields:
        fields = {"extra": {"alert_timestamp": fields["alert_at"]}}
    return await merchant.letter(**fields)


@pytest.mark.parametrize("wrong", WRONG_FIELDS)
@pytest.mark.parametrize("kind", ALERTING)
async def test_an_authentic_alert_that_cannot_be_right(merchant: OpenMerchant, kind: str, wrong: str) -> None:
    """Money, currency, dates and ids are never guessed, whoever sends them."""
    fields, reason = WRONG_FIELDS[wrong]
    one = await merchant(kind)
    await refused(one, await letter_with(one, fields), reason)


@pytest.mark.parametrize("wrong", WRONG_BYTES)
@pytest.mark.parametrize("kind", ADAPTERS)
async def test_authentic_bytes_that_are_no_alert(merchant: OpenMerchant, kind: str, wrong: str) -> None:
    """A provider's bug is kept for inspection; of an oversized message only the beginning."""
    body, reason = WRONG_BYTES[wrong]
    if kind in FORMS and wrong in ("empty", "deeply nested"):
        reason = "bad_id"  # a form all the same, without the fields of an alert
    await refused(await merchant(kind), signed(kind, body), reason)


@pytest.mark.parametrize("wrong", WRONG_WARNINGS)
async def test_an_early_fraud_warning_that_cannot_be_right(merchant: OpenMerchant, wrong: str) -> None:
    """It names a charge of this account, in this account's mode, at a time that can be."""
    changed, reason = WRONG_WARNINGS[wrong]
    await refused(await merchant("stripe_efw"), event(warning(**changed)), reason)


async def test_an_event_of_a_connected_account_is_not_the_platforms(merchant: OpenMerchant) -> None:
    """A Connect endpoint's events belong to sources that are configured for that account."""
    body = warning() | {"account": "acct_1Somebody"}
    await refused(await merchant("stripe_efw"), event(body), "other_account")


@pytest.mark.parametrize("kind", ADAPTERS)
async def test_a_message_without_proof(merchant: OpenMerchant, kind: str) -> None:
    """Headers that a stranger would send are not enough."""
    one = await merchant(kind)
    real = await authentic(one)
    bare = real.without("signature", "authorization", "svix-signature", "stripe-signature")
    await unheard(one, bare, "unsigned")


@pytest.mark.parametrize("kind", ADAPTERS)
async def test_a_message_proven_with_another_secret(merchant: OpenMerchant, kind: str) -> None:
    """Whoever signs with a secret of their own is nobody."""
    one = await merchant(kind)
    other = {name: type(value)("bm90IHRoZSBzYW1l") for name, value in one.source.secrets.items()}
    await one.shop.stack.store.sources.connect_source(one.source.model_copy(update={"secrets": other}))
    await unheard(one, await authentic(one), "wrong_signature")


@pytest.mark.parametrize("kind", SIGNING_BODIES)
async def test_a_message_that_was_changed_on_the_way(merchant: OpenMerchant, kind: str) -> None:
    """The raw bytes count: the same JSON in other bytes is another message."""
    one = await merchant(kind)
    real = await authentic(one)
    await unheard(one, real.with_body(real.body + b"\n"), "wrong_signature")
    await unheard(one, real.with_body(real.body.replace(b"49.99", b"89.99") + b" "), "wrong_signature")


@pytest.mark.parametrize(
    ("later", "reason"), [(6, "stale_signature"), (60 * 24, "stale_signature"), (-6, "future_signature")]
)
@pytest.mark.parametrize("kind", SIGNING_TIME)
async def test_a_message_that_was_kept_back(
    merchant: OpenMerchant, kind: str, later: int, reason: str
) -> None:
    """A captured message is of no use minutes later, and a signature cannot be made in advance."""
    one = await merchant(kind)
    real = await authentic(one)
    await unheard(one, real.arriving(real.at + timedelta(minutes=later)), reason)


@pytest.mark.parametrize("kind", ALERTING)
async def test_a_replay_finds_the_case_of_the_first(merchant: OpenMerchant, kind: str) -> None:
    """Where nothing signs a time, the alert's own id makes a replayed message harmless."""
    one = await merchant(kind)
    real = await authentic(one)
    [first] = await one.take_in(real)
    [again] = await one.take_in(real)
    assert (again.case_id, first.new, again.new) == (first.case_id, True, False)
    assert len(await one.shop.stack.store.cases.list_cases(account=one.shop.name)) == 1


async def test_a_source_that_nobody_configured(merchant: OpenMerchant) -> None:
    """A message to an address of no source is refused before its bytes are looked at."""
    one = await merchant("ethoca")
    with pytest.raises(NeedsOperator, match="no alert source") as refusal:
        await one.shop.stack.store.sources.source("alerts-of-nobody")
    assert refusal.value.reason == "unknown_source"
    assert await one.nothing_came_of_it()


@pytest.mark.parametrize(
    ("sender", "receiver"),
    [("chargebackhit", "chargeblast"), ("reseller", "ethoca"), ("chargeblast", "stripe_efw")],
)
async def test_a_message_at_another_sources_address(
    merchant: OpenMerchant, sender: str, receiver: str
) -> None:
    """What proves one provider proves nothing to another."""
    real = await authentic(await merchant(sender))
    with pytest.raises(NotAuthentic):
        await (other := await merchant(receiver)).take_in(real)
    assert await other.nothing_came_of_it()


@pytest.mark.parametrize("kind", ["chargebackhit", "ethoca", "chargeblast"])
async def test_an_authentic_message_in_another_providers_form(merchant: OpenMerchant, kind: str) -> None:
    """A form body at a JSON provider, proven with its secret: refused, kept, nothing guessed."""
    form = (await (await merchant("reseller")).letter()).body
    await refused(await merchant(kind), signed(kind, form), "unparseable")


async def authentic(merchant: Merchant) -> Letter:
    """A message that this source takes."""
    if merchant.source.kind == "stripe_efw":
        return event(warning())
    return await merchant.letter()
