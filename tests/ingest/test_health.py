"""What an operator's tools ask: does it live, can it take messages in, what has it counted."""

from pathlib import Path

import httpx
from ingest_parts import Service
from merchants import OpenMerchant, open_merchant
from prometheus_client.parser import text_string_to_metric_families
from quiet_stack import quiet_stack
from waiting import eventually

from demo.stack import ingest_process


def counted(text: str, name: str, **labels: str) -> float:
    """The sum of a metric's samples that carry these labels."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


async def test_everything_answers(service: Service) -> None:
    assert (await service.http.get("/healthz")).json() == {"status": "ok"}
    ready = await service.http.get("/readyz")
    assert ready.status_code == 200
    assert (ready.json()["database"], ready.json()["temporal"]) == ("ok", "ok")


async def test_metrics_count_what_came_and_what_became_of_it(
    service: Service, merchant: OpenMerchant
) -> None:
    one = await merchant("reseller")
    receiver, before = f"alerts/{one.source.name}", (await service.http.get("/metrics")).text
    letter = await one.letter()
    await service.http.post(f"/{receiver}", content=letter.body, headers=dict(letter.headers))
    await service.http.post(f"/{receiver}", content=letter.body)

    async def delivered() -> float:
        now = (await service.http.get("/metrics")).text
        name, which = "chargebacks_ingest_deliveries_total", {"kind": "alert", "result": "delivered"}
        return counted(now, name, **which) - counted(before, name, **which)

    assert await eventually(delivered) >= 1
    after = (await service.http.get("/metrics")).text
    assert counted(after, "chargebacks_ingest_messages_total", receiver=receiver, answer="accepted") == 1
    assert counted(after, "chargebacks_ingest_messages_total", receiver=receiver, answer="unsigned") == 1


async def test_without_temporal_messages_are_taken_and_delivered_later(
    service: Service, tmp_path: Path
) -> None:
    """Ready is who can keep what comes; the case starts once Temporal is back."""
    async with quiet_stack(service.stack, tmp_path) as (stack, temporal):
        one = await open_merchant(stack, "chargebackhit")
        letter = await one.letter()
        async with ingest_process(stack) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
            answer = await http.post(
                f"/alerts/{one.source.name}", content=letter.body, headers=dict(letter.headers)
            )
            ready = await http.get("/readyz")
            assert (answer.status_code, ready.status_code) == (200, 200)
            assert (ready.json()["database"], ready.json()["temporal"]) == ("ok", "unreachable")
            assert ready.json()["waiting_messages"] == 1
            async with temporal.running():

                async def delivered() -> bool:
                    return not await stack.store.inbox.pending()

                assert await eventually(delivered)
                [case] = await stack.store.cases.list_cases(account=one.shop.name)
                assert (await stack.client.get_workflow_handle(case.case_id).describe()).id == case.case_id
