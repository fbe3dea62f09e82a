"""Ethoca's pushed, pulled and legacy alerts, and who may push them."""

import base64
import json
from datetime import UTC, datetime

import pytest
from network_samples import NOW, as_json, ethoca_legacy, ethoca_push, source
from pydantic import SecretStr

from chargebacks.alerts import AlertKind, NetworkProduct, ReasonClass, TimePrecision
from chargebacks.errors import BadInput, NeedsOperator, NotAuthentic
from chargebacks.money import Money
from networks.adapter import Inbound
from networks.ethoca import Ethoca

SOURCE = source("ethoca")
ADAPTER = Ethoca()


def parse(payload):
    (alert,) = ADAPTER.parse(as_json(payload), SOURCE, received_at=NOW)
    return alert


class TestParse:
    def test_a_pushed_alert(self):
        """Nested amounts, an offset in the time, a masked card number."""
        alert = parse(ethoca_push())
        assert alert.provider_alert_id == "ABCDEFGHIJKLMNOPQRSTUVWX1"
        assert (alert.product, alert.kind) == (NetworkProduct.ETHOCA, AlertKind.REFUND_REQUEST)
        assert alert.alerted_at == datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
        assert alert.alerted_at_precision is TimePrecision.INSTANT
        assert alert.amount == Money(amount_minor=4999, currency="USD")
        assert (alert.transaction.bin, alert.transaction.last4) == ("424242", "4242")
        assert alert.transaction.is_3ds is False
        assert alert.issuer == "Sandbox Bank"

    def test_a_legacy_alert(self):
        """Local times, three decimals, a full card number, and a disputed part of the sale."""
        alert = parse(ethoca_legacy())
        assert alert.alerted_at_precision is TimePrecision.LOCAL
        assert alert.transaction.at_precision is TimePrecision.LOCAL
        assert alert.amount == Money(amount_minor=2000, currency="USD")
        assert alert.transaction.amount == Money(amount_minor=4999, currency="USD")
        assert (alert.transaction.bin, alert.transaction.last4) == ("424242", "4242")
        assert alert.transaction.arn is None
        assert alert.transaction.is_3ds is None
        assert "4242424242424242" not in alert.model_dump_json()

    @pytest.mark.parametrize(
        ("word", "reason_class"),
        [
            ("CONFIRMEDFRAUD", ReasonClass.FRAUD),
            ("CUSTOMERDISPUTE", ReasonClass.DISPUTE),
            ("CONFIRMED_FRAUD", ReasonClass.FRAUD),
            ("issuer_alert", ReasonClass.FRAUD),
            ("fraudreporter_alert", ReasonClass.FRAUD),
            (" customerdispute_alert", ReasonClass.DISPUTE),
        ],
    )
    def test_three_vocabularies_of_types(self, word, reason_class):
        """Today's words, the older schema's, and stray spellings of both."""
        alert = parse(ethoca_push(alertType=word))
        assert (alert.kind, alert.reason_class) == (AlertKind.REFUND_REQUEST, reason_class)

    def test_an_unknown_type_never_moves_money(self):
        """A numeric code of an even older form says nothing we may act on."""
        alert = parse(ethoca_push(alertType="7"))
        assert (alert.kind, alert.note) == (AlertKind.UNKNOWN, "unknown alert type 7")

    def test_the_documented_illustration(self):
        """The only JSON the documentation shows: an amount as text, a bare date, no currency."""
        shown = {
            "alertId": "ALERT_001",
            "alertType": "CUSTOMERDISPUTE",
            "customerName": "Jane Smith",
            "transactionAmount": "150.00",
            "dateSubmitted": "2026-11-23",
        }
        with pytest.raises(BadInput, match="currency"):
            parse(shown)
        alert = parse({**shown, "transactionCurrency": "USD"})
        assert (alert.amount, alert.alerted_at_precision) == (
            Money(amount_minor=15000, currency="USD"),
            TimePrecision.DATE,
        )

    def test_a_list_as_pull_returns_it(self):
        """Each item is an alert of its own."""
        body = as_json({"alerts": [ethoca_push(), ethoca_legacy()]})
        alerts = ADAPTER.parse(body, SOURCE, received_at=NOW)
        assert [alert.reason_class for alert in alerts] == [ReasonClass.FRAUD, ReasonClass.DISPUTE]

    def test_a_local_alert_time_may_seem_to_lie_ahead(self):
        """A clock in UTC+14 is not the future; a day and a half ahead is."""
        parse(ethoca_legacy(AlertTimestamp="2026-11-24T02:00:00.000"))
        with pytest.raises(BadInput, match="future"):
            parse(ethoca_legacy(AlertTimestamp="2026-11-25T00:00:00.000"))

    @pytest.mark.parametrize(
        "zero", ["1899-11-30", "0000-00-00", "0001-01-01T00:00:00", "1970-01-01T00:00:00Z"]
    )
    def test_zero_dates_stand_for_none(self, zero):
        """A sale without a date is matched without one, and the note says so."""
        alert = parse(ethoca_push(transactionTimestamp=zero))
        assert alert.transaction.at is None
        assert "zero date" in alert.note

    def test_an_unreadable_sale_date_is_left_out(self):
        """Only matching needs it."""
        alert = parse(ethoca_push(transactionTimestamp="last week"))
        assert (alert.transaction.at, alert.note) == (None, "transactionTimestamp could not be read")

    @pytest.mark.parametrize(
        "change",
        [
            {"amount": {"value": -1, "currencyCode": "USD"}},
            {"amount": {"value": 1}},
            {"amount": None},
            {"amount": True},
            {"chargebackAmount": {"value": "x", "currencyCode": "USD"}},
            {"alertId": None},
            {"alertId": {"id": "1"}},
        ],
    )
    def test_money_and_ids_are_strict(self, change):
        """An amount or id that cannot be read is refused, never guessed."""
        with pytest.raises(BadInput):
            parse(ethoca_push(**change))


