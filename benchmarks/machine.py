"""The facts without which a figure says nothing: what it ran on, and what else ran there."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from sqlite3 import sqlite_version

from runtime.embedded_temporal import find_binary
from runtime.settings import Settings

_MEMORY = Path("/proc/meminfo")
_PROCESSOR = Path("/proc/cpuinfo")
_PACKAGES = ("temporalio", "stripe", "pydantic", "sqlalchemy", "sqlmodel", "httpx", "typst", "pypdf")


def machine_facts() -> list[tuple[str, str]]:
    """(what, value), as of now."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return [
        ("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("memory", _memory()),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", platform.python_version()),
        ("SQLite", sqlite_version),
        ("Temporal", _temporal_version()),
        *((package, version(package)) for package in _PACKAGES),
        ("load average before (1, 5, 15 min)", load),
    ]


def _memory() -> str:
    if not _MEMORY.exists():
        return "unknown"
    kibibytes = int(_MEMORY.read_text().split()[1])
    return f"{kibibytes / 2**20:.0f} GiB"


def _processor() -> str:
    lines = _PROCESSOR.read_text().splitlines() if _PROCESSOR.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _temporal_version() -> str:
    binary = find_binary(Settings().temporal_bin)
    told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    return told.stdout.strip()
