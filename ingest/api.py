"""`/cases`: a merchant's own systems start cases, hand in evidence, decide, and read how cases stand."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from chargebacks.contracts import CaseFile, CaseKind, CaseStatus, alert_case_id
from chargebacks.errors import BadInput
from chargebacks.scopes import Scope
from chargebacks.supply_reading import read_supply
from ingest.api_models import (
    AlertIn,
    AlertTaken,
    Cases,
    CaseStarted,
    Decided,
    DecisionIn,
    DisputeIn,
    DisputeTaken,
    Error,
    EvidenceIn,
    EvidenceListed,
    EvidenceTaken,
    Within,
    Word,
)
from ingest.auth import require_scope
from ingest.once import HEADER, once
from ingest.parts import Parts, parts_of
from networks.registry import adapter_of
from operations import decide, disputes
from operations.evidence import add_evidence, list_evidence
from operations.inspect import find_cases, read_case
from operations.packets import present_packet
from operations.start import receive_alerts
from packets.intake import Intake
from store import ApiToken


def _may_fail(*statuses: int) -> dict[int | str, dict[str, Any]]:
    said = {
        400: "What was sent is wrong",
        401: "No valid token",
        403: "The token has not the scope for it",
        404: "There is no such thing",
        409: "It does not fit how things stand now",
        413: "Too long",
        422: "Not in the form that is described here",
        429: "Too many requests: wait as long as Retry-After says",
        503: "Something is away; send the same again as Retry-After says",
    }
    return {
        status: {"model": Error, "description": said[status]} for status in (401, 403, 422, 503, *statuses)
    }


router = APIRouter(prefix="/cases", tags=["cases"])

PartsOf = Annotated[Parts, Depends(parts_of)]
ClientKey = Annotated[
    str | None,
    Header(
        alias=HEADER,
        description="A key of yours: the same request with it again is done once and answered alike.",
    ),
]
CaseId = Annotated[str, Path(description="Such as `alert/ethoca-shop/A1B2`.", max_length=300)]


@router.post(
    "/alerts",
    status_code=202,
    response_model=AlertTaken,
    summary="Start the cases of an alert message",
    responses=_may_fail(400, 404, 409),
)
async def start_alert(
    alert: AlertIn,
    request: Request,
    parts: PartsOf,
    token: Annotated[ApiToken, Depends(require_scope(Scope.ALERTS_WRITE))],
    client_key: ClientKey = None,
) -> Response:
    """For alerts that reach your own systems first. The token stands for the network's signature. 202 means that the
    message is on disk: its cases start now, or as soon as Temporal is back. An alert has one case, however often it
    is sent."""

    async def take() -> AlertTaken:
        source = await parts.store.sources.source(alert.source)
        body = (
            alert.payload.encode() if isinstance(alert.payload, str) else json.dumps(alert.payload).encode()
        )
        received = await receive_alerts(parts.store, source, adapter_of(source), body, datetime.now(UTC))
        parts.relay.wake()
        ids = (
            alert_case_id(source=one.source, provider_alert_id=one.provider_alert_id)
            for one in received.alerts
        )
        return AlertTaken(message=received.message_id, cases=tuple(CaseStarted(case_id=id) for id in ids))

    return await once(request, parts, token, take, status=202)


@router.post(
    "/disputes",
    status_code=202,
    response_model=DisputeTaken,
    summary="Start the case of a Stripe dispute",
    responses=_may_fail(400, 404, 409),
)
async def start_dispute(
    dispute: DisputeIn,
    request: Request,
    parts: PartsOf,
    token: Annotated[ApiToken, Depends(require_scope(Scope.DISPUTES_WRITE))],
    client_key: ClientKey = None,
) -> Response:
    """For a dispute that Stripe's events did not bring. A dispute has one case, however often it is asked for."""

    async def start() -> DisputeTaken:
        started = await disputes.start_dispute(
            parts.client, parts.store, account=dispute.account, dispute_id=dispute.dispute
        )
        return DisputeTaken(case_id=started.case_id, new=started.new)

    return await once(request, parts, token, start, status=202)


