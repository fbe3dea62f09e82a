"""Stripe's errors in our words: who can do what about them. Translated here and nowhere else.

Sources: https://docs.stripe.com/api/errors, https://docs.stripe.com/error-codes,
https://docs.stripe.com/api/idempotent_requests, https://docs.stripe.com/rate-limits.

The sentences are ours. Stripe's own may quote keys, e-mail addresses and names; only its code, the missing permission
and the request id are taken over, and the SDK's exception is not kept as a cause. Of a refused document Stripe's
sentence is taken over, too, because nothing else tells what to mend.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import stripe

from chargebacks.errors import CaseError, NeedsOperator, Refused, StoredFailure, TryLater

_BALANCE_WAIT = timedelta(hours=1)
"""Money comes in with the day's sales, not within seconds."""

_LONGEST_ASKED = timedelta(hours=1)
"""Of a longer Retry-After so much is kept: then it is looked at again."""

_KEYS_PAGE = "https://dashboard.stripe.com/apikeys"

_SCOPES = re.compile(r"(?:\brak_|\('(?:rak_)?)([a-z_]+_(?:read|write))\b")

_KEY_CODES = {"api_key_expired", "platform_api_key_expired", "secret_key_required"}

_PHRASES = (
    ("greater than unrefunded amount", "amount_too_large"),
    ("greater than charge amount", "amount_too_large"),
    ("similar object exists in", "livemode_mismatch"),
    ("has already been refunded", "charge_already_refunded"),
    ("has been charged back", "charge_disputed"),
    ("canceled subscription can only update", "invalid_canceled_subscription_fields"),
)
"""Refusals that Stripe may send without a code of their own (messages change: only where the code says less)."""

_DISPUTE_PHRASES = (
    ("not eligible for visa compelling evidence 3.0", "not_ce3_eligible"),
    ("fee_acknowledged", "fee_not_acknowledged"),
    ("acknowledge the network fee", "fee_not_acknowledged"),
    ("already closed", "dispute_closed"),
    ("already been submitted", "dispute_closed"),
    ("already been provided", "dispute_closed"),
    ("already submitted", "dispute_closed"),
    ("already provided", "dispute_closed"),
    ("past due", "dispute_closed"),
    ("deadline", "dispute_closed"),
    ("does not allow a response", "dispute_closed"),
    ("no such file", "file_refused"),
    ("total size", "file_refused"),
    ("5 mb", "file_refused"),
)
"""Refusals of POST /v1/disputes/{id} whose codes Stripe does not publish: the wording decides, in any case of letters
and whatever the code. Wordings as seen in public projects (antiwork/gumroad, Automattic/woocommerce-payments)."""

_NOT_ABOUT_THE_FILE = ("parameter_", "livemode_")

_CODES_THAT_SAY_LESS = {None, "resource_missing", "parameter_invalid_integer"}

