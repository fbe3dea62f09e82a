"""The HTTP service, dying at a chosen point: `python mortal_ingest.py POINT FILE`.

It dies the first time it gets to the point, once: FILE is written then, and with it there it lives. Dying means at
once, nothing closed, nothing told to anybody.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import ingest.__main__
from operations.delivery import Delivery
from runtime.logs import configure_logging
from runtime.process import leave
from runtime.settings import Settings
from store.inbox import Inbox

POINTS: dict[str, tuple[type, str, bool]] = {
    "before it is kept": (Inbox, "accept", True),
    "after it is kept, before the answer": (Inbox, "accept", False),
    "before it is taken up": (Inbox, "claim", True),
    "after it is taken up, before it is delivered": (Delivery, "deliver", True),
    "after it is delivered, before that is noted": (Delivery, "deliver", False),
    "after it is noted": (Inbox, "mark_all_done", False),
}


def main(point: str, mark: Path) -> None:
    owner, name, before = POINTS[point]
    method: Callable[..., Any] = getattr(owner, name)

    async def dying(self: Any, *args: Any, **kwargs: Any) -> Any:
        if before:
            _die(mark)
        result = await method(self, *args, **kwargs)
        if name != "claim" or result:
            _die(mark)
        return result

    async def dying_with_work(self: Any, *args: Any, **kwargs: Any) -> Any:
        waiting = await self.waiting()
        if waiting.messages:
            _die(mark)
        return await method(self, *args, **kwargs)

    setattr(owner, name, dying_with_work if name == "claim" else dying)
    settings = Settings()
    configure_logging(settings)
    asyncio.run(ingest.__main__.run(settings, host="127.0.0.1", port=0))
    leave(0)


def _die(mark: Path) -> None:
    if not mark.exists():
        mark.touch()
        os._exit(17)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
