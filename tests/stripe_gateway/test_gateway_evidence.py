"""Evidence against the sandbox: the right bytes in the right fields, filed once, and every refusal understood."""

import hashlib
from typing import Any

import pytest
from dispute_support import a_pdf, a_png, days_ago, disputed, submissions, updates
from gateway_support import SHOP, Sandbox, Wire

from chargebacks.compelling_evidence import Ce3Payload, Ce3Transaction
from chargebacks.disputes import Dispute, SubmissionMethod, text_mark
from chargebacks.errors import CaseError, NeedsOperator, Refused, StoredFailure, TryLater
from chargebacks.evidence_items import Address
from stripe_gateway.gateway import Gateway

PDF = "application/pdf"
PACKET = {"product_description": "A brass lamp.", "customer_name": "Jane Doe"}


async def upload(
    gateway: Gateway, content: bytes, *, name: str = "a.pdf", media_type: str = PDF, key: str = "up-1"
) -> str:
    return await gateway.upload_evidence(
        SHOP, name=name, content=content, media_type=media_type, idempotency_key=key
    )


async def submit(
    gateway: Gateway, dispute_id: str, *, key: str = "submit-1", fee: str | None = None
) -> Dispute:
    return await gateway.submit_evidence(SHOP, dispute_id, fee_acknowledged=fee, idempotency_key=key)


def proof(priors: list[str]) -> Ce3Payload:
    """CE 3.0 evidence with the same IP and e-mail address on all three."""
    facts: dict[str, Any] = {
        "product_description": "A lamp.",
        "purchase_ip": "203.0.113.7",
        "email": "jane@example.com",
        "shipping_address": Address(
            line1="1 Main St", line2="Flat 2", city="Reno", state="NV", postal_code="89501", country="US"
        ),
    }
    return Ce3Payload(
        disputed=Ce3Transaction(**facts),
        merchandise_or_services="merchandise",
        priors=tuple(Ce3Transaction(charge=prior, **facts) for prior in priors),
    )


@pytest.mark.parametrize(
    ("name", "content", "media_type", "shown", "kind"),
    [
        ("letter.pdf", a_pdf(pages=3), PDF, "letter.pdf", "pdf"),
        ("letter.v2", a_pdf(), PDF, "letter.v2.pdf", "pdf"),
        ("scan.PNG", a_png(), "image/png", "scan.PNG", "png"),
        ("Zusage für “Jane”.pdf", a_pdf(), PDF, "Zusage für “Jane”.pdf", "pdf"),
    ],
)
async def test_upload(
    sandbox: Sandbox, gateway: Gateway, name: str, content: bytes, media_type: str, shown: str, kind: str
) -> None:
    """Stripe has the very bytes, as evidence, under a name that fits them."""
    id = await upload(gateway, content, name=name, media_type=media_type)

    kept = await sandbox.control("GET", f"/files/{id}")

    assert kept["sha256"] == hashlib.sha256(content).hexdigest()
    assert (kept["file"]["filename"], kept["file"]["type"]) == (shown, kind)
    assert (kept["file"]["purpose"], kept["file"]["size"]) == ("dispute_evidence", len(content))


async def test_upload_again(gateway: Gateway) -> None:
    """The same content under the same key is the same file; other content under it is refused."""
    first, again = [await upload(gateway, a_pdf()) for _ in range(2)]

    with pytest.raises(Refused) as refused:
        await upload(gateway, a_pdf(pages=2))

    assert first == again
    assert refused.value.reason == "idempotency_error"


