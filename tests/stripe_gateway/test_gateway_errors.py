"""What becomes of every answer that Stripe may give: who can do what about it, in words fit for a case file.

The answers come over a real socket through the real SDK, which fills its exceptions differently for each class.
"""

from datetime import timedelta

import pytest
from gateway_support import SHOP, Shops, Wire, a_charge, ledger_entry, usd

from chargebacks.charges import RefundSnapshot
from chargebacks.errors import CaseError, NeedsOperator, Refused, StoredFailure, TryLater
from chargebacks.refunds import RefundReason
from runtime.settings import Settings
from stripe_gateway.gateway import Gateway


async def refund(gateway: Gateway) -> RefundSnapshot:
    return await gateway.create_refund(
        SHOP,
        a_charge(),
        amount=usd(4999),
        reason=RefundReason.REQUESTED_BY_CUSTOMER,
        entry=ledger_entry("ch_1"),
    )


async def refusal(gateway: Gateway) -> CaseError:
    with pytest.raises(CaseError) as raised:
        await refund(gateway)
    assert raised.value.__cause__ is None
    return raised.value


@pytest.mark.parametrize(
    ("status", "code", "message", "reason"),
    [
        (400, "charge_already_refunded", "Charge ch_1 has already been refunded.", "charge_already_refunded"),
        (400, None, "Charge ch_1 has already been refunded.", "charge_already_refunded"),
        (400, "charge_disputed", "Charge ch_1 has been charged back.", "charge_disputed"),
        (400, None, "Charge ch_1 has been charged back; cannot issue a refund.", "charge_disputed"),
        (400, "refund_disputed_payment", "", "refund_disputed_payment"),
        (400, "charge_not_refundable", "", "charge_not_refundable"),
        (400, "amount_too_large", "", "amount_too_large"),
        (
            400,
            None,
            "Refund amount ($9.00) is greater than unrefunded amount on charge ($3.00)",
            "amount_too_large",
        ),
        (400, "payment_intent_unexpected_state", "", "payment_intent_unexpected_state"),
        (404, "resource_missing", "No such charge: 'ch_1'", "resource_missing"),
        (
            404,
            "resource_missing",
            "No such charge: 'ch_1'; a similar object exists in live mode, but a test mode key was used.",
            "livemode_mismatch",
        ),
        (400, "livemode_mismatch", "", "livemode_mismatch"),
        (400, "parameter_unknown", "Received unknown parameter: foo", "parameter_unknown"),
        (402, "card_declined", "", "card_declined"),
        (400, None, "Something new.", "http_400"),
    ],
)
async def test_final_answers(
    wired: Gateway, wire: Wire, status: int, code: str | None, message: str, reason: str
) -> None:
    """A business answer is final for this request and keeps Stripe's own code as its reason."""
    wire.fails(status, message, type="invalid_request_error", **({"code": code} if code else {}))

    error = await refusal(wired)

    assert isinstance(error, Refused)
    assert error.reason == reason


async def test_reused_idempotency_key(wired: Gateway, wire: Wire) -> None:
    """The same key with other parameters is final; Stripe gives it a type and no code."""
    wire.fails(400, "Keys for idempotent requests can only be used ...", type="idempotency_error")

    error = await refusal(wired)

    assert isinstance(error, Refused)
    assert error.reason == "idempotency_error"


@pytest.mark.parametrize(
    ("status", "error", "headers", "reason", "after"),
    [
        (
            409,
            {"type": "idempotency_error", "code": "idempotency_key_in_use"},
            {},
            "idempotency_key_in_use",
            None,
        ),
        (
            429,
            {"code": "rate_limit"},
            {"Stripe_Rate_Limited_Reason": "endpoint-concurrency"},
            "rate_limited",
            None,
        ),
        (
            429,
            {"code": "rate_limit"},
            {"Stripe_Rate_Limited_Reason": "global-rate", "Retry_After": "3"},
            "rate_limited",
            timedelta(seconds=3),
        ),
        (429, {"code": "lock_timeout"}, {"Stripe_Should_Retry": "true"}, "lock_timeout", None),
        (400, {"code": "lock_timeout"}, {}, "lock_timeout", None),
        (400, {"code": "try_me_again"}, {"Stripe_Should_Retry": "true"}, "try_me_again", None),
        (400, {"code": "balance_insufficient"}, {}, "balance_insufficient", timedelta(hours=1)),
        (500, {"type": "api_error"}, {}, "http_500", None),
        (503, {"type": "api_error"}, {}, "http_503", None),
    ],
)
async def test_answers_worth_asking_again(
    wired: Gateway,
    wire: Wire,
    status: int,
    error: dict[str, str],
    headers: dict[str, str],
    reason: str,
    after: timedelta | None,
) -> None:
    """Throttled, locked, in flight or unknown: the same call may be made again under the same key."""
    wire.fails(status, headers=headers, **error)

    failure = await refusal(wired)

    assert type(failure) is TryLater
    assert (failure.reason, failure.after) == (reason, after)


async def test_the_limit_is_named(wired: Gateway, wire: Wire) -> None:
    """An operator sees which of Stripe's limits was hit."""
    wire.fails(429, code="rate_limit", headers={"Stripe_Rate_Limited_Reason": "endpoint-rate"})

    assert "endpoint-rate" in str(await refusal(wired))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, '{"id": "re_1", "status": "succ'),
        (200, ""),
        (404, '{"detail": "no such page"}'),
        (403, "<html>Blocked by proxy</html>"),
    ],
)
async def test_torn_or_foreign_answers(wired: Gateway, wire: Wire, status: int, body: str) -> None:
    """What cannot be read as Stripe's answer says nothing about what was done."""
    wire.says(status, body)

    failure = await refusal(wired)

    assert type(failure) is TryLater
    assert failure.reason == "unreadable_answer"


