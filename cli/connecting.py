"""`starter.py connect …`: Stripe accounts and alert sources."""

from pathlib import Path
from typing import Annotated

import typer

from cli import reading
from cli.commands import Account, command, console

app = typer.Typer(help="Connect Stripe accounts and alert sources.", no_args_is_help=True)


@command(app, "stripe")
async def connect_stripe_account(
    account: Annotated[str, typer.Option(metavar="NAME", help="What to call it here.")],
    key_file: Annotated[Path | None, typer.Option(help="File that holds the key; - for stdin.")] = None,
    key_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Environment variable that holds it.")
    ] = None,
    stripe_account: Annotated[
        str | None, typer.Option(metavar="ACCT_ID", help="Act on this connected account (Connect).")
    ] = None,
) -> None:
    """Connect a Stripe account, or give a connected one a new key.

    The key is tried at Stripe and kept sealed. It is asked for at the terminal unless a file or a variable has it:
    a command line can be read by others.

    Example: `starter.py connect stripe --account shop --key-env STRIPE_KEY`
    """
    from cli.session import open_store, read_settings
    from operations.connect import connect_stripe
    from stripe_gateway.gateway import Gateway

    settings = read_settings()
    key = reading.stripe_key(file=key_file, variable=key_env)
    async with open_store(settings) as store:
        stripe = Gateway(credentials_of=store.accounts.stripe_credentials, settings=settings)
        found = await connect_stripe(store, stripe, name=account, api_key=key, stripe_account=stripe_account)
        await stripe.close()
    mode = "live" if found.livemode else "test"
    typer.echo(f"{account}  connected to {found.id}, {mode} mode. It observes until a policy says otherwise.")


@command(app, "source")
async def connect_alert_source(
    name: Annotated[str, typer.Option(metavar="NAME", help="What to call it here.")],
    kind: Annotated[str, typer.Option(help="Which provider: chargebackhit, ethoca, chargeblast, ...")],
    account: Account,
    secrets_file: Annotated[
        Path | None, typer.Option(help='TOML file of name = "secret" lines; - for stdin.')
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Where outcomes go; the real service by default.")
    ] = None,
    option: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="May be repeated.")] = None,
) -> None:
    """Connect an alert source, or replace one. Its secrets are asked for unless a file has them, and kept sealed.

    Example: `starter.py connect source --name ethoca-shop --kind ethoca --account shop --secrets-file ethoca.toml`
    """
    from cli.session import open_store, read_settings
    from cli.sources import source_secrets
    from operations.connect import connect_source

    secrets = source_secrets(kind, secrets_file)
    async with open_store(read_settings()) as store:
        source = await connect_source(
            store,
            name=name,
            kind=kind,
            account=account,
            secrets=secrets,
            options=reading.options(option or ()),
            base_url=base_url,
        )
    typer.echo(
        f"{source.name}  connected: {source.kind} alerts of {source.account}, outcomes to {source.base_url}"
    )


@command(app, "switch")
async def switch_account(
    account: Account,
    on: Annotated[bool, typer.Option("--on/--off", help="Off: alerts are recorded, and no money moves.")],
) -> None:
    """Switch an account's alert management on or off. Off holds at once, for running cases, too.

    Example: `starter.py connect switch --account shop --off`
    """
    from cli.session import open_store, read_settings
    from operations.connect import switch_alert_management

    async with open_store(read_settings()) as store:
        await switch_alert_management(store, account, on=on)
    typer.echo(f"{account}  alert management is {'on' if on else 'off'}.")


@command(app, "list")
async def list_connections() -> None:
    """List connected accounts and alert sources, without their secrets."""
    from cli.session import open_store, read_settings
    from cli.sources import show_connections

    async with open_store(read_settings()) as store:
        await show_connections(console(), store)
