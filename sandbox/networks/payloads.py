"""Alerts in the form each provider sends them, from one set of neutral fields."""

import json
import secrets
import string
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from sandbox.networks import chargeblast, ethoca, provider_forms, reseller
from sandbox.networks.memory import JsonObject, plain

CHARGEBACKHIT_PRODUCTS: Mapping[str, tuple[str, ...]] = {
    "init-refund": ("ethoca", "cdrn", "paypal"),
    "inquiry": ("oi", "consumer-clarity"),
    "resolved": ("rdr",),
    "prevented": ("oi",),
    "fraud-notification": ("visa-fraud",),
    "dispute-notification": ("visa-dispute",),
}
RESELLER_PRODUCTS: Mapping[str, tuple[str, ...]] = {
    reseller.REFUND_REQUEST: reseller.PRODUCTS,
    "DISPUTE_RDR": ("rdr",),
    "DISPUTE_NOTICE": ("tc15",),
    "CANCEL": ("cancel",),
    "FRAUD_NOTICE": ("tc40",),
    reseller.TAKEN_BACK: ("rdr",),
}
PRODUCTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "chargebackhit": CHARGEBACKHIT_PRODUCTS,
    "ethoca": dict.fromkeys(ethoca.TYPES, ("ethoca",)),
    "reseller": RESELLER_PRODUCTS,
    "chargeblast": {subprovider: (subprovider,) for subprovider in chargeblast.TYPES},
}


class AlertFields(BaseModel):
    """What an alert says, in words that belong to no provider. A null drops the field from the payload.

    Amounts are decimal strings in major units ("49.99", "250" for JPY, "12.345" for KWD). Nothing that identifies a
    charge has a default, except the masked number of a test card and an ARN.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: Literal["chargebackhit", "ethoca", "reseller", "chargeblast"]
    type: str | None = Field(default=None, description="in the provider's word; see control.py")
    product: str | None = Field(default=None, description="Chargebackhit and reseller; see control.py")
    id: str | None = Field(default=None, description="made up in the provider's form when absent")

    amount: Decimal = Field(default=Decimal("49.99"), description="the amount the alert is about")
    currency: str = "USD"
    transaction_amount: Decimal | None = Field(
        default=None, description="default: amount; give it when the alert is about a part"
    )
    transaction_currency: str | None = Field(default=None, description="default: currency")
    alert_at: AwareDatetime | None = Field(default=None, description="default: the networks' clock")
    transaction_at: AwareDatetime | None = Field(default=None, description="default: 3 days before the alert")
    transaction_precision: Literal["instant", "date"] | None = Field(
        default=None, description="date writes midnight; default: date for Chargeblast, instant elsewhere"
    )

    brand: str | None = "visa"
    bin: str | None = "424242"
    last4: str | None = "4242"
    auth_code: str | None = None
    network_transaction_id: str | None = None
    arn: str | None = "74537604221222132710572"
    descriptor: str | None = "MYSTORE*PURCHASE"
    order_id: str | None = Field(default=None, description="the merchant's own id of the order")
    charge_id: str | None = Field(default=None, description="Chargeblast externalOrder")

    reason: Literal["fraud", "dispute"] = "fraud"
    reason_code: str | None = "10.4"
    issuer: str | None = "Sandbox Bank"
    mcc: str | None = "5732"
    caid: str | None = "123456789012"
    acquirer_bin: str | None = "400000"
    merchant_id: str | None = "497f6eca-6276-4993-bfeb-53cbbbba6f08"
    merchant_label: str | None = Field(default="mid_sandbox", description="Chargebackhit internal_id")
    merchant_name: str | None = "Sandbox Store"
    customer_email: str | None = None
    customer_id: str | None = None
    transaction_type: str | None = Field(default=None, description="default: sale, or eCommerce at Ethoca")
    initiated_by: Literal["issuer", "cardholder", "not_available"] = "cardholder"
    is_3ds: bool | None = Field(default=None, description="Ethoca; null says not_available")

    form: Literal["push", "legacy", "pull"] = Field(default="push", description="Ethoca only")
    utc_offset_minutes: int = Field(default=-300, description="Ethoca legacy: the member's time zone")
    alert_action: str | None = Field(default=None, description="reseller; default: by type")
    event: str = Field(default="alert.created", description="Chargeblast X-Event-Type")
    reason_state: str = Field(default="WIP", description="Chargeblast reasonCode: WIP, or an outcome")
    acquirer_action: str | None = Field(
        default=None, description="Chargeblast RDR: Resolved (default) or Declined"
    )

    extra: dict[str, Any] = Field(default_factory=dict, description="merged into the payload, deep")


class BuiltAlert(BaseModel):
    """An alert before it is signed: `payload` is a JSON object, or the form fields of the reseller."""

    model_config = ConfigDict(frozen=True)

    id: str
    type: str
    product: str
    alert_at: AwareDatetime
    payload: dict[str, Any]


def build(fields: AlertFields, *, now: datetime) -> BuiltAlert:
    """The payload for these fields; `ValueError` for a type or product the provider does not have."""
    alert_type, product = type_and_product(fields.network, fields.type, fields.product)
    alert_at = fields.alert_at or now
    alert_id = fields.id or new_id(fields.network)
    payload = _FORMS[fields.network](fields, alert_id, alert_type, product, alert_at)
    return BuiltAlert(
        id=alert_id,
        type=alert_type,
        product=product,
        alert_at=alert_at,
        payload=_merged(_without_nulls(payload), fields.extra),
    )


def encode(network: str, payload: JsonObject) -> bytes:
    """The body as the provider writes it."""
    if network == "reseller":
        return urlencode(payload).encode()
    return json.dumps(plain(payload), separators=(",", ":"), ensure_ascii=False).encode()


def type_and_product(network: str, alert_type: str | None, product: str | None) -> tuple[str, str]:
    """The type and product named, or the first of each; `ValueError` for one the network does not have."""
    types = PRODUCTS[network]
    chosen = alert_type or next(iter(types))
    if chosen not in types:
        raise ValueError(f"{network} has no type {chosen!r}; it has {', '.join(types)}")
    if product is not None and product not in types[chosen]:
        raise ValueError(f"{network} {chosen} has no product {product!r}; it has {', '.join(types[chosen])}")
    return chosen, product or types[chosen][0]


def new_id(network: str) -> str:
    """A fresh alert id in the network's form."""
    return _NEW_IDS[network]()


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return value


def _merged(payload: JsonObject, extra: JsonObject) -> JsonObject:
    merged = dict(payload)
    for name, value in extra.items():
        below = merged.get(name)
        merged[name] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _text_of(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


_NEW_IDS: Mapping[str, Callable[[], str]] = {
    "chargebackhit": lambda: str(uuid.uuid4()),
    "ethoca": lambda: _text_of(string.ascii_uppercase + string.digits, ethoca.ALERT_ID_LENGTH),
    "reseller": lambda: _text_of("123456789", 10),
    "chargeblast": lambda: "al_" + _text_of(string.ascii_letters + string.digits, 22),
}

_FORMS: Mapping[str, Callable[[AlertFields, str, str, str, datetime], JsonObject]] = {
    "chargebackhit": provider_forms.chargebackhit,
    "ethoca": provider_forms.ethoca,
    "reseller": provider_forms.reseller,
    "chargeblast": provider_forms.chargeblast,
}