async def test_connection_lost(wired: Gateway, wire: Wire) -> None:
    """A connection that closes before or within the answer leaves the outcome unknown."""
    wire.says(200, {"id": "re_1"})
    whole = wire.answers[0]
    for torn in (b"", whole[:40], whole[:-4]):
        wire.answers = [torn]

        failure = await refusal(wired)

        assert type(failure) is TryLater
        assert failure.reason == "unreachable"


async def test_nobody_listens(shops: Shops) -> None:
    """An address where nothing answers is unreachable, not an error of ours."""
    gateway = Gateway(shops.credentials_of, Settings(stripe_api_base="http://127.0.0.1:1"))

    failure = await refusal(gateway)
    await gateway.close()

    assert type(failure) is TryLater
    assert failure.reason == "unreachable"


@pytest.mark.parametrize(
    ("status", "error", "headers", "reason"),
    [
        (500, {"type": "api_error"}, {"Idempotent_Replayed": "true"}, "http_500"),
        (500, {"type": "api_error"}, {"Stripe_Should_Retry": "false"}, "http_500"),
        (400, {"code": "balance_insufficient"}, {"Idempotent_Replayed": "true"}, "balance_insufficient"),
    ],
)
async def test_stored_failures(
    wired: Gateway, wire: Wire, status: int, error: dict[str, str], headers: dict[str, str], reason: str
) -> None:
    """A failure that the key holds comes back for a day: only a look and a new key can help."""
    wire.fails(status, headers=headers, **error)

    failure = await refusal(wired)

    assert isinstance(failure, StoredFailure)
    assert failure.reason == reason


async def test_a_replayed_refusal_is_the_refusal(wired: Gateway, wire: Wire) -> None:
    """A replayed business answer means what it meant the first time."""
    wire.fails(400, code="charge_disputed", headers={"Idempotent_Replayed": "true"})

    assert isinstance(await refusal(wired), Refused)


async def test_reads_have_no_stored_failures(wired: Gateway, wire: Wire) -> None:
    """A read has no key under which anything could be stored."""
    wire.fails(500, type="api_error", headers={"Stripe_Should_Retry": "false"})

    with pytest.raises(TryLater) as raised:
        await wired.read_charge(SHOP, "ch_1")

    assert raised.value.reason == "http_500"


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, None), (401, "api_key_expired"), (400, "platform_api_key_expired"), (400, "secret_key_required")],
)
async def test_refused_keys(wired: Gateway, wire: Wire, status: int, code: str | None) -> None:
    """A key that Stripe refuses needs a person, who is told which account it is."""
    wire.fails(status, "Invalid API Key provided: sk_test_*****dbox", **({"code": code} if code else {}))

    error = await refusal(wired)

    assert isinstance(error, NeedsOperator)
    assert error.reason == "key_refused"
    assert "account shop" in str(error)


async def test_missing_permission(wired: Gateway, wire: Wire) -> None:
    """A restricted key without the scope: the message names the permission and where to grant it."""
    message = "The provided key 'rk_test_*****' lacks it. Having the 'rak_charge_write' permission would allow this."
    wire.fails(403, message, code="more_permissions_required")

    error = await refusal(wired)

    assert isinstance(error, NeedsOperator)
    assert error.reason == "permission_missing"
    assert "rak_charge_write" in str(error)
    assert "https://dashboard.stripe.com/apikeys" in str(error)


async def test_revoked_connection(wired: Gateway, wire: Wire) -> None:
    """A connected account that the platform's key no longer reaches needs a person as well."""
    wire.fails(403, "The provided key does not have access to account 'acct_2'", code="account_invalid")

    error = await refusal(wired)

    assert isinstance(error, NeedsOperator)
    assert error.reason == "account_invalid"


@pytest.mark.parametrize("status", [400, 401, 402, 403, 409, 429, 500])
async def test_messages_keep_secrets(wired: Gateway, wire: Wire, status: int) -> None:
    """Whatever Stripe writes about keys or people stays out of our sentences; its code and request id are in."""
    wire.fails(status, "Key sk_test_sandbox of jane@example.com, Jane Doe, is wrong.", code="some_code")

    text = str(await refusal(wired))

    assert not any(secret in text for secret in ("sk_test", "jane", "Jane"))
    assert "req_1" in text
    assert "some_code" in text
    assert "POST /v1/refunds" in text


async def test_codes_that_are_no_codes(wired: Gateway, wire: Wire) -> None:
    """Only something that looks like a code is taken over as one."""
    wire.fails(400, code="Jane Doe <jane@example.com>")

    assert (await refusal(wired)).reason == "http_400"


async def test_headers(wired: Gateway, wire: Wire) -> None:
    """Calls carry our idempotency key, the SDK's API version and our name, and no telemetry."""
    wire.says(200, {"id": "re_1", "status": "succeeded", "amount": 4999, "currency": "usd", "created": 1})
    await refund(wired)
    await refund(wired)

    for head in wire.heads:
        assert "idempotency-key: refund:shop:ch_1:1:v1\r\n" in head.lower()
        assert "stripe-version: 2026-10-28.endive" in head.lower()
        assert "chargebacks" in head
        assert "telemetry" not in head.lower()
