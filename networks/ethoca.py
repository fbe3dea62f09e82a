"""Ethoca alerts as Mastercard pushes or lists them, under today's field names and the older schema's.

https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/ ; the push schema's field names are not
public, so that names are read in every documented spelling.
"""

import base64
import binascii
import hashlib
from datetime import datetime
from typing import Any, ClassVar

import httpx

from chargebacks.alerts import Alert, AlertKind, CardTransaction, NetworkProduct, ReasonClass
from chargebacks.errors import NeedsOperator
from chargebacks.outcomes import Acknowledgement, Outcome
from networks import ethoca_api
from networks.adapter import Inbound, Reply, Setting, json_reply
from networks.cards import CardDigits, digits, read_card
from networks.payload import Fields, note_of, read_json
from networks.signatures import optional_secret, same, secret_of, unsigned, wrongly_signed
from networks.times import alert_moment, sale_moment
from runtime.connections import SourceSettings

_REASON_CLASSES = {
    "confirmedfraud": ReasonClass.FRAUD,
    "confirmed-fraud": ReasonClass.FRAUD,
    "issuer-alert": ReasonClass.FRAUD,
    "fraudreporter-alert": ReasonClass.FRAUD,
    "customerdispute": ReasonClass.DISPUTE,
    "customer-dispute": ReasonClass.DISPUTE,
    "customerdispute-alert": ReasonClass.DISPUTE,
}
_TRANSACTION_TIME = ("transactionTimestamp", "transactionDate", "authorizationTimestamp")
_ALERT_TIME = ("alertTimestamp", "alertDate", "dateSubmitted", "createdTimestamp")


class Ethoca:
    """Both alert types ask for a refund; their outcome vocabularies differ.

    Push comes over mutual TLS, which ends at a proxy. What reaches us is therefore proven by the Basic
    authentication agreed at onboarding, by a secret header that the proxy adds after it checked the certificate,
    or by both.
    """

    kind: ClassVar[str] = "ethoca"
    default_base_url: ClassVar[str] = "https://api.ethocaweb.com"
    secrets: ClassVar[tuple[Setting, ...]] = (
        Setting(name="consumer_key", help="Consumer key of the Mastercard Developers project."),
        Setting(name="signing_key", help="The project's private key: PEM, or the .p12 file in base64."),
        Setting(name="signing_key_password", help="Password of the .p12 file.", required=False),
        Setting(name="push_username", help="Basic authentication of push deliveries.", required=False),
        Setting(name="push_password", help="Basic authentication of push deliveries.", required=False),
        Setting(
            name="proxy_secret",
            help="Value of the header that your TLS proxy adds after it verified Mastercard's certificate.",
            required=False,
        ),
    )
    options: ClassVar[tuple[Setting, ...]] = (
        Setting(name="proxy_header", help="Name of that header; default x-ethoca-proxy.", required=False),
        Setting(
            name="amount_when_not_refunded",
            help="Sent where an amount is required although nothing was refunded; default 0.",
            required=False,
        ),
        Setting(
            name="pull_every",
            help="Minutes between two pulls, or never; default 5 where no secret of pushes is set, else never.",
            required=False,
        ),
    )

    def authenticate(self, request: Inbound, source: SourceSettings) -> None:
        proxy_secret, username = (
            optional_secret(source, "proxy_secret"),
            optional_secret(source, "push_username"),
        )
        if proxy_secret is None and username is None:
            raise NeedsOperator(
                f"The alert source {source.name} has no way to know Ethoca's pushes: set push_username and "
                "push_password, or proxy_secret.",
                reason="secret_missing",
            )
        if username is not None:
            _check_basic(request, username=username, password=secret_of(source, "push_password"))
        if proxy_secret is not None:
            name = source.options.get("proxy_header", "x-ethoca-proxy").lower()
            given = request.headers.get(name)
            if given is None:
                raise unsigned(f"{name} header")
            if not same(given, proxy_secret):
                raise wrongly_signed(f"{name} header")

    def parse(self, body: bytes, source: SourceSettings, *, received_at: datetime) -> tuple[Alert, ...]:
        """One alert, or a list of them as `{"alerts": […]}`."""
        sha256 = hashlib.sha256(body).hexdigest()
        return tuple(
            _alert(Fields(item), source, sha256=sha256, received_at=received_at)
            for item in _items(read_json(body))
        )

    def reply(self, alerts: tuple[Alert, ...]) -> Reply:
        return json_reply({"status": "success"})

    async def report(
        self, http: httpx.AsyncClient, source: SourceSettings, alert: Alert, outcome: Outcome
    ) -> Acknowledgement:
        return await ethoca_api.send_outcome(http, source, alert, outcome)