class TestAuthenticate:
    def request(self, **headers):
        return Inbound(
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            body=b"{}",
            received_at=NOW,
        )

    def basic(self, pair: bytes) -> str:
        return "Basic " + base64.b64encode(pair).decode()

    def test_the_agreed_basic_authentication(self):
        """User and password as agreed at onboarding."""
        ADAPTER.authenticate(
            self.request(authorization=self.basic(b"ethoca-test:ethoca-password-test")), SOURCE
        )

    @pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic", "Basic ???", "Basic ZXRob2NhOng="])
    def test_anything_else_is_refused(self, authorization):
        """Missing, another scheme, not base64, and a wrong password."""
        with pytest.raises(NotAuthentic):
            ADAPTER.authenticate(self.request(authorization=authorization), SOURCE)

    def test_behind_a_proxy_that_checks_the_certificate(self):
        """Mutual TLS ends at the proxy, whose secret header then proves it."""
        secrets = {"proxy_secret": SecretStr("proxy-test")}
        behind = SOURCE.model_copy(update={"secrets": secrets, "options": {"proxy_header": "X-Checked"}})
        ADAPTER.authenticate(self.request(x_checked="proxy-test"), behind)
        for wrong in (self.request(), self.request(x_checked="guess")):
            with pytest.raises(NotAuthentic):
                ADAPTER.authenticate(wrong, behind)

    def test_basic_and_proxy_must_both_hold(self):
        """Two configured proofs are two conditions."""
        both = SOURCE.model_copy(
            update={"secrets": {**SOURCE.secrets, "proxy_secret": SecretStr("proxy-test")}}
        )
        right = self.basic(b"ethoca-test:ethoca-password-test")
        ADAPTER.authenticate(self.request(authorization=right, x_ethoca_proxy="proxy-test"), both)
        with pytest.raises(NotAuthentic):
            ADAPTER.authenticate(self.request(authorization=right), both)

    def test_without_any_way_to_know_nothing_comes_in(self):
        """An open endpoint would take refunds from anybody."""
        bare = SOURCE.model_copy(update={"secrets": {}})
        with pytest.raises(NeedsOperator, match="push_username"):
            ADAPTER.authenticate(self.request(), bare)


def test_the_acknowledgement_says_success():
    """Ethoca takes nothing else for delivered."""
    assert json.loads(ADAPTER.reply(()).body) == {"status": "success"}
