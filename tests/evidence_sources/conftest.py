"""The example endpoint as a real process, a scripted server for what no decent endpoint does, and the client."""

import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from example_endpoint import SECRETS, ExampleEndpoint
from hypothesis import HealthCheck, settings
from processes import ROOT, started
from scripted_server import ScriptedServer, scripted_server
from supply_samples import PDF

settings.register_profile("rules", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rules")


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExampleEndpoint]:
    orders = tmp_path_factory.mktemp("orders")
    shutil.copytree(ROOT / "examples" / "orders", orders, dirs_exist_ok=True)
    (orders / "1001" / "shipping_documentation").mkdir()
    (orders / "1001" / "shipping_documentation" / "label.pdf").write_bytes(PDF)
    (orders / "1002").mkdir()
    (orders / "1002" / "pending").touch()
    command = [sys.executable, "examples/evidence_endpoint.py", "--port", "0", "--orders", str(orders)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "EVIDENCE_SECRETS", ",".join(SECRETS))  # type: ignore[arg-type]
        with started(command, ready=r"evidence endpoint on (\S+)") as url:
            yield ExampleEndpoint(url=url, orders=orders)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as running:
        yield running


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """The client as the worker makes it, proxies of this machine left aside."""
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        yield client