@pytest.mark.parametrize("action", ["reset_after", "torn", "reset_before", "503"])
async def test_upload_with_lost_answer(sandbox: Sandbox, gateway: Gateway, action: str) -> None:
    """However the answer was lost: asking again leaves one file."""
    await sandbox.fault("POST", "^/v1/files$", action, nth=1)

    with pytest.raises(TryLater):
        await upload(gateway, a_pdf())
    await upload(gateway, a_pdf())

    assert len((await sandbox.api("GET", "/v1/files"))["data"]) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.4 this is none", "not supported"),
        (a_pdf(pages=50), "fewer than 50 pages"),
        (a_pdf(padding=5_000_000), "smaller than 5 MB"),
    ],
)
async def test_refused_files(gateway: Gateway, content: bytes, said: str) -> None:
    """A document that Stripe does not take is refused with what is wrong about it."""
    with pytest.raises(Refused, match=said) as refused:
        await upload(gateway, content)

    assert refused.value.reason == "file_refused"


async def test_only_evidence_is_uploaded(gateway: Gateway, calls: list[tuple[str, str]]) -> None:
    """Anything but PDF, JPEG and PNG is a mistake of ours and never leaves the house."""
    with pytest.raises(ValueError, match="text/html"):
        await upload(gateway, b"<p>", media_type="text/html")

    assert calls == []


async def test_upload_errors_keep_secrets(wired: Gateway, wire: Wire) -> None:
    """What Stripe says about a document is told without keys and addresses in it."""
    wire.fails(400, "The file of jane@example.com sent with sk_test_sandbox is not supported.")

    with pytest.raises(Refused) as refused:
        await upload(wired, a_pdf())

    assert "is not supported" in str(refused.value)
    assert not any(secret in str(refused.value) for secret in ("jane", "sk_test"))


@pytest.mark.parametrize(
    ("status", "error", "kind", "reason"),
    [
        (403, {"code": "more_permissions_required"}, NeedsOperator, "permission_missing"),
        (429, {"code": "rate_limit"}, TryLater, "rate_limited"),
        (409, {"code": "idempotency_key_in_use"}, TryLater, "idempotency_key_in_use"),
        (400, {"code": "parameter_unknown"}, Refused, "parameter_unknown"),
        (500, {"type": "api_error"}, TryLater, "http_500"),
    ],
)
async def test_upload_errors_that_are_not_the_files(
    wired: Gateway, wire: Wire, status: int, error: dict[str, Any], kind: type[CaseError], reason: str
) -> None:
    """Not every failure of an upload is the document's fault."""
    wire.fails(status, **error)

    with pytest.raises(kind) as failed:
        await upload(wired, a_pdf())

    assert failed.value.reason == reason


async def test_stage(sandbox: Sandbox, gateway: Gateway) -> None:
    """What is staged is read back by file id and by hash, and nothing is filed."""
    made = await disputed(sandbox)
    file = await upload(gateway, a_pdf())

    staged = await gateway.stage_evidence(SHOP, made["id"], PACKET | {"receipt": file})

    assert staged.staged == {
        "receipt": file,
        "product_description": text_mark("A brass lamp."),
        "customer_name": text_mark("Jane Doe"),
    }
    assert (staged.has_evidence, staged.submission_count) == (True, 0)
    assert "Jane" not in staged.model_dump_json()


async def test_staging_merges(sandbox: Sandbox, gateway: Gateway) -> None:
    """What is not named stays, an empty text clears."""
    made = await disputed(sandbox)
    await gateway.stage_evidence(SHOP, made["id"], PACKET)

    staged = await gateway.stage_evidence(
        SHOP, made["id"], {"customer_name": "", "service_date": "1 May 2026"}
    )

    assert staged.staged == {
        "product_description": text_mark("A brass lamp."),
        "service_date": text_mark("1 May 2026"),
    }


async def test_compelling_evidence(sandbox: Sandbox, gateway: Gateway) -> None:
    """CE 3.0 goes beside the ordinary evidence, under Stripe's names, and qualifies."""
    priors = [await sandbox.charge(created=days_ago(days)) for days in (200, 150)]
    made = await disputed(sandbox, enhanced_eligibility_types=["visa_compelling_evidence_3"])

    staged = await gateway.stage_evidence(
        SHOP, made["id"], PACKET, ce3=proof([prior["id"] for prior in priors])
    )

    sent = (await updates(sandbox))[-1]["parameters"]["evidence"]["enhanced_evidence"]
    disputed_sale = sent["visa_compelling_evidence_3"]["disputed_transaction"]
    assert staged.ce3_status == "qualified"
    assert set(staged.staged) == set(PACKET)
    assert disputed_sale["merchandise_or_services"] == "merchandise"
    assert disputed_sale["shipping_address"]["postal_code"] == "89501"
    assert "charge" not in disputed_sale


