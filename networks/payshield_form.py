"""The form in which PayShield and resellers like it send alerts of Verifi's CDRN and RDR and of Ethoca.

https://docs.payshield.ai/txalerts-dispute-alerts/webhooks/notification-of-a-new-alert (fields, types, actions) and
https://docs.payshield.ai/txalerts-dispute-alerts/webhooks/notification-of-an-alert-status-update. An alert carries no
time of its own, and is delivered again every 12 hours until it is answered.
"""

import hashlib
from datetime import datetime

from chargebacks.alerts import Alert, AlertKind, AnswerMode, CardTransaction, NetworkProduct, ReasonClass
from chargebacks.errors import BadInput
from networks.adapter import Inbound, Setting
from networks.cards import read_card
from networks.payload import Fields, note_of, read_form, read_json
from networks.signatures import same, secret_of, unsigned, wrongly_signed
from networks.times import alert_moment, sale_moment
from runtime.connections import SourceSettings

WEBHOOK_TOKEN = Setting(
    name="webhook_token", help="Bearer token that you gave to the reseller for its deliveries."
)
DISPUTE_PRODUCT = Setting(
    name="dispute_product",
    help="cdrn (default) or ethoca: whose DISPUTE alerts come in here, because the alerts do not say it.",
    required=False,
)

_TYPES = {
    "dispute": (AlertKind.REFUND_REQUEST, ReasonClass.UNKNOWN),
    "confirmed-fraud": (AlertKind.REFUND_REQUEST, ReasonClass.FRAUD),
    "customer-dispute": (AlertKind.REFUND_REQUEST, ReasonClass.DISPUTE),
    "dispute-rdr": (AlertKind.NETWORK_RESOLVED, ReasonClass.UNKNOWN),
    "dispute-notice": (AlertKind.DISPUTE_NOTICE, ReasonClass.DISPUTE),
    "cancel": (AlertKind.CANCEL_ONLY, ReasonClass.UNKNOWN),
    "fraud-notice": (AlertKind.FRAUD_REPORT, ReasonClass.FRAUD),
}
_ACTIONS: dict[AlertKind, dict[str, AlertKind]] = {
    AlertKind.REFUND_REQUEST: {
        "": AlertKind.REFUND_REQUEST,
        "refund": AlertKind.REFUND_REQUEST,
        "cancel": AlertKind.CANCEL_ONLY,
    },
    AlertKind.NETWORK_RESOLVED: {
        "": AlertKind.NETWORK_RESOLVED,
        "resolved": AlertKind.NETWORK_RESOLVED,
        "refund": AlertKind.NETWORK_RESOLVED,
        "declined": AlertKind.NETWORK_DECLINED,
    },
    AlertKind.CANCEL_ONLY: {"": AlertKind.CANCEL_ONLY, "cancel": AlertKind.CANCEL_ONLY},
}
"""What `alert_action` makes of a type. It wins over the type, but only by asking for less: for RDR it names what was
done already, so that REFUND there means that the network has refunded. Other actions (REVIEW, MATCHED, RESOLVED of a
dispute) are for a person. Notices stay notices."""
_PRODUCTS = {
    "cdrn": NetworkProduct.CDRN,
    "verifi": NetworkProduct.CDRN,
    "ethoca": NetworkProduct.ETHOCA,
}
_ANSWERABLE = (AlertKind.REFUND_REQUEST, AlertKind.UNKNOWN)
_RDR_KINDS = (AlertKind.NETWORK_RESOLVED, AlertKind.NETWORK_DECLINED, AlertKind.NETWORK_REVERSED)
_STATUS_UPDATE, _RDR_DELETE = "statusupdate", "rdr-delete"
_ECHOES = ("resolved", "declined", "wip", "other")


def check_bearer(request: Inbound, source: SourceSettings) -> None:
    """The bearer token; the documentation has called its header both Authorization and Authentication."""
    given = request.headers.get("authorization") or request.headers.get("authentication", "")
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer":
        raise unsigned("bearer token")
    if not same(token.strip(), secret_of(source, WEBHOOK_TOKEN.name)):
        raise wrongly_signed("bearer token")


