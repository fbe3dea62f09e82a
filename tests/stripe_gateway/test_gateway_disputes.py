"""Disputes against the sandbox: read as they are, answered and accepted as asked, and nothing filed by surprise."""

import inspect
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dispute_support import a_pdf, days_ago, disputed, submissions, updates
from gateway_support import NOON, SHOP, Sandbox, Shops, Wire, credentials, usd

from activities.dispute_ports import DisputeGateway
from chargebacks.dispute_outcomes import money_of
from chargebacks.disputes import Stage, SubmissionMethod
from chargebacks.errors import Refused, TryLater
from networks.stripe_warnings import StripeWarnings
from runtime.connections import SourceSettings
from stripe_gateway.conversion import Reading
from stripe_gateway.dispute_conversion import dispute_of
from stripe_gateway.gateway import Gateway

READING = Reading(livemode=False, order_keys=(), as_of=NOON)


async def test_read(sandbox: Sandbox, gateway: Gateway) -> None:
    """A fresh chargeback: what is disputed, why, until when, and what it has cost so far."""
    made = await disputed(sandbox, charge={"amount": 4200})

    seen = await gateway.read_dispute(SHOP, made["id"])

    assert (seen.status, seen.reason, seen.stage) == ("needs_response", "fraudulent", Stage.CHARGEBACK)
    assert (seen.amount, seen.charge_id, seen.payment_intent) == (
        usd(4200),
        made["charge"],
        made["payment_intent"],
    )
    assert (seen.method, seen.network, seen.network_reason_code) == ("card", "visa", "10.4")
    assert seen.due_by == datetime.fromtimestamp(made["evidence_details"]["due_by"], UTC)
    assert (seen.submission_count, seen.submission_method, seen.staged) == (0, "not_submitted", {})
    assert seen.net_minor == -5700


async def test_unknown_dispute(gateway: Gateway) -> None:
    """An id that Stripe does not know is refused by its code."""
    with pytest.raises(Refused) as refused:
        await gateway.read_dispute(SHOP, "du_none")

    assert refused.value.reason == "resource_missing"


async def test_no_answer_possible(sandbox: Sandbox, gateway: Gateway) -> None:
    """Where the bank takes no answer there is no date, neither of a chargeback nor of a prevented one."""
    for facts in ({"due_by": 0}, {"kind": "resolution"}):
        made = await disputed(sandbox, **facts)

        assert (await gateway.read_dispute(SHOP, made["id"])).due_by is None


async def test_other_methods(sandbox: Sandbox, gateway: Gateway) -> None:
    """A dispute of another payment method has neither network nor case type."""
    made = await disputed(sandbox, method="klarna", reason="product_not_received")

    seen = await gateway.read_dispute(SHOP, made["id"])

    assert (seen.method, seen.network, seen.case_type) == ("klarna", None, None)


@pytest.mark.parametrize(
    ("kind", "stage"),
    [("inquiry", Stage.INQUIRY), ("compliance", Stage.COMPLIANCE), ("block", Stage.PREVENTED)],
)
async def test_stages(sandbox: Sandbox, gateway: Gateway, kind: str, stage: Stage) -> None:
    """Each kind is known for what it is."""
    made = await disputed(sandbox, kind=kind)

    assert (await gateway.read_dispute(SHOP, made["id"])).stage is stage


async def test_compelling_evidence_open(sandbox: Sandbox, gateway: Gateway) -> None:
    """Whether Visa's CE 3.0 is open, how far it is, and what is lacking."""
    made = await disputed(sandbox, enhanced_eligibility_types=["visa_compelling_evidence_3"])

    seen = await gateway.read_dispute(SHOP, made["id"])

    assert seen.ce3_open
    assert seen.ce3_status == "requires_action"
    assert "missing_prior_undisputed_transactions" in seen.ce3_required_actions


async def test_new_words(sandbox: Sandbox) -> None:
    """Words that Stripe adds one day are kept as they are; a case that is followed for months must not break."""
    made = await disputed(sandbox)
    news = {"status": "in_arbitration", "reason": "regret", "intended_submission_method": "robot"}

    seen = dispute_of(made | news, READING)

    assert (seen.status, seen.reason, seen.intended_submission_method) == (
        "in_arbitration",
        "regret",
        "robot",
    )
    assert [seen.awaits_answer, seen.under_review, seen.decided] == [False] * 3


async def test_other_mode(sandbox: Sandbox) -> None:
    """A live dispute in a test account is refused."""
    made = await disputed(sandbox)

    with pytest.raises(Refused) as refused:
        dispute_of(made | {"livemode": True}, READING)

    assert refused.value.reason == "livemode_mismatch"


