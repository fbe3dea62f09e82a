"""Stripe's early fraud warnings (Visa TC40, Mastercard SAFE) as an alert source: they name the exact charge.

https://docs.stripe.com/disputes/measuring#early-fraud-warnings
"""

import hashlib
from datetime import datetime
from typing import Any, ClassVar

import httpx
from pydantic import SecretStr

from chargebacks.alerts import (
    Alert,
    AlertKind,
    AnswerMode,
    CardTransaction,
    NetworkProduct,
    ReasonClass,
)
from chargebacks.errors import BadInput, Refused
from chargebacks.outcomes import Acknowledgement, Outcome
from networks.adapter import Inbound, Reply, Setting, json_reply
from networks.payload import Fields, note_of, read_json
from networks.signatures import secret_of
from networks.times import alert_moment
from runtime.connections import SourceSettings
from runtime.stripe_signatures import verify

_WARNING = "radar.early_fraud_warning"
_CHARGE_PREFIXES = ("ch_", "py_")


class StripeWarnings:
    """Reads webhook events, and bare objects as the API lists them. Stripe takes no outcome: the refund says it all."""

    kind: ClassVar[str] = "stripe_efw"
    default_base_url: ClassVar[str] = "https://api.stripe.com"
    secrets: ClassVar[tuple[Setting, ...]] = (
        Setting(
            name="webhook_secret",
            help="Signing secret (whsec_…) of a Stripe webhook endpoint that sends here; the account's own endpoint "
            "needs none.",
            required=False,
        ),
    )
    options: ClassVar[tuple[Setting, ...]] = (
        Setting(
            name="stripe_account",
            help="acct_… when the endpoint is a Connect endpoint; events of other accounts are refused.",
            required=False,
        ),
    )

    def authenticate(self, request: Inbound, source: SourceSettings) -> None:
        """As every webhook of Stripe's is signed."""
        secret = SecretStr(secret_of(source, "webhook_secret"))
        verify(request.body, request.headers.get("stripe-signature"), (secret,), now=request.received_at)

    def parse(self, body: bytes, source: SourceSettings, *, received_at: datetime) -> tuple[Alert, ...]:
        """Nothing for events of other types: one endpoint often carries several."""
        given = Fields(read_json(body))
        if given.text("object") == "event":
            if not (given.text("type") or "").startswith(f"{_WARNING}."):
                return ()
            _check_account(given.text("account"), source)
            given = given.inner("data").inner("object")
        if given.text("object") != _WARNING:
            raise BadInput(f"object must be {_WARNING} or an event about one.", reason="wrong_object")
        return (_alert(given, source, body=body, received_at=received_at),)

    def reply(self, alerts: tuple[Alert, ...]) -> Reply:
        return json_reply({})

    async def report(
        self, http: httpx.AsyncClient, source: SourceSettings, alert: Alert, outcome: Outcome
    ) -> Acknowledgement:
        raise Refused("Stripe takes no outcome for an early fraud warning.", reason="takes_no_outcome")


def _alert(warning: Fields, source: SourceSettings, *, body: bytes, received_at: datetime) -> Alert:
    livemode = warning.flag("livemode")
    if livemode is None:
        raise BadInput("livemode must be true or false.", reason="missing_field")
    moment, no_time = alert_moment(warning.raw("created"), field="created", received_at=received_at)
    settled = "not actionable: disputed or fully refunded" if warning.flag("actionable") is False else None
    return Alert(
        source=source.name,
        provider=StripeWarnings.kind,
        provider_alert_id=warning.identifier("id"),
        product=NetworkProduct.EFW,
        kind=AlertKind.FRAUD_REPORT,
        reason_class=ReasonClass.FRAUD,
        reason_code=warning.text("fraud_type"),
        alerted_at=moment.at,
        alerted_at_precision=moment.precision,
        received_at=received_at,
        transaction=CardTransaction(stripe_id=_stripe_id(warning)),
        answer_mode=AnswerMode.NONE,
        livemode=livemode,
        raw_sha256=hashlib.sha256(body).hexdigest(),
        note=note_of(settled, no_time),
    )


def _stripe_id(warning: Fields) -> str:
    """The charge, else its payment intent; either may be expanded."""
    charge = _id_of(warning.raw("charge"))
    if charge is not None and charge.startswith(_CHARGE_PREFIXES):
        return charge
    payment_intent = _id_of(warning.raw("payment_intent"))
    if charge is None and payment_intent is not None and payment_intent.startswith("pi_"):
        return payment_intent
    raise BadInput("charge must be the id of a Stripe charge.", reason="missing_field")


def _id_of(reference: Any) -> str | None:
    if reference is None:
        return None
    if isinstance(reference, str):
        return Fields({"id": reference}, where="charge").identifier("id")
    return Fields(reference, where="charge").identifier("id")


def _check_account(account: str | None, source: SourceSettings) -> None:
    """An event of a connected account belongs only to the source that is configured for it."""
    expected = source.options.get("stripe_account") or None
    if account != expected:
        raise BadInput(
            f"The event is of the Stripe account {account or '(the platform itself)'}, but {source.name} is "
            f"configured for {expected or '(the platform itself)'}.",
            reason="other_account",
        )
