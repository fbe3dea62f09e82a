"""Alerts in PayShield's form: Verifi's CDRN and RDR, and Ethoca, through a reseller."""

from datetime import UTC, datetime

import pytest
from network_samples import NOW, as_form, payshield, source

from chargebacks.alerts import AlertKind, AnswerMode, NetworkProduct, ReasonClass, TimePrecision
from chargebacks.errors import BadInput, NotAuthentic
from chargebacks.money import Money
from networks.adapter import Inbound
from networks.payshield import PayShield
from networks.reseller import Reseller

SOURCE = source("reseller")
ADAPTER = Reseller()


def parse(fields, settings=SOURCE):
    (alert,) = ADAPTER.parse(as_form(fields), settings, received_at=NOW)
    return alert


class TestParse:
    def test_a_cdrn_dispute(self):
        """Form fields, a masked card, the order id inside txdetails."""
        alert = parse(payshield())
        assert (alert.provider_alert_id, alert.provider) == ("10001", "reseller")
        assert (alert.product, alert.kind) == (NetworkProduct.CDRN, AlertKind.REFUND_REQUEST)
        assert alert.amount == Money(amount_minor=4999, currency="USD")
        assert (alert.transaction.bin, alert.transaction.last4) == ("424242", "4242")
        assert alert.transaction.at == datetime(2026, 11, 20, 8, 0, 23, tzinfo=UTC)
        assert alert.transaction.merchant_order_id == "order-12345"
        assert alert.transaction.arn is None

    def test_the_alert_has_no_time_of_its_own(self):
        """It runs from receipt, marked imprecise because deliveries are 12 hours apart."""
        alert = parse(payshield())
        assert (alert.alerted_at, alert.alerted_at_precision) == (NOW, TimePrecision.LOCAL)
        assert "time of receipt" in alert.note

    @pytest.mark.parametrize(
        ("alert_type", "action", "kind"),
        [
            ("DISPUTE", "REFUND", AlertKind.REFUND_REQUEST),
            ("DISPUTE", "", AlertKind.REFUND_REQUEST),
            ("Confirmed Fraud", "REFUND", AlertKind.REFUND_REQUEST),
            ("DISPUTE", "CANCEL", AlertKind.CANCEL_ONLY),
            ("DISPUTE", "REVIEW", AlertKind.UNKNOWN),
            ("DISPUTE", "MATCHED", AlertKind.UNKNOWN),
            ("DISPUTE", "RESOLVED", AlertKind.UNKNOWN),
            ("DISPUTE_RDR", "RESOLVED", AlertKind.NETWORK_RESOLVED),
            ("DISPUTE_RDR", "REFUND", AlertKind.NETWORK_RESOLVED),
            ("DISPUTE_RDR", "DECLINED", AlertKind.NETWORK_DECLINED),
            ("DISPUTE_RDR", "REVIEW", AlertKind.UNKNOWN),
            ("DISPUTE_NOTICE", "REVIEW", AlertKind.DISPUTE_NOTICE),
            ("DISPUTE_NOTICE", "REFUND", AlertKind.DISPUTE_NOTICE),
            ("FRAUD_NOTICE", "REFUND", AlertKind.FRAUD_REPORT),
            ("CANCEL", "CANCEL", AlertKind.CANCEL_ONLY),
            ("CANCEL", "REFUND", AlertKind.UNKNOWN),
            ("SOMETHING_NEW", "REFUND", AlertKind.UNKNOWN),
        ],
    )
    def test_the_action_only_ever_asks_for_less(self, alert_type, action, kind):
        """Only a dispute to be refunded is a refund request; RDR's REFUND has been made by the network."""
        assert parse(payshield(alert_type=alert_type, alert_action=action)).kind is kind

    def test_rdr_taken_back(self):
        """A case of its own, that names the RDR alert whose id it bears."""
        fields = {"action": "statusupdate", "alert_id": "10001", "status": "RDR_DELETE", "reason_code": ""}
        alert = parse(fields)
        assert (alert.kind, alert.product) == (AlertKind.NETWORK_REVERSED, NetworkProduct.RDR)
        assert alert.provider_alert_id != "10001"
        assert alert.takes_back == "10001"
        assert "10001" in alert.note
        assert alert.answer_mode is AnswerMode.NONE

    @pytest.mark.parametrize("status", ["RESOLVED", "DECLINED", "WIP"])
    def test_echoes_of_our_own_updates_are_no_alerts(self, status):
        """The reseller tells us what we told it."""
        fields = {"action": "statusupdate", "alert_id": "10001", "status": status}
        assert ADAPTER.parse(as_form(fields), SOURCE, received_at=NOW) == ()

    def test_the_product_by_configuration_or_by_field(self):
        """The form does not name it; a field that does wins, and an unknown name is unknown."""
        ethoca = source("reseller", dispute_product="ethoca")
        assert parse(payshield(), ethoca).product is NetworkProduct.ETHOCA
        assert parse(payshield(provider="Verifi"), ethoca).product is NetworkProduct.CDRN
        assert parse(payshield(provider="rdr")).product is NetworkProduct.UNKNOWN

    def test_the_class_where_the_type_says_it(self):
        """Confirmed Fraud is fraud; DISPUTE may be either."""
        assert parse(payshield(alert_type="Confirmed Fraud")).reason_class is ReasonClass.FRAUD
        assert parse(payshield()).reason_class is ReasonClass.UNKNOWN

    def test_an_unmasked_card_is_cut(self):
        """The documentation says "masked or unmasked"."""
        alert = parse(payshield(card="4242424242424242", descriptor="4242424242424242"))
        assert (alert.transaction.bin, alert.transaction.last4) == ("424242", "4242")
        assert "4242424242424242" not in alert.model_dump_json()

    @pytest.mark.parametrize(
        "change",
        [
            {"amount": "-1.00"},
            {"amount": ""},
            {"amount": "49,99"},
            {"currency": ""},
            {"alert_id": " "},
        ],
    )
    def test_money_and_ids_are_strict(self, change):
        """What cannot be read is refused."""
        with pytest.raises(BadInput):
            parse(payshield(**change))

    @pytest.mark.parametrize(
        "body",
        [
            b"\xff=1",
            b"alert_id=1&alert_id=2",
            b"a=1&" * 600,
            b"",
            b"action=statusupdate&alert_id=1&status=NEW",
        ],
    )
    def test_forms_that_are_none(self, body):
        """Not UTF-8, doubled or too many fields, nothing at all, an unknown status."""
        with pytest.raises(BadInput):
            ADAPTER.parse(body, SOURCE, received_at=NOW)

    def test_payshield_itself_takes_no_acknowledgement_of_notices(self):
        """Its status update is documented for disputes only."""
        body = as_form(payshield(alert_type="DISPUTE_RDR", alert_action="RESOLVED"))
        (alert,) = PayShield().parse(body, source("payshield"), received_at=NOW)
        assert (alert.provider, alert.answer_mode) == ("payshield", AnswerMode.NONE)


class TestAuthenticate:
    @pytest.mark.parametrize("header", ["Authorization", "Authentication"])
    def test_the_bearer_token(self, header):
        """Both names that the documentation has used."""
        headers = {header: "Bearer reseller-webhook-test"}
        ADAPTER.authenticate(Inbound(headers=headers, body=b"", received_at=NOW), SOURCE)

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"authorization": "Bearer"},
            {"authorization": "Bearer guess"},
            {"authorization": "reseller-webhook-test"},
            {"authorization": "Bearer reseller-api-test"},
        ],
    )
    def test_anything_else(self, headers):
        """The token for outcomes does not open the door for alerts."""
        with pytest.raises(NotAuthentic):
            ADAPTER.authenticate(Inbound(headers=headers, body=b"", received_at=NOW), SOURCE)
