"""Stripe's early fraud warnings as an alert source."""

import hashlib
import hmac

import httpx
import pytest
from network_samples import NOW, as_json, event, source, warning

from chargebacks.alerts import AlertKind, AnswerMode, NetworkProduct, ReasonClass
from chargebacks.errors import BadInput, NotAuthentic, Refused
from chargebacks.outcomes import DecidedBy, Outcome, OutcomeCode
from networks.adapter import Inbound
from networks.stripe_warnings import StripeWarnings

SOURCE = source("stripe_efw")
ADAPTER = StripeWarnings()


def parse(payload, settings=SOURCE):
    return ADAPTER.parse(as_json(payload), settings, received_at=NOW)


def signed(
    body: bytes, *, seconds_off: int = 0, secrets: tuple[bytes, ...] = (b"whsec_test_fake",)
) -> Inbound:
    """Signed as https://docs.stripe.com/webhooks#verify-manually says, once per secret."""
    timestamp = str(int(NOW.timestamp()) + seconds_off)
    v1 = [hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest() for key in secrets]
    header = ",".join([f"t={timestamp}", *(f"v1={signature}" for signature in v1), "v0=legacy"])
    return Inbound(headers={"Stripe-Signature": header}, body=body, received_at=NOW)


class TestParse:
    @pytest.mark.parametrize("payload", [warning(), event(warning())])
    def test_an_event_and_a_bare_object_say_the_same(self, payload):
        """The exact charge, fraud, no amount, and no answer wanted."""
        (alert,) = parse(payload)
        assert (alert.provider_alert_id, alert.transaction.stripe_id) == ("issfr_123", "ch_123")
        assert (alert.product, alert.kind) == (NetworkProduct.EFW, AlertKind.FRAUD_REPORT)
        assert (alert.reason_class, alert.reason_code) == (ReasonClass.FRAUD, "unauthorized_use_of_card")
        assert (alert.amount, alert.livemode, alert.answer_mode) == (None, False, AnswerMode.NONE)

    def test_an_expanded_charge(self):
        """Lists may expand it."""
        (alert,) = parse(warning(charge={"id": "ch_9", "object": "charge", "amount": 4999}))
        assert alert.transaction.stripe_id == "ch_9"

    def test_events_of_other_types_tell_of_no_alert(self):
        """One webhook endpoint carries many types."""
        assert parse(event({"id": "ch_1", "object": "charge"}, type="charge.refunded")) == ()

    def test_a_settled_warning_says_so(self):
        """Not actionable: the charge is disputed or refunded already."""
        (alert,) = parse(warning(actionable=False))
        assert "not actionable" in alert.note

    def test_an_event_of_another_account_is_refused(self):
        """A Connect endpoint sees every account's events; each source takes its own."""
        connected = SOURCE.model_copy(update={"options": {"stripe_account": "acct_1"}})
        assert parse(event(warning(), account="acct_1"), connected)
        for payload, settings in (
            (event(warning(), account="acct_2"), connected),
            (event(warning()), connected),
        ):
            with pytest.raises(BadInput, match="account"):
                parse(payload, settings)
        with pytest.raises(BadInput, match="acct_1"):
            parse(event(warning(), account="acct_1"))

    @pytest.mark.parametrize(
        "change",
        [
            {"charge": None, "payment_intent": None},
            {"charge": "cus_1"},
            {"charge": 5},
            {"livemode": None},
            {"object": "charge"},
            {"created": 1795429800 + 10_000},
            {"created": -1},
            {"created": 10**20},
            {"id": None},
        ],
    )
    def test_what_cannot_be_told_is_refused(self, change):
        """The charge, the mode, the object and the time must be there."""
        with pytest.raises(BadInput):
            parse(warning(**change))


class TestAuthenticate:
    def test_the_documented_signature(self):
        """HMAC over timestamp and raw body."""
        ADAPTER.authenticate(signed(as_json(event(warning()))), SOURCE)

    def test_one_of_several_signatures_suffices(self):
        """While a secret is being rolled, Stripe signs with both."""
        ADAPTER.authenticate(signed(b"{}", secrets=(b"whsec_old", b"whsec_test_fake")), SOURCE)

    @pytest.mark.parametrize("seconds_off", [-301, 301, 86_400])
    def test_stale_and_future_timestamps(self, seconds_off):
        """Five minutes either way; Stripe's own SDK would let the future pass."""
        with pytest.raises(NotAuthentic, match="seconds"):
            ADAPTER.authenticate(signed(b"{}", seconds_off=seconds_off), SOURCE)

    @pytest.mark.parametrize("seconds_off", [-300, 300])
    def test_the_edges_of_the_tolerance(self, seconds_off):
        """Exactly five minutes is still taken."""
        ADAPTER.authenticate(signed(b"{}", seconds_off=seconds_off), SOURCE)

    @pytest.mark.parametrize(
        "header", ["", "t=1", "v1=aa", "t=1,t=2,v1=aa", "t=abc,v1=aa", "t=1795435200,v1=aa", "nonsense"]
    )
    def test_broken_headers(self, header):
        """No part may be missing, doubled or wrong."""
        with pytest.raises(NotAuthentic):
            ADAPTER.authenticate(
                Inbound(headers={"stripe-signature": header}, body=b"{}", received_at=NOW), SOURCE
            )

    def test_a_changed_body(self):
        """One more byte is another message."""
        request = signed(b"{}")
        with pytest.raises(NotAuthentic):
            ADAPTER.authenticate(request.model_copy(update={"body": b"{} "}), SOURCE)


async def test_no_outcome_is_ever_sent():
    """Stripe has no place for it."""
    (alert,) = parse(warning())
    outcome = Outcome(code=OutcomeCode.ACKNOWLEDGED, decided_by=DecidedBy.RULE)
    async with httpx.AsyncClient() as http:
        with pytest.raises(Refused):
            await ADAPTER.report(http, SOURCE, alert, outcome)
