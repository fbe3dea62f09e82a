"""The installation that encrypts, and what can be seen of it from outside."""

import base64
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import History
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
    QueryWorkflowRequest,
)

from chargebacks.scopes import Scope
from demo.stack import Stack
from operations.tokens import create_token

KEYS = ",".join(f"{name}:{base64.b64encode(os.urandom(32)).decode()}" for name in ("2026-11", "2026-10"))
UI = "http://temporal-ui.example:8233"


@dataclass(frozen=True)
class Sealed:
    """The installation, its HTTP service, and what Temporal has written to its disk."""

    stack: Stack
    http: httpx.AsyncClient
    database: Path

    def on_disk(self) -> bytes:
        """All of it, the write-ahead log included."""
        parts = (self.database, self.database.with_name(f"{self.database.name}-wal"))
        return b"".join(part.read_bytes() for part in parts if part.exists())

    async def history(self, case_id: str) -> History:
        """As the server has it."""
        client = self.stack.client
        answer = await client.workflow_service.get_workflow_execution_history(
            GetWorkflowExecutionHistoryRequest(
                namespace=client.namespace, execution=WorkflowExecution(workflow_id=case_id)
            )
        )
        assert not answer.next_page_token
        return answer.history

    async def told(self, case_id: str) -> bytes:
        """What else the server says of a case: its description, and its story as Temporal's UI asks for it."""
        client, execution = self.stack.client, WorkflowExecution(workflow_id=case_id)
        described = await client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
        )
        story = await client.workflow_service.query_workflow(
            QueryWorkflowRequest(
                namespace=client.namespace,
                execution=execution,
                query=WorkflowQuery(query_type="__temporal_workflow_metadata"),
            )
        )
        return described.SerializeToString() + story.SerializeToString()

    async def bearer(self, name: str, *scopes: Scope) -> str:
        """An Authorization header's value."""
        _, secret = await create_token(
            self.stack.store, name=name, scopes=scopes, by="test", at=datetime.now(UTC)
        )
        return f"Bearer {secret.get_secret_value()}"
