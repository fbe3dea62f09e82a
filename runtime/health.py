"""Whether a process is at work, for supervisors and containers.

python -m runtime.health /tmp/alive                       a file that the worker touches (HEALTH_FILE)
python -m runtime.health http://127.0.0.1:8080/healthz    an address that answers

Exits 0 or 1, with one line that says why. Standard library only: it runs every half minute.
"""

import asyncio
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

EVERY_SECONDS = 10.0
"""How often a living process touches its file."""
FRESH_SECONDS = 60.0
"""A file older than this was touched by a process that is stuck or gone."""
_PATIENCE_SECONDS = 5.0


async def keep_touching(file: Path) -> None:
    """As long as this runs, the event loop does. Cancel to stop."""
    while True:
        await asyncio.to_thread(file.touch)
        await asyncio.sleep(EVERY_SECONDS)


def problem_with(place: str) -> str | None:
    """None when the process behind a file or an http address is at work, else why not."""
    if place.startswith("http://"):
        return _problem_with_address(place)
    try:
        age = time.time() - Path(place).stat().st_mtime
    except OSError as error:
        return f"{place}: {error.strerror}"
    return None if age < FRESH_SECONDS else f"{place} was last touched {age:.0f} s ago"


def _problem_with_address(url: str) -> str | None:
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE_SECONDS):
            return None
    except urllib.error.HTTPError as error:
        return f"{url} answers {error.code}"
    except OSError as error:
        return f"{url} does not answer: {error}"


def main() -> int:
    if len(sys.argv) != 2:
        print("Say which file or http address to look at.", file=sys.stderr)
        return 2
    problem = problem_with(sys.argv[1])
    print(problem or "at work")
    return 0 if problem is None else 1


if __name__ == "__main__":
    sys.exit(main())
