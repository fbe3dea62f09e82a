"""`starter.py` as a process: what a command printed and how it ended."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on standard error."""
        [line] = self.err.splitlines()
        return line

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Starter:
    """Runs `starter.py` in an environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._environment = {**kept, "COLUMNS": "100", **environment}

    async def __call__(self, *arguments: str, given: bytes | None = None) -> Ran:
        return await self.python(str(ROOT / "starter.py"), *arguments, given=given)

    async def python(self, *arguments: str, given: bytes | None = None) -> Ran:
        """Any Python command in the same environment."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=ROOT,
            env=self._environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(given or b""), _PATIENCE_SECONDS)
        assert process.returncode is not None
        return Ran(code=process.returncode, out=out.decode(), err=err.decode())

    def changed(self, **environment: str) -> "Starter":
        """The same with other settings."""
        return Starter({**self._environment, **environment})
