"""The alert network stand-ins as a real process, and sources that point at them."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from networks.http import new_client
from runtime.connections import SourceSettings

_PREFIXES = {
    "chargebackhit": "/chargebackhit",
    "ethoca": "",
    "reseller": "/reseller",
    "chargeblast": "/chargeblast",
}
_RENAMED = {"private_key_pem": "signing_key"}


class StandIns:
    """The control plane of the running stand-ins (see `sandbox.networks.control`)."""

    def __init__(self, url: str, control: httpx.Client) -> None:
        self.url = url
        self._http = control

    def generate(self, network: str, **fields: Any) -> dict[str, Any]:
        """An alert as the provider would send it, registered with the network."""
        answer = self._http.post("/alerts/generate", json={"network": network, **fields})
        assert answer.status_code == 201 or answer.is_success, answer.text
        return dict(answer.json())

    def outcomes(self, **query: str) -> list[dict[str, Any]]:
        return list(self._http.get("/outcomes", params=query).json()["outcomes"])

    def fault(self, network: str, action: str, **fields: Any) -> None:
        self._http.post("/faults", json={"network": network, "action": action, **fields}).raise_for_status()

    def settings(self, network: str, **fields: Any) -> None:
        self._http.post("/settings", json={"network": network, **fields}).raise_for_status()

    def reset(self) -> None:
        self._http.post("/reset").raise_for_status()
        self._http.delete("/faults").raise_for_status()

    def source(self, network: str, **options: str) -> SourceSettings:
        """A source with the credentials that the network expects."""
        listed = self._http.get("/credentials").json()
        known = listed.get("credentials", listed)[network]
        secrets = {_RENAMED.get(name, name): SecretStr(value) for name, value in known.items() if value}
        secrets.pop("public_key_pem", None)
        return SourceSettings(
            name=f"{network}-shop",
            kind=network,
            account="shop",
            base_url=self.url + _PREFIXES[network],
            secrets=secrets,
            options=options,
        )


@pytest.fixture(scope="session")
def running_stand_ins() -> Iterator[StandIns]:
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox.networks", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "listening on" in line, line
        with httpx.Client(base_url=f"{line.split()[-1]}/_networks", timeout=10, trust_env=False) as control:
            yield StandIns(line.split()[-1], control)
        process.terminate()


@pytest.fixture
def stand_ins(running_stand_ins: StandIns) -> StandIns:
    """Fresh networks for each test."""
    running_stand_ins.reset()
    return running_stand_ins


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """The client as the worker makes it."""
    async with new_client() as client:
        yield client