async def test_compelling_evidence_not_open(sandbox: Sandbox, gateway: Gateway) -> None:
    """Where Stripe does not take CE 3.0 it says so, and keeps nothing of the call."""
    priors = [(await sandbox.charge(created=days_ago(150)))["id"] for _ in range(2)]
    made = await disputed(sandbox)

    with pytest.raises(Refused) as refused:
        await gateway.stage_evidence(SHOP, made["id"], PACKET, ce3=proof(priors))

    assert refused.value.reason == "not_ce3_eligible"
    assert (await gateway.read_dispute(SHOP, made["id"])).staged == {}


async def test_submit(sandbox: Sandbox, gateway: Gateway) -> None:
    """What goes to the bank is what was staged, byte for byte."""
    made, document = await disputed(sandbox), a_pdf(pages=2)
    file = await upload(gateway, document)
    await gateway.stage_evidence(SHOP, made["id"], PACKET | {"receipt": file})

    filed = await submit(gateway, made["id"])

    sent = (await submissions(sandbox, made["id"]))[0]
    assert (filed.status, filed.submission_count, filed.submission_method) == ("under_review", 1, "manual")
    assert {name: sent["evidence"][name] for name in PACKET} == PACKET
    assert sent["files"]["receipt"]["sha256"] == hashlib.sha256(document).hexdigest()
    assert sent["idempotency_key"] == "submit-1"


async def test_submit_once(sandbox: Sandbox, gateway: Gateway) -> None:
    """Under the same key the same answer comes again; under another one the dispute is closed to evidence."""
    made = await disputed(sandbox)
    await gateway.stage_evidence(SHOP, made["id"], PACKET)
    for _ in range(2):
        await submit(gateway, made["id"])

    with pytest.raises(Refused) as refused:
        await submit(gateway, made["id"], key="submit-2")

    assert refused.value.reason == "dispute_closed"
    assert len(await submissions(sandbox, made["id"])) == 1


@pytest.mark.parametrize("action", ["reset_after", "torn", "reset_before", "409", "429", "503"])
async def test_submit_with_lost_answer(sandbox: Sandbox, gateway: Gateway, action: str) -> None:
    """Whether or not it was done: asking again under the same key files once."""
    made = await disputed(sandbox)
    await gateway.stage_evidence(SHOP, made["id"], PACKET)
    await sandbox.fault("POST", "^/v1/disputes/[^/]+$", action, nth=1)

    with pytest.raises(TryLater):
        await submit(gateway, made["id"])
    filed = await submit(gateway, made["id"])

    assert filed.status == "under_review"
    assert len(await submissions(sandbox, made["id"])) == 1


@pytest.mark.parametrize("after_work", [False, True])
async def test_submit_with_stored_error(sandbox: Sandbox, gateway: Gateway, after_work: bool) -> None:
    """A 500 sticks to its key whether it was filed or not; a look tells, and a new key helps."""
    made = await disputed(sandbox)
    await gateway.stage_evidence(SHOP, made["id"], PACKET)
    await sandbox.fault("POST", "^/v1/disputes/[^/]+$", "500", nth=1, after_work=after_work)

    with pytest.raises(CaseError):
        await submit(gateway, made["id"])
    with pytest.raises(StoredFailure):
        await submit(gateway, made["id"])
    seen = await gateway.read_dispute(SHOP, made["id"])
    if seen.submission_count == 0:
        seen = await submit(gateway, made["id"], key="submit-1:r2")

    assert seen.status == "under_review"
    assert len(await submissions(sandbox, made["id"])) == 1


