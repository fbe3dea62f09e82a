"""Chargeblast's webhooks."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from network_samples import NOW, as_json, chargeblast, source
from pydantic import SecretStr

from chargebacks.alerts import AlertKind, AnswerMode, NetworkProduct, ReasonClass, TimePrecision
from chargebacks.errors import BadInput, NeedsOperator, NotAuthentic
from chargebacks.money import Money
from networks.adapter import Inbound
from networks.chargeblast import Chargeblast

SOURCE = source("chargeblast")
ADAPTER = Chargeblast()


def parse(**fields):
    (alert,) = ADAPTER.parse(as_json(chargeblast(**fields)), SOURCE, received_at=NOW)
    return alert


def signed(body: bytes = b"{}", *, seconds_off: int = 0, more: str = "") -> Inbound:
    """Signed as https://docs.svix.com/receiving/verifying-payloads/how-manual says."""
    timestamp = str(int(NOW.timestamp()) + seconds_off)
    content = b"msg_1." + timestamp.encode() + b"." + body
    mac = base64.b64encode(hmac.new(b"test-secret-test-secret", content, hashlib.sha256).digest()).decode()
    headers = {"svix-id": "msg_1", "svix-timestamp": timestamp, "svix-signature": f"{more}v1,{mac}"}
    return Inbound(headers=headers, body=body, received_at=NOW)


class TestParse:
    def test_an_alert(self):
        """A JSON number in major units, lower-case currency, a time with a space."""
        alert = parse()
        assert alert.provider_alert_id == "al_4xUCdBXVs23u03i51cpQBJ"
        assert (alert.product, alert.kind) == (NetworkProduct.ETHOCA, AlertKind.REFUND_REQUEST)
        assert alert.amount == Money(amount_minor=4999, currency="USD")
        assert alert.alerted_at == datetime(2026, 11, 23, 10, 30, 0, 601000, tzinfo=UTC)
        assert (alert.transaction.bin, alert.transaction.last4, alert.transaction.brand) == (
            "424242",
            "4242",
            "visa",
        )
        assert alert.reason_class is ReasonClass.FRAUD

    def test_midnight_is_a_bare_date(self):
        """Chargeblast writes dates as midnight; a real time stays an instant."""
        assert parse().transaction.at_precision is TimePrecision.DATE
        exact = parse(transactionDate="2026-11-20 08:00:01.000000Z")
        assert exact.transaction.at_precision is TimePrecision.INSTANT

    @pytest.mark.parametrize(
        "state", ["Resolved", "AlreadyRefunded", "Ineligible", "Unactioned", "ResolvedPartial"]
    )
    def test_an_alert_that_was_answered_before_us_never_moves_money(self, state):
        """reasonCode is the outcome: anything but WIP is final, and takes no other answer."""
        alert = parse(reasonCode=state)
        assert (alert.kind, alert.answer_mode) == (AlertKind.UNKNOWN, AnswerMode.NONE)
        assert state.lower() in alert.note

    @pytest.mark.parametrize("state", ["WIP", "", None, "None"])
    def test_an_open_alert(self, state):
        """Arrival state, or none."""
        assert parse(reasonCode=state).kind is AlertKind.REFUND_REQUEST

    @pytest.mark.parametrize(
        ("subprovider", "product", "kind", "answer"),
        [
            ("CDRN", NetworkProduct.CDRN, AlertKind.REFUND_REQUEST, AnswerMode.CALLBACK),
            ("AMEX", NetworkProduct.AMEX, AlertKind.REFUND_REQUEST, AnswerMode.CALLBACK),
            ("Discover", NetworkProduct.DISCOVER, AlertKind.REFUND_REQUEST, AnswerMode.CALLBACK),
            ("JCB", NetworkProduct.JCB, AlertKind.REFUND_REQUEST, AnswerMode.CALLBACK),
            ("TC40", NetworkProduct.TC40, AlertKind.FRAUD_REPORT, AnswerMode.NONE),
            ("SAFE", NetworkProduct.SAFE, AlertKind.FRAUD_REPORT, AnswerMode.NONE),
            ("TC15", NetworkProduct.TC15, AlertKind.DISPUTE_NOTICE, AnswerMode.NONE),
            ("Cancel", NetworkProduct.UNKNOWN, AlertKind.CANCEL_ONLY, AnswerMode.NONE),
            ("Unknown", NetworkProduct.UNKNOWN, AlertKind.UNKNOWN, AnswerMode.CALLBACK),
            ("NewNetwork", NetworkProduct.UNKNOWN, AlertKind.UNKNOWN, AnswerMode.CALLBACK),
        ],
    )
    def test_every_subprovider(self, subprovider, product, kind, answer):
        """Networks ask for refunds, reports inform, what is unknown waits for a person."""
        alert = parse(subprovider=subprovider)
        assert (alert.product, alert.kind, alert.answer_mode) == (product, kind, answer)

    @pytest.mark.parametrize(
        ("action", "kind"),
        [
            ("Resolved", AlertKind.NETWORK_RESOLVED),
            ("Declined", AlertKind.NETWORK_DECLINED),
            (None, AlertKind.UNKNOWN),
        ],
    )
    def test_rdr_by_what_the_acquirer_did(self, action, kind):
        """Refunded by the network, declined by its rules, or not said."""
        alert = parse(subprovider="RDR", acquirerAction=action)
        assert (alert.product, alert.kind) == (NetworkProduct.RDR, kind)

    def test_a_matched_charge(self):
        """externalOrder names it, where it is a Stripe id."""
        assert parse(externalOrder="ch_9").transaction.stripe_id == "ch_9"
        assert parse(externalOrder="shop-order-7").transaction.stripe_id is None

    @pytest.mark.parametrize(
        "change", [{"amount": -5}, {"amount": 4.999}, {"currency": "zzz"}, {"id": None, "alertId": None}]
    )
    def test_money_and_ids_are_strict(self, change):
        """What cannot be read is refused."""
        with pytest.raises(BadInput):
            parse(**change)


