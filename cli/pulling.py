"""`starter.py schedules` and `starter.py pull`: what Temporal does by itself for the connections."""

from typing import Annotated

import typer

from cli.commands import SET_UP, command, console

app = typer.Typer()


@command(app, "schedules", panel=SET_UP)
async def see_to_schedules() -> None:
    """Make, change and remove Temporal's schedules until they are what the connections ask for. Safe to repeat.

    One per account looks for what webhooks missed; one per alert source that is asked for its alerts pulls them. Run it
    after connecting or removing an account or a source.

    Example: `starter.py schedules`
    """
    from cli.session import open_store, read_settings
    from cli.wording import span
    from operations.pulling import ensure_schedules
    from runtime.temporal import connect

    async with open_store(read_settings()) as store:
        states = await ensure_schedules(await connect(read_settings()), store)
    for state in states:
        how_often = f", every {span(state.every)}" if state.every is not None else ""
        typer.echo(f"{state.id}  {state.change}{how_often}")
    if not states:
        typer.echo("Nothing is connected, so nothing is scheduled.")


@command(app, "pull", panel=SET_UP)
async def pull_source(
    source: Annotated[str, typer.Option(metavar="NAME", help="The connected alert source.")],
) -> None:
    """Ask an alert source for its alerts at once, beside its schedule. The worker does it.

    Example: `starter.py pull --source ethoca-shop`
    """
    from chargebacks.errors import NeedsOperator
    from cli.session import open_store, read_settings
    from operations.pulling import pull_now
    from runtime.temporal import connect

    async with open_store(read_settings()) as store:
        client = await connect(read_settings())
        with console().status("waiting for the worker: it runs with `python worker.py`"):
            report = await pull_now(client, store, source)
    if report.pulled is None:
        raise NeedsOperator(f"{source} could not be pulled: {report.failed}", reason="pull_failed")
    pulled = report.pulled
    typer.echo(
        f"{source}  {pulled.listed} listed: {pulled.new} with a new case, {pulled.known} known, "
        f"{pulled.refused} refused, {pulled.waiting} waiting"
    )