async def test_compliance_fee(sandbox: Sandbox, gateway: Gateway) -> None:
    """A compliance dispute is countered only when its fee was acknowledged."""
    made = await disputed(sandbox, kind="compliance")
    await gateway.stage_evidence(SHOP, made["id"], PACKET)

    with pytest.raises(Refused) as refused:
        await submit(gateway, made["id"])
    filed = await submit(gateway, made["id"], key="submit-2", fee="visa_compliance")

    assert refused.value.reason == "fee_not_acknowledged"
    assert filed.status == "under_review"


@pytest.mark.parametrize(
    "facts", [{"status": "lost"}, {"status": "under_review"}, {"kind": "block"}, {"due_by": 0}]
)
async def test_too_late(sandbox: Sandbox, gateway: Gateway, facts: dict[str, Any]) -> None:
    """Decided, answered, prevented or never answerable: neither staging nor filing is possible."""
    made = await disputed(sandbox, **facts)

    for act in (gateway.stage_evidence(SHOP, made["id"], PACKET), submit(gateway, made["id"])):
        with pytest.raises(Refused) as refused:
            await act
        assert refused.value.reason == "dispute_closed"


async def test_files_that_are_gone(sandbox: Sandbox, gateway: Gateway) -> None:
    """A file that Stripe does not know in this account is the document's fault, not the dispute's."""
    made = await disputed(sandbox)

    with pytest.raises(Refused) as refused:
        await gateway.stage_evidence(SHOP, made["id"], {"receipt": "file_none"})

    assert refused.value.reason == "file_refused"


async def test_files_too_large_together(sandbox: Sandbox, gateway: Gateway) -> None:
    """Stripe counts all files of a dispute, one in two fields twice; nothing of the call is kept."""
    made = await disputed(sandbox)
    file = await upload(gateway, a_pdf(padding=2_500_000))

    with pytest.raises(Refused, match="total size") as refused:
        await gateway.stage_evidence(SHOP, made["id"], PACKET | {"receipt": file, "refund_policy": file})

    assert refused.value.reason == "file_refused"
    assert (await gateway.read_dispute(SHOP, made["id"])).staged == {}


async def test_smart_disputes_not_available(sandbox: Sandbox, gateway: Gateway) -> None:
    """When Stripe was to file and has nothing to file, it says so by its own code."""
    await sandbox.control("POST", "/smart_disputes", {"enabled": True})
    made = await disputed(sandbox, smart_disputes_available=False)
    await gateway.set_submission_method(SHOP, made["id"], SubmissionMethod.SMART_DISPUTES)

    with pytest.raises(Refused) as refused:
        await submit(gateway, made["id"])

    assert refused.value.reason == "smart_disputes_not_available"


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        (None, "This dispute is already closed", "dispute_closed"),
        ("invalid_state", "This dispute is already closed.", "dispute_closed"),
        (None, "Evidence has already been submitted for this dispute.", "dispute_closed"),
        (None, "The deadline for submitting evidence has passed.", "dispute_closed"),
        (
            None,
            "This dispute is not eligible for Visa Compelling Evidence 3.0 evidence.",
            "not_ce3_eligible",
        ),
        (None, "You must set fee_acknowledged to true to submit evidence.", "fee_not_acknowledged"),
        (None, "This file will exceed the limit for a dispute's total size.", "file_refused"),
        ("parameter_unknown", "Received unknown parameter: evidence[foo]", "parameter_unknown"),
        ("resource_missing", "No such dispute: 'du_1'", "resource_missing"),
        (None, "Something new.", "http_400"),
    ],
)
async def test_refusals(wired: Gateway, wire: Wire, code: str | None, message: str, reason: str) -> None:
    """Stripe publishes no codes for refusals of evidence: the wording decides, and other codes are kept."""
    error: dict[str, Any] = {"code": code} if code else {}
    wire.fails(400, message, type="invalid_request_error", **error)

    with pytest.raises(Refused) as refused:
        await submit(wired, "du_1")

    assert refused.value.reason == reason