def read_alerts(
    body: bytes, source: SourceSettings, *, received_at: datetime, notices: AnswerMode
) -> tuple[Alert, ...]:
    """The alert in a form; none for echoes of our own status updates. `notices`: how the reseller wants to hear that
    a notice came in."""
    form = Fields(read_form(body))
    sha256 = hashlib.sha256(body).hexdigest()
    if form.word("action") != _STATUS_UPDATE:
        alert = _alert(form, source, sha256=sha256, received_at=received_at)
        return (alert if alert.kind in _ANSWERABLE else alert.model_copy(update={"answer_mode": notices}),)
    status = form.word("status")
    if status in _ECHOES:
        return ()
    if status != _RDR_DELETE:
        raise BadInput(f"status {status[:40]!r} of a status update is not known.", reason="unknown_status")
    return (_taken_back(form, source, sha256=sha256, received_at=received_at),)


def _alert(form: Fields, source: SourceSettings, *, sha256: str, received_at: datetime) -> Alert:
    kind, reason_class, odd = _kind(form)
    moment, no_time = alert_moment(
        form.raw("alert_timestamp", "alert_date"), field="alert_timestamp", received_at=received_at
    )
    transaction, no_sale_time = _transaction(form)
    money = form.needed_money if kind is AlertKind.REFUND_REQUEST else form.money
    return Alert(
        source=source.name,
        provider=source.kind,
        provider_alert_id=form.identifier("alert_id"),
        product=_product(form, kind, source),
        kind=kind,
        reason_class=reason_class,
        reason_code=form.text("reason_code"),
        alerted_at=moment.at,
        alerted_at_precision=moment.precision,
        received_at=received_at,
        amount=money(("amount",), ("currency",)),
        transaction=transaction,
        issuer=form.free_text("issuer"),
        raw_sha256=sha256,
        note=note_of(odd, no_time, no_sale_time),
    )


def _taken_back(form: Fields, source: SourceSettings, *, sha256: str, received_at: datetime) -> Alert:
    """The network takes an RDR refund back. It bears the id of the RDR alert, whose case is another one."""
    alert_id = form.identifier("alert_id")
    return Alert(
        source=source.name,
        provider=source.kind,
        provider_alert_id=f"{alert_id}:RDR_DELETE",
        product=NetworkProduct.RDR,
        kind=AlertKind.NETWORK_REVERSED,
        alerted_at=received_at,
        received_at=received_at,
        answer_mode=AnswerMode.NONE,
        takes_back=alert_id,
        raw_sha256=sha256,
        note=f"takes the RDR alert {alert_id} back",
    )


def _kind(form: Fields) -> tuple[AlertKind, ReasonClass, str | None]:
    alert_type, action = form.word("alert_type"), form.word("alert_action")
    kind, reason_class = _TYPES.get(alert_type, (AlertKind.UNKNOWN, ReasonClass.UNKNOWN))
    if kind is AlertKind.UNKNOWN:
        return kind, reason_class, f"unknown alert type {alert_type or '(none)'}"
    asked = _ACTIONS[kind].get(action, AlertKind.UNKNOWN) if kind in _ACTIONS else kind
    odd = f"{alert_type} with the action {action}" if asked is AlertKind.UNKNOWN else None
    return asked, reason_class, odd


def _product(form: Fields, kind: AlertKind, source: SourceSettings) -> NetworkProduct:
    if kind in _RDR_KINDS:
        return NetworkProduct.RDR
    if kind is AlertKind.FRAUD_REPORT:
        return NetworkProduct.TC40
    if kind is AlertKind.DISPUTE_NOTICE:
        return NetworkProduct.TC15
    named = form.word("alert_provider", "provider", "network")
    return _PRODUCTS.get(named or source.options.get(DISPUTE_PRODUCT.name, "cdrn"), NetworkProduct.UNKNOWN)


def _transaction(form: Fields) -> tuple[CardTransaction, str | None]:
    moment, note = sale_moment(form.raw("transaction_timestamp"), field="transaction_timestamp")
    card = read_card(form.text("card"))
    transaction = CardTransaction(
        arn=form.text("arn"),
        auth_code=form.text("auth_code"),
        bin=card.bin,
        last4=card.last4,
        descriptor=form.free_text("descriptor"),
        merchant_order_id=_order_id(form.raw("txdetails", "tx_details")),
    )
    if moment is not None:
        transaction = transaction.model_copy(update={"at": moment.at, "at_precision": moment.precision})
    return transaction, note


def _order_id(details: str | None) -> str | None:
    """The order id where the reseller's own matching put one: a JSON object inside a field, often empty or broken.
    Without it the alert is matched by everything else."""
    try:
        return Fields(read_json((details or "{}").encode("utf-8", "replace"))).text(
            "order_id", "order_number"
        )
    except BadInput:
        return None