class TestAuthenticate:
    def test_the_documented_signature(self):
        """Id, timestamp and raw body."""
        ADAPTER.authenticate(signed(as_json(chargeblast())), SOURCE)

    def test_one_of_several_signatures_suffices(self):
        """Secrets are rotated, and newer versions sign beside v1."""
        ADAPTER.authenticate(signed(more="v2,AAAA v1,BBBB "), SOURCE)

    @pytest.mark.parametrize("seconds_off", [-301, 301])
    def test_stale_and_future(self, seconds_off):
        """Five minutes either way: a captured message cannot be kept for later."""
        with pytest.raises(NotAuthentic, match="seconds"):
            ADAPTER.authenticate(signed(seconds_off=seconds_off), SOURCE)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("svix-id", "msg_2"),
            ("svix-timestamp", "1"),
            ("svix-timestamp", "1795435201"),
            ("svix-timestamp", "x" * 400),
            ("svix-signature", "v1,AAAA"),
            ("svix-signature", "v1"),
            ("svix-signature", ""),
        ],
    )
    def test_every_header_is_covered(self, name, value):
        """Neither the id nor the time can be exchanged."""
        request = signed()
        with pytest.raises(NotAuthentic):
            ADAPTER.authenticate(
                request.model_copy(update={"headers": {**request.headers, name: value}}), SOURCE
            )

    def test_a_changed_body(self):
        """One more newline is another message."""
        with pytest.raises(NotAuthentic):
            ADAPTER.authenticate(signed().model_copy(update={"body": b"{}\n"}), SOURCE)

    def test_a_secret_that_is_none(self):
        """The operator hears which secret to mend, not what it was."""
        broken = SOURCE.model_copy(update={"secrets": {"webhook_secret": SecretStr("whsec_%%%")}})
        with pytest.raises(NeedsOperator, match="webhook_secret") as refusal:
            ADAPTER.authenticate(signed(), broken)
        assert "%%%" not in str(refusal.value)