_MEANINGS = {
    "amount_too_large": "more was asked than is left to refund",
    "charge_already_refunded": "the charge has been refunded in full already",
    "charge_disputed": "the charge has been charged back",
    "refund_disputed_payment": "the payment is disputed",
    "charge_not_refundable": "this charge cannot be refunded, for its age or its payment method",
    "dispute_closed": "the dispute takes no answer any more",
    "fee_not_acknowledged": "countering a compliance dispute costs a network fee that was not acknowledged",
    "not_ce3_eligible": "the dispute is not eligible for Visa Compelling Evidence 3.0 (any more)",
    "smart_disputes_not_available": "Stripe's Smart Disputes has no answer for this dispute",
    "idempotency_error": "the idempotency key was used before with other parameters",
    "invalid_canceled_subscription_fields": "the subscription has been cancelled already",
    "livemode_mismatch": "test and live objects were mixed",
    "payment_intent_unexpected_state": "the payment is in another state by now",
    "resource_missing": "there is no such object in this account and mode",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The call that went wrong, as far as its error must know it."""

    account: str
    method: str
    path: str
    keyed: bool
    """Sent under an idempotency key of ours, so that Stripe may hold a stored answer to it."""


@contextmanager
def translated(call: Call) -> Iterator[None]:
    """Turns whatever the SDK raises inside into a `CaseError`."""
    try:
        yield
    except stripe.StripeError as error:
        raise case_error(error, call) from None


def case_error(error: stripe.StripeError, call: Call) -> CaseError:
    """What the caller can do about an SDK error."""
    answer = Answer.of(error)
    failure = _failure(error, answer, call)
    if isinstance(failure, TryLater) and call.keyed and answer.is_stored:
        return StoredFailure(
            f"{_about(call, answer)}: a stored failure is replayed under this idempotency key",
            reason=failure.reason,
        )
    return failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Stripe said. `code` is None where the SDK's `error.code` would be, too, and often where it would not:
    the SDK fills it for a part of its classes only, so it is read from the body."""

    status: int
    code: str | None
    message: str
    is_stripes: bool
    """The body carries Stripe's error envelope."""
    headers: Mapping[str, str]

    @classmethod
    def of(cls, error: stripe.StripeError) -> "Answer":
        body = error.json_body
        envelope = body.get("error") if isinstance(body, Mapping) else None
        details: Mapping[str, object] = envelope if isinstance(envelope, Mapping) else {}
        code, message = details.get("code"), details.get("message")
        return cls(
            status=error.http_status or 0,
            code=code if isinstance(code, str) and re.fullmatch(r"[a-z0-9_]{1,80}", code) else None,
            message=message if isinstance(message, str) else "",
            is_stripes=bool(details),
            headers=error.headers or {},
        )

    @property
    def reason(self) -> str:
        """The code, or the one that the message stands for."""
        if self.code in _CODES_THAT_SAY_LESS:
            for phrase, code in _PHRASES:
                if phrase in self.message:
                    return code
        return self.code or f"http_{self.status}"

    @property
    def quoted(self) -> str:
        """Stripe's sentence without anything in it that looks like a key or an e-mail address."""
        return re.sub(r"\S*(?:@|sk_|rk_)\S*", "…", self.message)[:300]

    @property
    def is_stored(self) -> bool:
        """Stripe replayed it, or says that the same request will fail again (Stripe-Should-Retry: false on a
        server error, https://docs.stripe.com/error-low-level#server-errors)."""
        replayed = self.headers.get("idempotent-replayed") == "true"
        return replayed or (self.status >= 500 and self.should_retry is False)

    @property
    def should_retry(self) -> bool | None:
        return {"true": True, "false": False}.get(self.headers.get("stripe-should-retry", ""))

    @property
    def is_locked(self) -> bool:
        """The object is in use: a 429 that says nothing about how many calls there were."""
        return self.code == "lock_timeout"

    @property
    def limit(self) -> str | None:
        """Which limit was met, such as `endpoint-rate` (https://docs.stripe.com/rate-limits); None where unsaid."""
        return self.headers.get("stripe-rate-limited-reason")

    @property
    def retry_after(self) -> timedelta | None:
        """Stripe sends none (November 2026), but a proxy may. In whole seconds; dates and nonsense are passed over."""
        seconds = self.headers.get("retry-after", "")
        if not re.fullmatch(r"[0-9]{1,9}", seconds):
            return None
        return min(timedelta(seconds=int(seconds)), _LONGEST_ASKED)


def _failure(error: stripe.StripeError, answer: Answer, call: Call) -> CaseError:
    about = _about(call, answer)
    if isinstance(error, stripe.APIConnectionError):
        return TryLater(f"{about}: no answer came ({error.user_message})", reason="unreachable")
    if answer.status >= 500:
        return TryLater(f"{about}: a server error at Stripe, outcome unknown", reason=f"http_{answer.status}")
    if not answer.is_stripes:
        return TryLater(f"{about}: the answer was not Stripe's or broke off", reason="unreadable_answer")
    if answer.status == 401 or answer.code in _KEY_CODES:
        return _key_refused(about, call)
    if answer.status == 403 or answer.code == "account_invalid":
        return _not_permitted(about, answer, call)
    if isinstance(error, stripe.RateLimitError):
        return _throttled(about, answer)
    if answer.status == 409 or answer.is_locked or answer.should_retry is True:
        return TryLater(f"{about}: something else is being done to the same object", reason=answer.reason)
    if answer.code == "balance_insufficient":
        message = f"{about}: the Stripe balance does not cover it"
        return TryLater(message, reason=answer.code, after=_BALANCE_WAIT)
    return _refusal(error, answer, call)


def _refusal(error: stripe.StripeError, answer: Answer, call: Call) -> Refused:
    about, reason = _about(call, answer), answer.reason
    if isinstance(error, stripe.IdempotencyError):
        reason = "idempotency_error"
    elif call.method == "POST" and call.path.startswith("/v1/disputes/"):
        said = answer.message.lower()
        reason = next((code for phrase, code in _DISPUTE_PHRASES if phrase in said), reason)
    elif call.path == "/v1/files" and not reason.startswith(_NOT_ABOUT_THE_FILE):
        reason = "file_refused"
    if reason == "file_refused":
        return Refused(f"{about}: Stripe does not take the document: {answer.quoted}", reason=reason)
    return Refused(f"{about}: {_MEANINGS.get(reason, 'Stripe refuses this request')}", reason=reason)


def _key_refused(about: str, call: Call) -> NeedsOperator:
    return NeedsOperator(
        f"{about}: the key of account {call.account} is refused (wrong, rolled or expired). "
        f"Connect the account again with a valid key from {_KEYS_PAGE}, then resume the case.",
        reason="key_refused",
    )


def _not_permitted(about: str, answer: Answer, call: Call) -> NeedsOperator:
    """https://docs.stripe.com/keys/restricted-api-keys: the message names the permission that would be enough, as
    `'rak_charge_write'` or, since 2026, as `"Charges and Refunds Write" ('charge_write')`."""
    if answer.code == "account_invalid":
        return NeedsOperator(
            f"{about}: the key of account {call.account} does not reach its Stripe account; the connection may have "
            "been revoked. Connect the account again, then resume the case.",
            reason="account_invalid",
        )
    scopes = sorted({f"rak_{name}" for name in _SCOPES.findall(answer.message)})
    missing = f"lacks the permission {' or '.join(scopes)}" if scopes else "may not do this"
    return NeedsOperator(
        f"{about}: the restricted key of account {call.account} {missing}. Grant it at {_KEYS_PAGE} "
        "(edit the key; check its IP addresses, too), then resume the case.",
        reason="permission_missing",
    )


def _throttled(about: str, answer: Answer) -> TryLater:
    """Stripe says why it throttles, not for how long: without Retry-After the caller's own backoff decides."""
    after = answer.retry_after
    if answer.is_locked:
        return TryLater(
            f"{about}: the object is locked by another request", reason="lock_timeout", after=after
        )
    limit = answer.limit or "unnamed limit"
    return TryLater(f"{about}: too many requests ({limit})", reason="rate_limited", after=after)


def _about(call: Call, answer: Answer) -> str:
    known = [answer.code, answer.headers.get("request-id")]
    marks = ", ".join(mark for mark in known if mark)
    return f"Stripe {call.method} {call.path}" + (f" ({marks})" if marks else "")
