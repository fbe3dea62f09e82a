"""Chargebackhit's webhooks, from the signature to the neutral alert."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from network_samples import NOW, as_json, chargebackhit, source

from chargebacks.alerts import AlertKind, AnswerMode, NetworkProduct, ReasonClass
from chargebacks.errors import BadInput, NeedsOperator, NotAuthentic
from chargebacks.money import Money
from networks.adapter import Inbound
from networks.chargebackhit import Chargebackhit
from runtime.connections import SourceSettings

SOURCE = source("chargebackhit")
ADAPTER = Chargebackhit()


def parse(payload):
    (alert,) = ADAPTER.parse(as_json(payload), SOURCE, received_at=NOW)
    return alert


def signed(body: bytes, *, secret: bytes = b"cbh_secret_test", header: str = "Signature") -> Inbound:
    """Signed as the documentation says, without our own code."""
    digest = hmac.new(secret, b"cbh_public_test" + body + b"cbh_public_test", hashlib.sha512).hexdigest()
    headers = {"public_key": "cbh_public_test", header: base64.b64encode(digest.encode()).decode()}
    return Inbound(headers=headers, body=body, received_at=NOW)


class TestParse:
    def test_every_documented_field_finds_its_place(self):
        """The neutral alert holds what the documented webhook says."""
        alert = parse(chargebackhit())
        assert alert.provider_alert_id == "a1b2c3d4-0000-4000-8000-000000000001"
        assert alert.source == "chargebackhit-shop"
        assert (alert.product, alert.kind) == (NetworkProduct.ETHOCA, AlertKind.REFUND_REQUEST)
        assert (alert.reason_class, alert.reason_code) == (ReasonClass.FRAUD, "10.4")
        assert alert.alerted_at == datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
        assert alert.amount == Money(amount_minor=4999, currency="USD")
        sale = alert.transaction
        assert (sale.bin, sale.last4, sale.brand) == ("424242", "4242", "visa")
        assert (sale.auth_code, sale.network_transaction_id) == ("A12345", "465112233445566")
        assert (sale.descriptor, sale.merchant_order_id) == ("MYSTORE*PURCHASE", "order-12345")
        assert alert.raw_sha256 == hashlib.sha256(as_json(chargebackhit())).hexdigest()

    @pytest.mark.parametrize(
        ("kind_of_alert", "product", "kind", "neutral_product"),
        [
            ("init-refund", "cdrn", AlertKind.REFUND_REQUEST, NetworkProduct.CDRN),
            ("resolved", "rdr", AlertKind.NETWORK_RESOLVED, NetworkProduct.RDR),
            ("prevented", "oi", AlertKind.PREVENTED, NetworkProduct.ORDER_INSIGHT),
            ("inquiry", "consumer-clarity", AlertKind.INQUIRY, NetworkProduct.CONSUMER_CLARITY),
            ("fraud-notification", "visa-fraud", AlertKind.FRAUD_REPORT, NetworkProduct.TC40),
            ("dispute-notification", "visa-dispute", AlertKind.DISPUTE_NOTICE, NetworkProduct.TC15),
            ("INIT_REFUND", "Ethoca", AlertKind.REFUND_REQUEST, NetworkProduct.ETHOCA),
            ("something-new", "ethoca", AlertKind.UNKNOWN, NetworkProduct.ETHOCA),
            ("init-refund", "newnet", AlertKind.REFUND_REQUEST, NetworkProduct.UNKNOWN),
        ],
    )
    def test_type_and_product(self, kind_of_alert, product, kind, neutral_product):
        """Each documented type has its kind; unknown words are accepted as unknown."""
        alert = parse(chargebackhit(type=kind_of_alert, product=product))
        assert (alert.kind, alert.product) == (kind, neutral_product)

    def test_a_refund_request_about_rdr_never_moves_money(self):
        """The network refunds RDR by itself; a contradicting type goes to a person."""
        alert = parse(chargebackhit(type="init-refund", product="rdr"))
        assert alert.kind is AlertKind.UNKNOWN
        assert "rdr" in alert.note

    def test_an_alert_already_answered_never_moves_money(self):
        """An outcome on arrival means that somebody answered before us."""
        alert = parse(chargebackhit(outcome="reversed"))
        assert alert.kind is AlertKind.UNKNOWN
        assert "reversed" in alert.note

    def test_a_partial_dispute_keeps_both_amounts(self):
        """The alert's amount is what is disputed, the transaction's is the sale."""
        alert = parse(chargebackhit(amount="20.00"))
        assert alert.amount == Money(amount_minor=2000, currency="USD")
        assert alert.transaction.amount == Money(amount_minor=4999, currency="USD")

    @pytest.mark.parametrize(("amount", "currency", "minor"), [("500", "JPY", 500), ("1.250", "KWD", 1250)])
    def test_amounts_keep_their_currencys_decimals(self, amount, currency, minor):
        """JPY has none and KWD has three."""
        assert parse(chargebackhit(amount=amount, currency=currency)).amount.amount_minor == minor

    def test_ids_are_opaque(self):
        """A longer id with another prefix is kept as it is."""
        assert parse(chargebackhit(id="cbh_alert/" + "x" * 200)).provider_alert_id == "cbh_alert/" + "x" * 200

    def test_missing_optional_fields_are_none(self):
        """The least that an alert needs is an id, a type and an amount."""
        alert = parse({"alert": {"id": "1", "type": "init-refund", "amount": "5", "currency": "USD"}})
        assert alert.transaction.last4 is None
        assert alert.alerted_at == NOW
        assert "alert.date not given" in alert.note

    def test_a_full_card_number_is_cut(self):
        """A number that a provider should not have sent does not leave the parser."""
        payload = chargebackhit(descriptor="CALL 4242 4242 4242 4242")
        payload["transaction"] |= {"bin": "4242424242424242", "last_four": "4242424242424242"}
        alert = parse(payload)
        assert "4242424242424242" not in alert.model_dump_json().replace(" ", "")


class TestBadInput:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"amount": "-5.00"}, "alert.amount"),
            ({"amount": "1e3"}, "alert.amount"),
            ({"amount": "0.00"}, "alert.amount"),
            ({"amount": None}, "alert.amount"),
            ({"amount": "100000000000.00"}, "alert.amount"),
            ({"amount": "4.999"}, "alert.amount"),
            ({"amount": ["49.99"]}, "alert.amount"),
            ({"currency": "XXQ"}, "alert.amount"),
            ({"currency": None}, "alert.amount"),
            ({"id": ""}, "alert.id"),
            ({"id": "a\u0000b"}, "alert.id"),
            ({"date": "2026-11-24T12:00:00Z"}, "alert.date"),
            ({"date": "2024-11-23T12:00:00Z"}, "alert.date"),
            ({"date": "soon"}, "alert.date"),
        ],
    )
    def test_one_sentence_names_the_field(self, change, words):
        """What money depends on is checked strictly."""
        with pytest.raises(BadInput, match=words):
            parse(chargebackhit(**change))

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"\xff", b"[]", b"null", b'{"alert": []}', b'{"alert":' * 5000, b"x" * 300_000]
    )
    def test_bytes_that_are_no_alert(self, body):
        """Garbage and oversized bodies are refused like everything else."""
        with pytest.raises(BadInput):
            ADAPTER.parse(body, SOURCE, received_at=NOW)

    def test_a_field_given_twice_is_refused(self):
        """Two amounts in one object leave it open which one counts."""
        body = b'{"alert": {"id": "1", "type": "resolved", "amount": "1.00", "amount": "99.00", "currency": "USD"}}'
        with pytest.raises(BadInput, match="twice"):
            ADAPTER.parse(body, SOURCE, received_at=NOW)


class TestAuthenticate:
    @pytest.mark.parametrize("header", ["Signature", "signature", "SIGNATURE"])
    def test_the_documented_signature_is_taken(self, header):
        """Header names come in any case."""
        ADAPTER.authenticate(signed(as_json(chargebackhit()), header=header), SOURCE)

    def test_a_proxy_may_drop_the_public_key_header(self):
        """nginx drops headers with underscores; the signature covers the key anyway."""
        request = signed(b"{}")
        bare = request.model_copy(update={"headers": {"signature": request.headers["signature"]}})
        ADAPTER.authenticate(bare, SOURCE)

    def test_re_serialised_json_fails(self):
        """The same JSON in other bytes is not what was signed."""
        request = signed(as_json(chargebackhit()))
        spaced = json.dumps(json.loads(request.body), indent=1).encode()
        with pytest.raises(NotAuthentic, match="Signature"):
            ADAPTER.authenticate(request.model_copy(update={"body": spaced}), SOURCE)

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"signature": ""},
            {"signature": "AAAA"},
            {"signature": "äöü"},
        ],
    )
    def test_unsigned_or_wrong(self, headers):
        """No signature and a wrong one are refused alike."""
        with pytest.raises(NotAuthentic):
            ADAPTER.authenticate(Inbound(headers=headers, body=b"{}", received_at=NOW), SOURCE)

    def test_another_secret(self):
        """Somebody else's secret does not sign for us."""
        with pytest.raises(NotAuthentic):
            ADAPTER.authenticate(signed(b"{}", secret=b"another"), SOURCE)

    def test_another_public_key(self):
        """A message that names another key pair is refused though its signature fits ours."""
        request = signed(b"{}")
        headers = {**request.headers, "public_key": "other"}
        with pytest.raises(NotAuthentic):
            ADAPTER.authenticate(request.model_copy(update={"headers": headers}), SOURCE)

    def test_without_a_configured_secret_nothing_is_authentic(self):
        """A source without secrets asks for them instead of letting anything in."""
        bare = SourceSettings(name="s", kind="chargebackhit", account="a", base_url="https://x.invalid")
        with pytest.raises(NeedsOperator, match="public_key"):
            ADAPTER.authenticate(signed(b"{}"), bare)


class TestReply:
    def test_a_refund_request_is_pending(self):
        """The outcome follows by the API."""
        assert json.loads(ADAPTER.reply((parse(chargebackhit()),)).body) == {"outcome": "pending"}

    def test_a_resolved_alert_is_acknowledged_with_its_order(self):
        """The documentation asks for the order id, for reconciliation."""
        alert = parse(chargebackhit(type="resolved", product="rdr"))
        assert json.loads(ADAPTER.reply((alert,)).body) == {
            "outcome": "acknowledged",
            "order": {"order_id": "order-12345"},
        }

    def test_an_inquiry_is_answered_in_the_reply_only(self):
        """It would be over before a workflow could answer."""
        assert parse(chargebackhit(type="inquiry", product="oi")).answer_mode is AnswerMode.SYNC_REPLY
