"""docker-compose.yml says what the code really has: each service's command, port, health check and environment, run as
plain processes. (No Docker engine is needed; what the images of others do is not run here.)"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from cryptography.fernet import Fernet
from postgresql_server import running_server
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from demo.processes import python_process
from runtime.embedded_temporal import embedded_temporal, find_binary, free_port
from runtime.health import problem_with
from runtime.search_attributes import check_search_attributes
from runtime.settings import Settings
from workflows.attributes import ALL as SEARCH_ATTRIBUTES

ROOT = Path(__file__).parents[2]
OURS = ("worker", "ingest", "migrate", "cli")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
_SETTING = {name.upper() for name in Settings.model_fields}
_TEMPORALS_OWN = re.compile(r"TEMPORAL_(ADDRESS|NAMESPACE|API_KEY|TLS(_[A-Z_]+)?)")
_NOT_IN_CONTAINERS = {"TEMPORAL_BIN"}
_VARIABLE = re.compile(r"\$\{([A-Z_]+)")


def command_of(service: str, **replaced: str) -> list[str]:
    """As plain process: `python` of this environment, and other ports and addresses."""
    words = [*SERVICES[service].get("entrypoint", []), *SERVICES[service]["command"]]
    assert words[0] == "python"
    return [replaced.get(word, word) for word in words[1:]]


def run(
    arguments: list[str], environment: Mapping[str, str], **options: Any
) -> subprocess.CompletedProcess[str]:
    """With this environment and nothing else that is ours."""
    clean = {name: value for name, value in os.environ.items() if name not in _SETTING}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=options.get("cwd", ROOT),
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("service", OURS)
def test_the_environment_is_one_that_the_code_reads(service: str) -> None:
    """Every variable means something, and no setting is out of reach."""
    given = set(SERVICES[service]["environment"])
    unknown = {name for name in given if name not in _SETTING and not _TEMPORALS_OWN.fullmatch(name)}
    assert not unknown
    everywhere = {name for each in OURS for name in SERVICES[each]["environment"]}
    assert _SETTING - everywhere <= _NOT_IN_CONTAINERS


def test_the_example_names_every_variable() -> None:
    """What docker-compose.yml asks for, and every setting of the code."""
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    asked = set(_VARIABLE.findall((ROOT / "docker-compose.yml").read_text()))
    handed_on = {
        name for each in OURS for name, value in SERVICES[each]["environment"].items() if value is None
    }
    assert (asked | handed_on | _SETTING) <= named


def test_images_are_pinned_and_none_is_deprecated() -> None:
    for name, service in SERVICES.items():
        image = service["image"]
        assert "auto-setup" not in image
        if name not in OURS:
            assert re.search(r":\d+\.\d+", image), image
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("FROM"):
            assert re.search(r":\d+\.\d+\.\d+", line), line


def test_nothing_runs_as_root_and_processes_have_time_to_stop() -> None:
    assert "USER 10001" in (ROOT / "Dockerfile").read_text().splitlines()
    for name in OURS:
        grace = int(SERVICES[name]["stop_grace_period"].removesuffix("s"))
        assert grace > int(SERVICES[name]["environment"]["SHUTDOWN_GRACE_SECONDS"])


def test_the_image_holds_what_its_commands_import(tmp_path: Path) -> None:
    """Only what .dockerignore lets through is there."""
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for name in kept:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    for arguments in (["worker.py", "--help"], ["starter.py", "--help"], ["-m", "ingest", "--help"]):
        done = run(arguments, {"PYTHONPATH": ""}, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    imported = run(["-c", "import worker, starter, ingest.app, runtime.health"], {}, cwd=tmp_path)
    assert imported.returncode == 0, imported.stderr


async def test_the_services_run_as_they_stand_there(tmp_path: Path) -> None:
    """Namespace, migrate, worker, ingest and the command line, in that order, on PostgreSQL and Temporal."""
    with running_server(tmp_path) as database:
        async with embedded_temporal(search_attributes={"CaseStatus": "Keyword"}) as temporal:
            common = {
                "DATABASE_URL": database.replace("postgresql://", "postgresql+asyncpg://"),
                "SECRETS_KEY": Fernet.generate_key().decode(),
                "TEMPORAL_ADDRESS": temporal.address,
                "TEMPORAL_NAMESPACE": "chargebacks",
                "SHUTDOWN_GRACE_SECONDS": SERVICES["worker"]["environment"]["SHUTDOWN_GRACE_SECONDS"],
                "LOG_FORMAT": SERVICES["worker"]["environment"]["LOG_FORMAT"],
            }
            await namespace_is_made(common)
            for _ in range(2):
                migrated = await asyncio.to_thread(run, command_of("migrate"), common)
                assert migrated.returncode == 0, migrated.stderr
            await worker_is_healthy(common, tmp_path)
            await ingest_is_healthy(common, tmp_path)
            listed = await asyncio.to_thread(run, [*command_of("cli")[:-1], "cases"], common)
            assert listed.returncode == 0, listed.stderr


async def namespace_is_made(common: Mapping[str, str]) -> None:
    """By deploy/namespace.sh, with the CLI that its image brings; twice."""
    [shell, script] = SERVICES["namespace"]["entrypoint"]
    assert script.startswith("/deploy/")
    path = f"{Path(find_binary()).parent}{os.pathsep}{os.environ['PATH']}"
    for _ in range(2):
        made = await asyncio.to_thread(
            subprocess.run,
            [shell, str(ROOT / script[1:])],
            env={**os.environ, **common, "PATH": path},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert made.returncode == 0, made.stderr
    client = await Client.connect(common["TEMPORAL_ADDRESS"], namespace="chargebacks")
    await check_search_attributes(client, SEARCH_ATTRIBUTES)
    found = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace="chargebacks")
    )
    assert found.config.workflow_execution_retention_ttl.ToTimedelta().days == 90


async def worker_is_healthy(common: Mapping[str, str], folder: Path) -> None:
    """Its health check says so while it runs."""
    service, alive = SERVICES["worker"], folder / "alive"
    [_, *check] = service["healthcheck"]["test"]
    assert check == ["python", "-m", "runtime.health", service["environment"]["HEALTH_FILE"]]
    assert problem_with(str(alive)) is not None
    async with python_process(
        command_of("worker"),
        ready="worker_ready",
        log=folder / "worker.log",
        environment={**common, "HEALTH_FILE": str(alive)},
    ):
        healthy = await asyncio.to_thread(run, [*check[1:-1], str(alive)], common)
        assert (healthy.returncode, healthy.stdout) == (0, "at work\n")
    os.utime(alive, (0, 0))
    stuck = await asyncio.to_thread(run, [*check[1:-1], str(alive)], common)
    assert stuck.returncode == 1
    assert "last touched" in stuck.stdout


async def ingest_is_healthy(common: Mapping[str, str], folder: Path) -> None:
    service, port = SERVICES["ingest"], str(free_port())
    [published] = service["ports"]
    assert published.endswith(":8080")
    [_, *check] = service["healthcheck"]["test"]
    url = check[-1].replace("8080", port)
    async with python_process(
        command_of("ingest", **{"8080": port, "0.0.0.0": "127.0.0.1"}),
        ready="ingest_ready",
        log=folder / "ingest.log",
        environment=common,
    ):
        healthy = await asyncio.to_thread(run, [*check[1:-1], url], common)
        assert (healthy.returncode, healthy.stdout) == (0, "at work\n")
        async with httpx.AsyncClient() as http:
            ready = (await http.get(f"http://127.0.0.1:{port}/readyz")).json()
        assert (ready["database"], ready["temporal"]) == ("ok", "ok")
    gone = await asyncio.to_thread(run, [*check[1:-1], url], common)
    assert gone.returncode == 1
