"""`python -m ingest`: the HTTP service as a process.

python -m ingest --host 0.0.0.0 --port 8080
"""

import asyncio
from typing import Annotated

import structlog
import typer

from chargebacks.errors import CaseError
from ingest.app import running_app
from ingest.server import Server
from runtime.logs import configure_logging
from runtime.process import leave
from runtime.settings import Settings

_log = structlog.get_logger(__name__)


async def run(settings: Settings, *, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; then requests in flight are answered."""
    async with running_app(settings) as app:
        server = Server(app, host=host, port=port, trusted_proxies=settings.trusted_proxies)
        url = await server.start()
        _log.info("ingest_ready", url=url)
        await server.until_stopped()
        _log.info("ingest_stopping")


def main(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8080,
) -> None:
    """Run the HTTP service."""
    settings = Settings()
    configure_logging(settings)
    try:
        asyncio.run(run(settings, host=host, port=port))
    except CaseError as error:
        typer.echo(f"ingest: {error}", err=True)
        leave(1)
    except OSError as error:
        typer.echo(f"ingest: cannot listen on {host}:{port}: {error.strerror or error}.", err=True)
        leave(1)
    leave(0)


if __name__ == "__main__":
    typer.run(main)