@router.get("", response_model=Cases, summary="List cases", responses=_may_fail(400))
async def list_cases(
    parts: PartsOf,
    token: Annotated[ApiToken, Depends(require_scope(Scope.CASES_READ))],
    kind: CaseKind | None = None,
    status: CaseStatus | None = None,
    account: Annotated[str | None, Query(max_length=200)] = None,
    due_within: Annotated[
        Within | None, Query(description="ISO 8601, such as PT6H; finds overdue ones, too.")
    ] = None,
    attention: Annotated[bool, Query(description="Only those that need a person.")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """The nearest deadline first, alerts before disputes."""
    found = await find_cases(
        parts.store,
        now=datetime.now(UTC),
        kind=kind,
        status=status,
        account=account,
        due_within=due_within,
        attention_only=attention,
        limit=limit,
    )
    return _json(Cases(cases=found).model_dump_json())


@router.post(
    "/{case_id:path}/evidence",
    response_model=EvidenceTaken,
    summary="Hand in evidence for a dispute",
    responses=_may_fail(400, 404, 409, 413),
)
async def hand_in(
    case_id: CaseId,
    evidence: EvidenceIn,
    request: Request,
    parts: PartsOf,
    token: Annotated[ApiToken, Depends(require_scope(Scope.EVIDENCE_WRITE))],
    client_key: ClientKey = None,
) -> Response:
    """Everything is checked first: when one file cannot be used, nothing is kept, and the answer names each. The same
    thing twice is one item. Files come with the request, never by URL."""

    async def add() -> EvidenceTaken:
        receipt = await add_evidence(
            parts.store,
            parts.client,
            Intake(),
            case_id,
            by=f"{evidence.by} ({token.name})",
            at=datetime.now(UTC),
            supply=read_supply(evidence.supply),
        )
        return EvidenceTaken(
            added=receipt.added,
            already_there=receipt.already_there,
            notes=receipt.notes,
            weighed=receipt.told,
        )

    return await once(request, parts, token, add, status=200)


@router.get(
    "/{case_id:path}/evidence",
    response_model=EvidenceListed,
    summary="What evidence a dispute has, and what it lacks",
    responses=_may_fail(400, 404),
)
async def evidence_of(
    case_id: CaseId, parts: PartsOf, token: Annotated[ApiToken, Depends(require_scope(Scope.CASES_READ))]
) -> Response:
    """Names and hashes of what was handed in; never its content."""
    listed = await list_evidence(parts.store, case_id)
    return _json(EvidenceListed(items=listed.items, completeness=listed.completeness).model_dump_json())


@router.post(
    "/{case_id:path}/decisions",
    response_model=Decided,
    summary="Say a person's word on a case",
    responses=_may_fail(400, 404, 409),
)
async def decide_case(
    case_id: CaseId,
    decision: DecisionIn,
    request: Request,
    parts: PartsOf,
    token: Annotated[ApiToken, Depends(require_scope(Scope.CASES_DECIDE))],
    client_key: ClientKey = None,
) -> Response:
    """The case itself says whether the word fits what it asks. 409 when it does not, 503 when no worker answers: the
    word may then still be taken, so look at the case before you repeat it."""

    async def say() -> Decided:
        return Decided(reply=await _said(parts, case_id, decision, by=f"{decision.by} ({token.name})"))

    return await once(request, parts, token, say, status=200)


async def _said(parts: Parts, case_id: str, decision: DecisionIn, *, by: str) -> str:
    case = await read_case(parts.store, case_id)
    client, note = parts.client, decision.note
    _check_fits(decision)
    match decision.decision:
        case Word.APPROVE:
            amount = decision.amount.money() if decision.amount is not None else None
            return await decide.approve(
                client,
                case_id,
                by=by,
                note=note,
                charge_id=decision.charge,
                amount=amount,
                packet=_packet_seen(case, decision),
            )
        case Word.DECLINE:
            return await decide.decline(client, case_id, by=by, note=note)
        case Word.RESUME:
            return await decide.resume(client, case_id, by=by, note=note)
        case Word.SUBMIT:
            return await disputes.submit(
                client, case_id, by=by, note=note, packet=_packet_seen(case, decision)
            )
        case Word.ACCEPT:
            return await disputes.accept(client, case_id, by=by, note=note)


def _packet_seen(case: CaseFile, decision: DecisionIn) -> str | None:
    """A program looks at a case earlier than it decides: it must say which packet it saw."""
    present = present_packet(case, decision.packet)
    if present is not None and decision.packet is None:
        raise BadInput(
            "Say which packet you looked at (`packet`): its digest stands in the case under `dispute.packet.digest`.",
            reason="packet_missing",
        )
    return present


_ONLY_FOR: dict[str, tuple[Callable[[DecisionIn], object], tuple[Word, ...]]] = {
    "charge": (lambda decision: decision.charge, (Word.APPROVE,)),
    "amount": (lambda decision: decision.amount, (Word.APPROVE,)),
    "packet": (lambda decision: decision.packet, (Word.APPROVE, Word.SUBMIT)),
}


def _check_fits(decision: DecisionIn) -> None:
    for name, (given, words) in _ONLY_FOR.items():
        if given(decision) is not None and decision.decision not in words:
            raise BadInput(f"`{name}` does not go with {decision.decision.value}.", reason="does_not_fit")


@router.get(
    "/{case_id:path}", response_model=CaseFile, summary="Read one case in full", responses=_may_fail(404)
)
async def one_case(
    case_id: CaseId, parts: PartsOf, token: Annotated[ApiToken, Depends(require_scope(Scope.CASES_READ))]
) -> Response:
    """What it waits for, the facts, the decision with its sum, money, evidence, timeline."""
    return _json((await read_case(parts.store, case_id)).model_dump_json())


def _json(content: str) -> Response:
    return Response(content, media_type="application/json")
