"""`starter.py token …`: who may ask the HTTP service for what."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from chargebacks.scopes import Scope
from cli import reading
from cli.commands import By, command, console

app = typer.Typer(help="Make, list and revoke tokens of the HTTP service.", no_args_is_help=True)

TokenName = Annotated[
    str, typer.Argument(metavar="NAME", help="What the token is called; kept with what it does.")
]


@command(app, "create")
async def create_api_token(
    name: TokenName,
    scope: Annotated[list[Scope], typer.Option(help="What it may be used for. May be repeated.")],
    by: By,
    valid_for: Annotated[
        timedelta | None,
        typer.Option(
            parser=reading.duration,
            metavar="TIME",
            help="Until it runs out, such as 90d; for good by default.",
        ),
    ] = None,
) -> None:
    """Make a token. Its secret is shown now and never again: only a hash of it is kept.

    The secret is the last line, alone, and all there is on standard output: it can be piped into a secret store.

    Examples:

    `starter.py token create order-system --scope alerts:write --scope cases:read --by ana`

    `starter.py token create temporal-ui --scope codec --valid-for 90d --by olaf`
    """
    from cli.session import open_store, read_settings
    from cli.wording import clock
    from operations.tokens import create_token

    async with open_store(read_settings()) as store:
        token, secret = await create_token(
            store, name=name, scopes=scope, by=by, at=datetime.now(UTC), valid_for=valid_for
        )
    until = f", until {clock(token.expires_at)} UTC" if token.expires_at is not None else ""
    typer.echo(f"{token.name}  may be used for {', '.join(token.scopes)}{until}. Keep the secret:", err=True)
    typer.echo(secret.get_secret_value())


@command(app, "list")
async def list_api_tokens() -> None:
    """List the tokens: what each is for, who made it, and whether it is valid. Their secrets are not known."""
    from rich.text import Text

    from cli.rows import table
    from cli.session import open_store, read_settings
    from cli.wording import clock

    now = datetime.now(UTC)
    shown = table("token", "for", "made by", "made (UTC)", "state")
    async with open_store(read_settings()) as store:
        for token in await store.tokens.list():
            state = f"until {clock(token.expires_at)}" if token.expires_at is not None else "valid"
            if token.revoked_at is not None:
                state = f"revoked {clock(token.revoked_at)}"
            elif not token.is_valid(now):
                state = f"ran out {clock(token.expires_at)}" if token.expires_at is not None else "ran out"
            made = clock(token.created_at)
            shown.add_row(
                Text(token.name, style="bold"), ", ".join(token.scopes), token.created_by, made, state
            )
    console().print(shown if shown.row_count else "There is no token.")


@command(app, "revoke")
async def revoke_api_token(name: TokenName) -> None:
    """Revoke a token, at once and for good; its name is not given again.

    Example: `starter.py token revoke order-system`
    """
    from cli.session import open_store, read_settings

    async with open_store(read_settings()) as store:
        await store.tokens.revoke(name, at=datetime.now(UTC))
    typer.echo(f"{name}  is revoked.")
