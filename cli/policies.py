"""`starter.py policy …`: checking and activating policy files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli import reading
from cli.commands import Account, By, command

app = typer.Typer(help="Check and activate policy files.", no_args_is_help=True)


@command(app, "check")
async def check_policy(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy file in TOML.")],
) -> None:
    """Check a policy file, and say which version it is. Nothing is changed.

    Example: `starter.py policy check shop.toml`
    """
    from chargebacks.policy import parse_policy

    checked = parse_policy(reading.text(file))
    typer.echo(f"{file} is sound: version {checked.version}, mode {checked.mode.value}.")


@command(app, "activate")
async def activate_policy_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy file in TOML.")],
    account: Account,
    by: By,
) -> None:
    """Make a policy file the account's policy. Cases that are open keep the one they opened with.

    Example: `starter.py policy activate shop.toml --account shop --by ana`
    """
    from cli.session import open_store, read_settings
    from operations.connect import activate_policy

    toml = reading.text(file)
    async with open_store(read_settings()) as store:
        version = await activate_policy(store, account, toml, by=by, at=datetime.now(UTC))
    typer.echo(f"{account}  policy {version} holds for cases that open from now on.")
