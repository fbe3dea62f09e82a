"""The control plane: what a test, the demo or a benchmark does to the sandbox behind the API's back.

Everything lives under `/_sandbox/`, takes and gives JSON and needs no key. Times in bodies are Unix seconds or
ISO 8601 with an offset; amounts are integer minor units; currencies are lower case. A field that is not listed
is refused with 400 `{"error": {"message": ...}}`; an id that does not exist is 404 in the same form. Wherever
`account` may be given, the default is the sandbox's own account `acct_1Sandbox`, whose key is
`sk_test_sandbox`.

    GET  /_sandbox/clock
    POST /_sandbox/clock      {"advance": 86400} or {"set": "2026-11-01T00:00:00Z"}
        -> {"now": 1793491200, "iso": "2026-11-01T00:00:00+00:00"}
        The clock runs with real time plus an offset and only moves forward. Everything that fell due on the
        way (refunds settling or failing, funds becoming available, references of refunds) has happened, at
        its own time, when the call answers.

    POST /_sandbox/charges    {"count": 100000, "from": t, "to": t, "amounts": [999, 4999],
                               "currencies": ["usd"], "customers": 500, "seed": 1, "account": "acct_..."}
        -> {"count": 100000, "first": "ch_...", "last": "ch_...", "customers": ["cus_...", ...]}
        Captured, succeeded card charges spread evenly over [from, to) (default: the last 90 days), each with
        its payment intent and balance transaction; cards, amounts and customers drawn by `seed`. Only `count`
        is required; `customers` (default 0) creates that many. No events, no ledger movements and no payment
        method objects (`payment_method` is null).

    POST /_sandbox/charges    {"charges": [{"amount": 4999, ...}, ...], "events": false, "account": "acct_..."}
        -> {"charges": [charge object as the API gives it, ...]}
        Per charge only `amount` is required. May be given: id, currency ("usd"), created (now), status
        (succeeded | failed | pending), captured (true), amount_captured, customer, payment_method (a test
        token such as pm_card_visa, whose behaviour on refund then applies), payment_intent (true; false makes
        a charge without one), description, metadata, receipt_email, billing_details, transfer_group,
        transfer_data {destination, amount}, application_fee_amount, on_behalf_of, statement_descriptor,
        statement_descriptor_suffix, calculated_statement_descriptor, presentment_details
        {presentment_amount, presentment_currency}, failure_code, failure_message, shipping {name, phone, address,
        carrier, tracking_number}, receipt_number, receipt_url, outcome {risk_level, risk_score, seller_message,
        ...; the rest as usual}, and of the card: checks {address_line1_check, address_postal_code_check,
        cvc_check; each pass | fail | unavailable | unchecked}, last4, brand,
        network, country, funding, exp_month, exp_year, fingerprint, authorization_code,
        network_transaction_id, transaction_link_id, wallet {type, dynamic_last4}, three_d_secure {...},
        electronic_commerce_indicator. null clears a card field. `events` true emits charge.succeeded etc.

    POST /_sandbox/refunds/{id}/settle   {}                        -> refund, now `succeeded`, its reference (ARN)
                                                                      available
    POST /_sandbox/refunds/{id}/fail     {"failure_reason": "lost_or_stolen_card"}   -> refund, now `failed`
    POST /_sandbox/disputes   {"charge": "ch_...", "kind": "chargeback", "status": "needs_response",
                               "reason": "fraudulent", "amount": 4999, "currency": "usd", "method": "card",
                               "network": "visa", "network_reason_code": "10.4", "case_type": "chargeback",
                               "due_by": t, "created": t, "id": "du_...", "metadata": {},
                               "enhanced_eligibility_types": ["visa_compelling_evidence_3"],
                               "intended_submission_method": "prefer_manual",
                               "smart_disputes_available": true}                              -> dispute
        Only `charge` is required. kind: chargeback (default) | inquiry | compliance | resolution | block;
        `case_type` says the same. The last two come `prevented`. status: any of the ten; a dispute that is to be
        further on is led there with all events (an answer in the Dashboard, a verdict, an appeal); warning_...
        means an inquiry, prevented a resolution unless the kind is given. method: card | klarna | paypal |
        amazon_pay. amount defaults to the charge's, network to its card's, network_reason_code to one that fits
        reason and network, due_by to the end of the ninth day; 0 means that the bank allows no response.
        A deadline that passes unanswered loses a chargeback at once and makes an inquiry past due.
    POST /_sandbox/disputes/{id}/decide    {"status": "won"}       won | lost | warning_closed   -> dispute
        The bank decides, also without an answer; `lost` may become `won` later. `close` is the same call.
    POST /_sandbox/disputes/{id}/escalate  {"due_by": t}           an inquiry becomes a chargeback -> dispute
    POST /_sandbox/disputes/{id}/appeal    {"due_by": t}           lost becomes appeal_needs_response -> dispute
    POST /_sandbox/disputes/{id}/prevent   {"case_type": "resolution"}   or block                -> dispute
    POST /_sandbox/disputes/{id}/due_by    {"due_by": t}           moves the deadline            -> dispute
    POST /_sandbox/disputes/{id}/eligibility {"types": ["visa_compelling_evidence_3"],
                               "visa_compelling_evidence_3": {"status": "qualified", "required_actions": []}}
        -> dispute. The second field forces what Stripe found; the next update by the API assesses it anew.
    POST /_sandbox/disputes/{id}/submit    {"evidence": {"product_description": "..."}, "submit": true}
        -> dispute. Somebody else answers in the Dashboard; the body is that of POST /v1/disputes/{id} in JSON
        (lists as lists), its rules and refusals too. `submit` false stages only.
    GET  /_sandbox/disputes/{id}/submissions
        -> {"dispute", "status", "submission_count", "submissions": [{"number", "at", "by", "stage",
            "submission_method", "past_due", "evidence": {field: value}, "files": {field: {"id", "filename",
            "size", "sha256"}}, "stripe_packet", "intended_submission_method", "request", "idempotency_key"}]}
        What went to the bank, in order, as it was then. by: api | dashboard | smart_disputes. `evidence` holds
        the filled fields only, `stage` the status that was answered, `stripe_packet` whether Stripe added its
        own findings.
    POST /_sandbox/smart_disputes {"enabled": true, "account": "acct_..."}     -> {"account", "enabled"}
        The account's switch, off at first (`intended_submission_method` is then null and stays so). While it is
        on, Stripe files by itself at the deadline of a card chargeback whose method is not `manual`.
    POST /_sandbox/disputes/{id}/smart_disputes {"available": false}           -> {"dispute", "available"}
    GET  /_sandbox/files/{id}              -> {"file": file object, "filename", "size", "sha256"}
    GET  /_sandbox/files/{id}/contents     -> the bytes as they were uploaded
    POST /_sandbox/reviews {"charge": "ch_...", "reason": "rule", "created": t, "ip_address": "203.0.113.7",
                            "ip_address_location": {...}, "session": {...}}    -> review; reason: rule | manual
    POST /_sandbox/reviews/{id}/close {"closed_reason": "approved"}            -> review
    POST /_sandbox/early_fraud_warnings {"charge": "ch_...", "fraud_type": "unauthorized_use_of_card",
                               "created": t}                                     -> early fraud warning

    POST /_sandbox/subscriptions {"amount": 1999, "currency": "usd", "created": t, "interval": "month",
                               "interval_count": 1, "product": "Sandbox plan", "subscription_metadata": {},
                               "account": "acct_..."}
        -> {"subscription": subscription object, "charge": charge object, "invoice": invoice object}
        A subscription that began at `created` (now) with a first payment: product, price, invoice, invoice
        payment, payment intent and charge. Only `amount` is required. All other fields are those of a charge
        above (id, customer, payment_method, status, metadata, last4, authorization_code, ...) except captured,
        amount_captured and payment_intent; without `customer` one is made. `status` failed leaves the
        subscription incomplete. Events are emitted, dated now.
    POST /_sandbox/subscriptions/{id}/renew  {"created": t}        -> the same three, after the renewal
        The next period begins at `created` (default: when the current one ends, or now if that lies ahead)
        with an invoice of its own, charged to the subscription's payment method. Takes the other fields of a
        charge as well, except amount, currency, customer and payment_method; `status` failed makes the
        subscription past_due. Subscriptions never renew by themselves; those that are to end do end when the
        clock gets there.

    POST /_sandbox/subscriptions/{id}/cancel {"canceled_at": t, "ended_at": t, "reason": "cancellation_requested",
                               "feedback": "too_expensive", "comment": "..."}          -> subscription
        The customer cancelled at `canceled_at` (now), which may lie in the past; it ended at `ended_at` (the
        same moment) or, if that lies ahead, ends then. Paid periods stay on their invoices' lines.

    POST /_sandbox/balance    {"available": {"usd": 0}, "account": "acct_..."}   -> balance object
        Until a currency is set, refunds in it are always covered. From then on a card refund that the balance
        does not cover is held `pending` (`pending_reason` insufficient_funds) and is released, oldest first,
        as soon as money comes in, be it by a charge or by this call. null lifts the limit again.

    POST   /_sandbox/accounts {"id": "acct_...", "country": "US", "default_currency": "usd", "name": "Shop",
                               "platform": "acct_...", "smart_disputes": false}   -> account object
        With `platform`, keys of that platform reach the new account by the Stripe-Account header.
    POST   /_sandbox/keys     {"key": "rk_test_x", "account": "acct_...", "scopes": ["charge_read"],
                               "expired": false}                   -> the same, completed
        Without `scopes` the key may do everything. A scope is `<resource>_read` or `<resource>_write`, with
        or without the `rak_` in front; write includes read. An expired key is answered 401 api_key_expired.
    DELETE /_sandbox/keys/{key}                                    -> {"deleted": true}; then 401

    GET    /_sandbox/faults                                        -> {"faults": [fault, ...]}
    POST   /_sandbox/faults   {"method": "POST", "path": "^/v1/refunds$", "action": "500", "nth": 1}  -> fault
        path: regular expression searched in the path (without query); method: "*" for any. When: `nth`
        (that matching call only, counted from 1 and from now), `from_nth` (it and all later ones) or `every`
        (each k-th); none of them means every call. Actions:
          429           with Stripe-Rate-Limited-Reason (`reason`, default endpoint-rate; lock_timeout gives
                        Stripe's 429 of a locked object instead, to be retried); nothing done or stored
          500           nothing done; stored under the idempotency key, so the same key replays it
          503, 409, 401, 403   nothing done or stored
          reset_before  the connection is reset; nothing done
          reset_after   the work is done, the connection is reset without an answer
          torn          the work is done, the answer breaks off in the middle of its body
          delay         the call waits `seconds` (real time) before the work; its idempotency key is in use
          delay_after   the work is done, the answer waits `seconds`
          loses         the work is done as if `parameter` (evidence[customer_name]) had not been sent, and answered
        `key` limits a fault to the calls made with that secret key.
        `after_work` true (with 500 or 503) does the work, keeps its result under the idempotency key (503) or
        the 500 itself (500), and answers the error.
        -> {"id": "fault_1", "method", "path", "action", "nth", "from_nth", "every", "seconds", "reason",
            "after_work", "parameter", "key", "matched": 0, "fired": 0}
    DELETE /_sandbox/faults            all of them;  DELETE /_sandbox/faults/{id}  one  -> {"deleted": n}

    GET  /_sandbox/ledger     ?charge=ch_...&account=acct_...
        -> {"movements": [{"seq", "at", "kind", "account", "charge", "refund", "dispute", "amount", "currency",
                           "request", "idempotency_key"}, ...],
            "charges": {"ch_...": {"captured", "refunded", "refund_pending", "refund_failed", "currency",
                                   "refunds": ["re_...", ...]}}}
        In order. kind: charge | capture | refund_created | refund_succeeded | refund_failed |
        dispute_withdrawn | dispute_reinstated | dispute_fee | dispute_fee_returned. In the sums `refunded` counts
        refunds that
        succeeded and did not fail since. Charges made in bulk appear in the sums once money moves on them.
    GET    /_sandbox/requests ?path=REGEX&method=POST
        -> {"requests": [{"id", "at", "method", "path", "query", "parameters", "idempotency_key", "account",
                          "key", "status", "error_code", "replayed", "fault"}, ...]}, API calls in order;
        status is null when no answer was sent. `parameters` as sent (decoded form), uploads as {"filename",
        "size", "sha256"}; `key` cut to its end.
    DELETE /_sandbox/requests                                      -> {"deleted": n}
    GET    /_sandbox/settings
    POST   /_sandbox/settings {"refund_settles_after": 60, "refund_fails_after": 120,
                               "reference_after": 259200, "prevention_enrolled": true, "verdict_after": 5,
                               "lose_at_deadline": true, "inquiries_escalate": false,
                               "inquiry_closes_after": 10368000, "smart_disputes_before": 0,
                               "strict_ce3": true, "prefill_evidence": false, "dispute_received_fee": 1500,
                               "dispute_countered_fee": 1500}                       -> all settings
        Times in seconds of sandbox time: for the test cards whose refund is pending first, for those whose
        refund fails later, until a refund has its reference, from evidence with Stripe's magic words
        (winning_evidence, losing_evidence, escalate_inquiry_evidence anywhere in uncategorized_text) to the
        verdict, from an inquiry to its end as warning_closed, from Stripe's own answer to the deadline.
        prevention_enrolled false turns the cards of RDR, CE3 block and Ethoca into ordinary chargebacks.
        lose_at_deadline false leaves unanswered chargebacks open to late evidence (past_due). With
        inquiries_escalate, unanswered inquiries become chargebacks. strict_ce3 false takes any two charges as
        prior ones, as Stripe's test mode does. With prefill_evidence new disputes come with name, e-mail and
        billing address of the customer. The countered fee is never taken in Mexico and Japan.
    GET    /_sandbox/webhooks/settings
    POST   /_sandbox/webhooks/settings {"duplicate": false, "reorder": false, "delay": 0,
                               "retry_after": [600, 3600, 10800], "timeout": 20}   -> all webhook settings
        duplicate: every delivery is made twice, one right after the other. reorder: of the deliveries that are
        due at the same time the newest goes first. delay: seconds of sandbox time before the first attempt.
        retry_after: seconds of sandbox time after each failed attempt; one more attempt than entries is made.
        timeout: seconds of real time to answer. Endpoints are made by the API (/v1/webhook_endpoints, http
        allowed); to each of them deliveries go one after another, signed with the real time.
    GET    /_sandbox/webhooks/deliveries ?endpoint=we_...&event=evt_...&type=charge.refunded
        -> {"deliveries": [{"number", "account", "event", "type", "endpoint", "status", "next_at",
                            "attempts": [{"at", "status", "error"}, ...]}, ...]}
        In order. status: pending | succeeded | failed (no attempt is left, or the endpoint is gone).
    POST   /_sandbox/webhooks/resend {"event": "evt_...", "endpoint": "we_..."}    -> delivery
    POST   /_sandbox/reset    {"seed": 2}                          -> {"reset": true}
        Forgets everything: objects, keys, faults, settings, logs, the clock's offset. Without `seed` ids go
        on counting, so that no id is given twice by one process.
"""

