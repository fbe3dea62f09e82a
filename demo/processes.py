"""Child processes of the demonstration: started, waited for until ready, and ended by their own id."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from chargebacks.errors import NeedsOperator
from runtime.process import end

_READY_SECONDS = 60.0

REPOSITORY = Path(__file__).resolve().parent.parent


@asynccontextmanager
async def python_process(
    arguments: Sequence[str], *, ready: str, log: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `python ARGUMENTS…`; enter when a line of its output contains `ready`. Its output goes to `log`."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-u",
            *arguments,
            cwd=REPOSITORY,
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        await _wait_until(ready, process, log)
        yield process
    finally:
        await end(process)


async def _wait_until(ready: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(_READY_SECONDS):
        while ready not in _text(log):
            if process.returncode is not None:
                tail = "\n".join(_text(log).splitlines()[-5:])
                raise NeedsOperator(f"A part of the demo did not start:\n{tail}", reason="part_failed")
            await asyncio.sleep(0.05)


def address_in(log: Path) -> str:
    """The `http://…` address a server printed when it was ready."""
    found = re.search(r'http://127\.0\.0\.1:\d+[^\s"]*', _text(log))
    assert found is not None, f"{log.name} names no address"
    return found[0]


def _text(log: Path) -> str:
    return log.read_text(errors="replace")
