"""The JSON API as a merchant's own systems use it."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ingest_parts import HeardShop, Service
from merchants import OpenMerchant
from waiting import eventually

EVERYTHING = ("alerts:write", "disputes:write", "evidence:write", "cases:read", "cases:decide")


@pytest.fixture
async def api(service: Service, new_token: Any) -> Any:
    """Calls with a token that may do everything: (method, path, body, further headers) → answer."""
    secret = await new_token(*EVERYTHING)

    async def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
        said = {"Authorization": f"Bearer {secret}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return await service.http.request(method, path, json=body, headers=said)

    return call


async def disputed(heard: HeardShop, **wishes: Any) -> str:
    from test_stripe_events import due_in, sold

    return await heard.shop.disputed(await sold(heard), due_by=due_in(9), **wishes)


async def test_an_alert_from_a_merchants_own_system(
    api: Any, service: Service, merchant: OpenMerchant
) -> None:
    """As JSON or as the text of a form; the case starts, and is the same when it is sent again."""
    for kind, as_text in (("chargebackhit", False), ("reseller", True)):
        one = await merchant(kind)
        body = (await one.letter()).body.decode()
        sent = {"source": one.source.name, "payload": body if as_text else json.loads(body)}
        answers = [await api("POST", "/cases/alerts", sent) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
        [case] = answers[0].json()["cases"]
        assert answers[1].json()["cases"] == [case]

        async def started(case_id: str = case["case_id"]) -> bool:
            return bool((await api("GET", f"/cases/{case_id}")).status_code == 200)

        assert await eventually(started)
        assert len((await api("GET", f"/cases?account={one.shop.name}")).json()["cases"]) == 1


async def test_a_dispute_its_evidence_and_the_decision(api: Any, heard: HeardShop) -> None:
    """Start, hand in, look, submit: the packet that is filed is the one that was looked at."""
    dispute = await disputed(heard, reason="product_not_received")
    body = {"account": heard.name, "dispute": dispute}
    started = await api("POST", "/cases/disputes", body)
    assert started.status_code == 202
    case_id = started.json()["case_id"]
    label = {
        "field": "shipping_documentation",
        "name": "label.png",
        "content_base64": base64.b64encode(_PIXEL).decode(),
    }
    supply = {"fields": {"shipping_tracking_number": "1Z999AA10000001001"}, "files": [label]}
    handed_in = await api("POST", f"/cases/{case_id}/evidence", {"by": "warehouse", "supply": supply})
    assert handed_in.status_code == 200, handed_in.text
    assert len(handed_in.json()["added"]) == 2
    assert len((await api("GET", f"/cases/{case_id}/evidence")).json()["items"]) == 2

    async def packet() -> str | None:
        story = (await api("GET", f"/cases/{case_id}")).json()["dispute"] or {}
        return (story.get("packet") or {}).get("digest")

    await eventually(packet)
    submit = {"decision": "submit", "by": "ana"}
    blind = await api("POST", f"/cases/{case_id}/decisions", submit)
    assert (blind.status_code, blind.json()["error"]["reason"]) == (400, "packet_missing")
    another = await api("POST", f"/cases/{case_id}/decisions", submit | {"packet": "0" * 64})
    assert (another.status_code, another.json()["error"]["reason"]) == (409, "unknown_packet")

    async def filed() -> bool:
        """Once the packet with what was handed in is staged."""
        seen = submit | {"packet": await packet()}
        return bool((await api("POST", f"/cases/{case_id}/decisions", seen)).status_code == 200)

    assert await eventually(filed)
    [sent] = await eventually(lambda: heard.shop.submissions(dispute))
    assert sent["by"] == "api"

    async def under_review() -> bool:
        return bool((await api("GET", f"/cases/{case_id}")).json()["status"] == "under_review")

    assert await eventually(under_review)
    again = await api("POST", f"/cases/{case_id}/decisions", submit | {"packet": await packet()})
    assert again.status_code == 409


async def test_the_same_key_is_one_request(api: Any, heard: HeardShop) -> None:
    """The answer is repeated word for word; another request under the key is refused; another key is another
    request."""
    dispute = await disputed(heard)
    body = {"account": heard.name, "dispute": dispute}
    first = await api("POST", "/cases/disputes", body, Idempotency_Key="order-1")
    again = await api("POST", "/cases/disputes", body, Idempotency_Key="order-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json()["new"]
    other_key = await api("POST", "/cases/disputes", body, Idempotency_Key="order-2")
    assert not other_key.json()["new"]
    reused = await api("POST", "/cases/disputes", body | {"dispute": "du_1Other"}, Idempotency_Key="order-1")
    assert (reused.status_code, reused.json()["error"]["reason"]) == (409, "idempotency_key_reused")


async def test_after_an_error_the_key_is_free(api: Any, service: Service, heard: HeardShop) -> None:
    wrong = {"account": "nobody", "dispute": "du_1A"}
    refused = await api("POST", "/cases/disputes", wrong, Idempotency_Key="retry-1")
    assert refused.status_code == 404
    right = {"account": heard.name, "dispute": await disputed(heard)}
    assert (await api("POST", "/cases/disputes", right, Idempotency_Key="retry-1")).status_code == 202


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/cases/alerts", "alerts:write"),
        ("POST", "/cases/disputes", "disputes:write"),
        ("GET", "/cases", "cases:read"),
        ("GET", "/cases/alert/a/b", "cases:read"),
        ("GET", "/cases/dispute/a/b/evidence", "cases:read"),
        ("POST", "/cases/dispute/a/b/evidence", "evidence:write"),
        ("POST", "/cases/dispute/a/b/decisions", "cases:decide"),
    ],
)
async def test_who_may_do_what(service: Service, new_token: Any, method: str, path: str, scope: str) -> None:
    """Without a token 401, with one for everything else 403; the body does not matter then."""
    others = await new_token(*(each for each in EVERYTHING if each != scope))
    statuses = []
    for authorization in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Bearer {others}"}):
        answer = await service.http.request(method, path, json={}, headers=authorization)
        statuses.append((answer.status_code, answer.json()["error"]["reason"]))
    assert statuses == [(401, "unsigned"), (401, "bad_token"), (403, "scope_missing")]


async def test_a_token_that_ran_out_or_was_revoked(service: Service, new_token: Any) -> None:
    now = datetime.now(UTC)
    expired = await new_token("cases:read", expires_at=now - timedelta(seconds=1))
    revoked = await new_token("cases:read", revoked_at=now)
    for secret in (expired, revoked):
        answer = await service.http.get("/cases", headers={"Authorization": f"Bearer {secret}"})
        assert (answer.status_code, answer.json()["error"]["reason"]) == (401, "bad_token")


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/cases/disputes", {"account": "shop", "dispute": "ch_1"}, 422, "body.dispute"),
        ("/cases/disputes", {"account": "shop", "dispute": "du_1", "and": 1}, 422, "body.and"),
        ("/cases/alerts", {"source": "nobody", "payload": {}}, 404, "nobody"),
        ("/cases/alerts", {"source": "chargebackhit-shop", "payload": {}}, 400, "alert"),
        ("/cases/dispute/shop/du_9/decisions", {"decision": "accept", "by": "ana"}, 404, "no case"),
        ("/cases/dispute/shop/du_9/evidence", {"by": "ana", "supply": {"fields": {"x": 1}}}, 400, "fields"),
        ("/cases/dispute/shop/du_9/decisions", {"decision": "pay", "by": "ana"}, 422, "body.decision"),
    ],
)
async def test_what_is_wrong_is_said(api: Any, path: str, body: Any, status: int, said: str) -> None:
    answer = await api("POST", path, body)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]["message"]


_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