import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import billing_control, webhook_control
from sandbox import control_objects as objects
from sandbox import control_process as process
from sandbox import dispute_control as disputes
from sandbox.errors import ApiError
from sandbox.json_body import Body
from sandbox.state import Sandbox

Endpoint = Callable[[Sandbox, Body, Request], Any]


def control_plane(sandbox: Sandbox) -> Starlette:
    """The ASGI application of `/_sandbox/`."""

    def route(method: str, path: str, endpoint: Endpoint) -> Route:
        async def answer(request: Request) -> Response:
            try:
                body = Body(json.loads(await request.body() or b"{}"))
                result = endpoint(sandbox, body, request)
                body.done()
            except ApiError as error:
                return JSONResponse({"error": {"message": error.message}}, error.status)
            except json.JSONDecodeError as error:
                return JSONResponse({"error": {"message": f"the body is not JSON: {error}"}}, 400)
            return JSONResponse(result)

        return Route(path, answer, methods=[method])

    async def contents(request: Request) -> Response:
        for account in sandbox.accounts.values():
            if (upload := account.contents.get(request.path_params["id"])) is not None:
                return Response(upload.content, media_type="application/octet-stream")
        return JSONResponse({"error": {"message": "no such file"}}, 404)

    routes = [route(method, path, endpoint) for method, path, endpoint in ENDPOINTS]
    return Starlette(routes=[*routes, Route("/files/{id}/contents", contents, methods=["GET"])])


ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/clock", process.read_clock),
    ("POST", "/clock", process.set_clock),
    ("POST", "/charges", objects.make_charges),
    ("POST", "/refunds/{id}/settle", objects.settle_refund),
    ("POST", "/refunds/{id}/fail", objects.fail_refund),
    ("POST", "/disputes", disputes.open_dispute),
    ("POST", "/disputes/{id}/close", disputes.close_dispute),
    ("POST", "/disputes/{id}/decide", disputes.close_dispute),
    ("POST", "/disputes/{id}/escalate", disputes.escalate_dispute),
    ("POST", "/disputes/{id}/appeal", disputes.appeal_dispute),
    ("POST", "/disputes/{id}/prevent", disputes.prevent_dispute),
    ("POST", "/disputes/{id}/due_by", disputes.move_deadline),
    ("POST", "/disputes/{id}/eligibility", disputes.change_eligibility),
    ("POST", "/disputes/{id}/submit", disputes.submit_by_hand),
    ("GET", "/disputes/{id}/submissions", disputes.read_submissions),
    ("POST", "/disputes/{id}/smart_disputes", disputes.set_smart_availability),
    ("POST", "/smart_disputes", process.switch_smart_disputes),
    ("GET", "/files/{id}", disputes.describe_file),
    ("POST", "/reviews", disputes.open_review),
    ("POST", "/reviews/{id}/close", disputes.close_review),
    ("POST", "/early_fraud_warnings", objects.warn_of_fraud),
    ("POST", "/subscriptions", billing_control.make_subscription),
    ("POST", "/subscriptions/{id}/renew", billing_control.renew_subscription),
    ("POST", "/subscriptions/{id}/cancel", billing_control.cancel_subscription),
    ("POST", "/balance", objects.set_balance),
    ("POST", "/accounts", process.open_account),
    ("POST", "/keys", process.register_key),
    ("DELETE", "/keys/{key}", process.forget_key),
    ("GET", "/faults", process.read_faults),
    ("POST", "/faults", process.add_fault),
    ("DELETE", "/faults", process.remove_faults),
    ("DELETE", "/faults/{id}", process.remove_faults),
    ("GET", "/ledger", process.read_ledger),
    ("GET", "/requests", process.read_requests),
    ("DELETE", "/requests", process.clear_requests),
    ("GET", "/settings", process.read_settings),
    ("POST", "/settings", process.change_settings),
    ("GET", "/webhooks/settings", webhook_control.read_settings),
    ("POST", "/webhooks/settings", webhook_control.change_settings),
    ("GET", "/webhooks/deliveries", webhook_control.read_deliveries),
    ("POST", "/webhooks/resend", webhook_control.resend),
    ("POST", "/reset", process.reset),
)
