"""How our processes end.

On Python 3.11 an interpreter that has used a Temporal client may abort while it shuts down
(https://github.com/temporalio/sdk-python/issues/300): the work is done, yet the exit code says otherwise. Every
process of ours therefore leaves through `leave`.
"""

import asyncio
import os
import signal
import sys
from typing import NoReturn

_STOP_SECONDS = 45.0
"""Longer than a worker's grace (`Settings.shutdown_grace_seconds`)."""


def leave(code: int) -> NoReturn:
    """End the process with this exit code, without the interpreter's own shutdown. Open files must be closed."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def stop_requested() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set. Call inside the running loop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def end(process: asyncio.subprocess.Process) -> None:
    """Ask a child process to stop, and insist when it does not."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