def _check_basic(request: Inbound, *, username: str, password: str) -> None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise unsigned("Basic authorization")
    try:
        given = base64.b64decode(encoded.strip(), validate=True).decode("utf-8", "replace")
    except binascii.Error as error:
        raise wrongly_signed("Basic authorization") from error
    if not same(given, f"{username}:{password}"):
        raise wrongly_signed("Basic authorization")


def _items(given: Any) -> list[Any]:
    if isinstance(given, list):
        return given
    whole = Fields(given)
    return list(whole.items("alerts")) if whole.has("alerts") else [given]


def _alert(item: Fields, source: SourceSettings, *, sha256: str, received_at: datetime) -> Alert:
    kind_of_alert = item.word("alertType", "type")
    reason_class = _REASON_CLASSES.get(kind_of_alert)
    moment, no_time = alert_moment(item.raw(*_ALERT_TIME), field="alertTimestamp", received_at=received_at)
    transaction, no_sale_time = _transaction(item)
    strange = None if reason_class else f"unknown alert type {kind_of_alert or '(none)'}"
    disputed = item.money(
        ("chargebackAmount", "disputedAmount"), ("chargebackCurrency", "transactionCurrency", "currency")
    )
    amount = disputed or transaction.amount
    if amount is None and reason_class is not None:
        amount = item.needed_money(("transactionAmount", "amount"), ("transactionCurrency", "currency"))
    return Alert(
        source=source.name,
        provider=Ethoca.kind,
        provider_alert_id=item.identifier("alertId", "ethocaId"),
        product=NetworkProduct.ETHOCA,
        kind=AlertKind.REFUND_REQUEST if reason_class else AlertKind.UNKNOWN,
        reason_class=reason_class or ReasonClass.UNKNOWN,
        reason_code=item.text("chargebackReasonCode", "reasonCode"),
        alerted_at=moment.at,
        alerted_at_precision=moment.precision,
        received_at=received_at,
        amount=amount,
        transaction=transaction,
        issuer=item.free_text("issuer", "issuerName"),
        raw_sha256=sha256,
        note=note_of(strange, no_time, no_sale_time),
    )


def _transaction(item: Fields) -> tuple[CardTransaction, str | None]:
    moment, note = sale_moment(item.raw(*_TRANSACTION_TIME), field="transactionTimestamp")
    card = _card(item)
    transaction = CardTransaction(
        amount=item.money(
            ("transactionAmount", "amount"), ("transactionCurrency", "currencyCode", "currency")
        ),
        network_transaction_id=item.text("transactionId"),
        arn=item.text("arn", "acquirerReferenceNumber"),
        auth_code=item.text("authCode", "authorizationCode"),
        bin=card.bin,
        last4=card.last4,
        brand=item.word("cardBrand", "brand") or None,
        descriptor=item.free_text("merchantDescriptor", "descriptor"),
        mcc=item.text("mcc", "merchantCategoryCode"),
        merchant_order_id=item.text("merchantOrderId", "orderId"),
        card_acceptor_id=item.text("cardAcceptorId"),
        is_3ds=item.flag("is3DSecure"),
    )
    if moment is not None:
        transaction = transaction.model_copy(update={"at": moment.at, "at_precision": moment.precision})
    return transaction, note


def _card(item: Fields) -> CardDigits:
    """The explicit fields first; a number only fills what they leave open."""
    number = read_card(item.text("cardNumber", "maskedCardNumber"))
    bin_ = digits(item.text("cardBin"), lengths=(6, 7, 8))
    last4 = digits(item.text("cardLast4", "cardLastFour", "last4"), lengths=(4,))
    return CardDigits(bin_ or number.bin, last4 or number.last4)