async def test_disputes_created(sandbox: Sandbox, gateway: Gateway) -> None:
    """Exactly those of the period, newest first."""
    old, middle, new = [
        (await disputed(sandbox, charge={"created": days_ago(40)}, created=days_ago(days)))["id"]
        for days in (30, 20, 10)
    ]
    since, until = datetime.now(UTC) - timedelta(days=25), datetime.now(UTC)

    found = [one.id async for one in gateway.disputes_created(SHOP, since=since, until=until)]

    assert found == [new, middle]
    assert old not in found


async def test_submission_method(sandbox: Sandbox, gateway: Gateway) -> None:
    """Saying who files changes that and nothing else, above all it files nothing."""
    await sandbox.control("POST", "/smart_disputes", {"enabled": True})
    made = await disputed(sandbox)
    await gateway.stage_evidence(SHOP, made["id"], {"product_description": "A lamp."})

    before = await gateway.read_dispute(SHOP, made["id"])
    after = await gateway.set_submission_method(SHOP, made["id"], SubmissionMethod.MANUAL)

    assert after.differs_from(before) == ("intended_submission_method",)
    assert after.intended_submission_method == "manual"
    assert await submissions(sandbox, made["id"]) == []


async def test_close(sandbox: Sandbox, gateway: Gateway) -> None:
    """Accepting loses the dispute; accepting a decided one again is no error, whoever decided it."""
    made, decided = await disputed(sandbox), await disputed(sandbox)
    await sandbox.control("POST", f"/disputes/{decided['id']}/decide", {"status": "won"})

    closed = await gateway.close_dispute(SHOP, made["id"], idempotency_key="close-1")
    again = await gateway.close_dispute(SHOP, made["id"], idempotency_key="close-2")
    elsewhere = await gateway.close_dispute(SHOP, decided["id"], idempotency_key="close-3")

    assert (closed.status, again.status, elsewhere.status) == ("lost", "lost", "won")


async def test_close_under_review(sandbox: Sandbox, gateway: Gateway) -> None:
    """What was answered cannot be accepted any more."""
    made = await disputed(sandbox, status="under_review")

    with pytest.raises(Refused):
        await gateway.close_dispute(SHOP, made["id"], idempotency_key="close-1")


@pytest.mark.parametrize("action", ["reset_before", "reset_after", "torn", "503"])
async def test_close_with_lost_answer(sandbox: Sandbox, gateway: Gateway, action: str) -> None:
    """Whether or not it was done: accepting again under the same key ends in the same place."""
    made = await disputed(sandbox)
    await sandbox.fault("POST", "/close$", action, nth=1)

    with pytest.raises(TryLater):
        await gateway.close_dispute(SHOP, made["id"], idempotency_key="close-1")
    closed = await gateway.close_dispute(SHOP, made["id"], idempotency_key="close-1")

    assert closed.status == "lost"


async def test_appeal(sandbox: Sandbox, gateway: Gateway) -> None:
    """An appeal carries its reason and its files, and nothing of it is readable in the value."""
    made = await disputed(sandbox, status="appeal_needs_response")
    files = [
        await gateway.upload_evidence(
            SHOP,
            name=f"{n}.pdf",
            content=a_pdf(pages=n),
            media_type="application/pdf",
            idempotency_key=f"up-{n}",
        )
        for n in (1, 2)
    ]

    appealed = await gateway.submit_appeal(
        SHOP, made["id"], reason="She signed.", files=tuple(files), idempotency_key="appeal-1"
    )

    sent = (await submissions(sandbox, made["id"]))[-1]
    assert (appealed.status, appealed.stage) == ("appeal_under_review", Stage.APPEAL)
    assert sent["evidence"]["appeal"]["card"]["reason_for_filing"] == "She signed."
    assert appealed.staged["appeal.supporting_files"] == ",".join(files)
    assert appealed.staged["appeal.reason_for_filing"].startswith("sha256:")


async def test_submit_is_always_said(sandbox: Sandbox, gateway: Gateway) -> None:
    """Stripe submits when `submit` is left out: every update of a dispute says it, and only filing says yes."""
    first, second = await disputed(sandbox), await disputed(sandbox, status="appeal_needs_response")
    third = await disputed(sandbox, kind="compliance")
    await gateway.set_submission_method(SHOP, first["id"], SubmissionMethod.MANUAL)
    await gateway.stage_evidence(SHOP, first["id"], {"product_description": "A lamp."})
    await gateway.submit_evidence(SHOP, first["id"], fee_acknowledged=None, idempotency_key="s-1")
    await gateway.submit_appeal(SHOP, second["id"], reason="Why.", files=(), idempotency_key="a-1")
    await gateway.submit_evidence(
        SHOP, third["id"], fee_acknowledged="visa_compliance", idempotency_key="s-2"
    )

    said = [call["parameters"].get("submit") for call in await updates(sandbox)]

    assert said == ["false", "false", "true", "true", "true"]


