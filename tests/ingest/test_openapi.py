"""The service keeps to its own OpenAPI description, whatever a client makes of it."""

import asyncio
from collections import Counter
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from ingest_parts import Service
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chargebacks.scopes import Scope

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
CASES_OF_EACH = 60


async def test_no_request_breaks_it(service: Service, new_token: Any) -> None:
    """Requests made from the description, right ones and wrong ones, with a token that may do everything."""
    headers = {"Authorization": f"Bearer {await new_token(*Scope)}"}
    seen = await asyncio.to_thread(every_operation, service.url, headers)
    print(f"answers: {dict(seen)}")
    assert sum(seen.values()) > CASES_OF_EACH
    assert {200, 202, 400, 404} & set(seen)


def every_operation(url: str, headers: dict[str, str]) -> Counter[int]:
    described = schemathesis.openapi.from_url(f"{url}/openapi.json")
    seen: Counter[int] = Counter()
    for result in described.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=CASES_OF_EACH,
            deadline=None,
            database=None,
            derandomize=True,
            verbosity=Verbosity.quiet,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def asked(case: schemathesis.Case) -> None:
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS)
            seen[answer.status_code] += 1

        asked()
    return seen