async def test_connected_account(sandbox: Sandbox, gateway: Gateway, shops: Shops) -> None:
    """Disputes and files of a connected account are reached through the platform's key."""
    await sandbox.control("POST", "/accounts", {"id": "acct_2Sandbox", "platform": "acct_1Sandbox"})
    made = await disputed(sandbox, charge={"account": "acct_2Sandbox"})
    shops.by_name["branch"] = credentials(account="branch", stripe_account="acct_2Sandbox")

    file = await gateway.upload_evidence(
        "branch", name="a.pdf", content=a_pdf(), media_type="application/pdf", idempotency_key="up-1"
    )
    staged = await gateway.stage_evidence("branch", made["id"], {"receipt": file})

    assert staged.staged == {"receipt": file}
    with pytest.raises(Refused):
        await gateway.read_dispute(SHOP, made["id"])


async def test_early_fraud_warnings_created(sandbox: Sandbox, gateway: Gateway) -> None:
    """Warnings come as the alert adapter takes them."""
    charge = await sandbox.charge(created=days_ago(9))
    for created in (days_ago(8), days_ago(2)):
        await sandbox.control("POST", "/early_fraud_warnings", {"charge": charge["id"], "created": created})
    now = datetime.now(UTC)
    source = SourceSettings(name="efw", kind="stripe_efw", account=SHOP, base_url="https://api.stripe.com")

    found = [
        one
        async for one in gateway.early_fraud_warnings_created(SHOP, since=now - timedelta(days=5), until=now)
    ]
    alerts = StripeWarnings().parse(json.dumps(found[0]).encode(), source, received_at=now)

    assert len(found) == 1
    assert alerts[0].transaction.stripe_id == charge["id"]


async def test_missed_events(sandbox: Sandbox, gateway: Gateway) -> None:
    """Events that no endpoint took, by type, with what they are about."""
    endpoint: dict[str, Any] = {"url": "http://127.0.0.1:1/", "enabled_events[0]": "*"}
    await sandbox.api("POST", "/v1/webhook_endpoints", endpoint)
    made = await disputed(sandbox)
    types = ["charge.dispute.created", "charge.dispute.closed"]
    since = datetime.now(UTC) - timedelta(hours=1)

    found = [one async for one in gateway.missed_events(SHOP, types=types, since=since)]

    assert [(one.type, one.object_type, one.object_id) for one in found] == [
        ("charge.dispute.created", "dispute", made["id"])
    ]


async def test_missed_events_of_too_many_types(gateway: Gateway, calls: list[tuple[str, str]]) -> None:
    """Stripe takes twenty types; more never leave the house."""
    with pytest.raises(ValueError, match="21"):
        [one async for one in gateway.missed_events(SHOP, types=["charge.updated"] * 21, since=NOON)]

    assert calls == []


async def test_events_about_things_without_an_id(wired: Gateway, wire: Wire) -> None:
    """A balance has no id; its event is told all the same."""
    event = {
        "id": "evt_1",
        "type": "balance.available",
        "created": 1,
        "livemode": False,
        "data": {"object": {"object": "balance"}},
    }
    wire.says(200, {"data": [event], "has_more": False})

    found = [one async for one in wired.missed_events(SHOP, types=["balance.available"], since=NOON)]

    assert (found[0].object_type, found[0].object_id) == ("balance", None)


def test_the_port() -> None:
    """The gateway takes exactly what the dispute activities give it."""
    asked = {
        name: one for name, one in vars(DisputeGateway).items() if inspect.isfunction(one) and name[0] != "_"
    }

    for name, method in asked.items():
        assert inspect.signature(getattr(Gateway, name)) == inspect.signature(method), name
    assert len(asked) == 9


@pytest.mark.parametrize(("verdict", "fees"), [("lost", 3000), ("won", 1500)])
async def test_fees_beside_the_dispute(sandbox: Sandbox, gateway: Gateway, verdict: str, fees: int) -> None:
    """The fee for countering is booked apart from the dispute, and returned with a win: once decided it counts, too."""
    made = await disputed(sandbox, charge={"amount": 4200})
    await gateway.stage_evidence(SHOP, made["id"], {"uncategorized_text": "It was delivered."})
    await gateway.submit_evidence(SHOP, made["id"], fee_acknowledged=None, idempotency_key=made["id"])
    assert (await gateway.read_dispute(SHOP, made["id"])).fees_beside_minor == 0
    await sandbox.control("POST", f"/disputes/{made['id']}/decide", {"status": verdict})

    decided = await gateway.read_dispute(SHOP, made["id"])

    assert money_of(decided).fees_minor == fees
    assert decided.net_minor == (-4200 if verdict == "lost" else 0) - fees
