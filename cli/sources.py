"""Connected accounts and alert sources: asking for secrets, and listing what there is."""

from pathlib import Path

from pydantic import SecretStr
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chargebacks.errors import BadInput
from cli import reading
from networks.registry import ADAPTERS
from store import Store


def source_secrets(kind: str, file: Path | None) -> dict[str, SecretStr]:
    """What the kind's adapter needs, from the file or asked for one by one."""
    adapter = ADAPTERS.get(kind)
    if adapter is None:
        raise BadInput(
            f"--kind must be one of {', '.join(sorted(ADAPTERS))}, not {kind}.", reason="unknown_kind"
        )
    if file is not None:
        return reading.secrets_file(file)
    needed = [setting for setting in adapter.secrets if setting.required]
    return {
        setting.name: reading.ask_secret(f"{setting.name} ({setting.help})", instead="--secrets-file")
        for setting in needed
    }


async def show_connections(console: Console, store: Store) -> None:
    """Two lists: accounts, then the sources of their alerts."""
    accounts = _table("account", "mode", "alert management", "policy")
    for account in await store.accounts.list_accounts():
        policy = await store.accounts.policy(account.policy_version)
        accounts.add_row(
            Text(account.name, style="bold"),
            "live" if account.livemode else "test",
            "on" if account.alert_management else "off",
            f"{account.policy_version} ({policy.mode.value})",
        )
    sources = _table("alert source", "kind", "account", "outcomes go to")
    for source in await store.sources.list_sources():
        sources.add_row(Text(source.name, style="bold"), source.kind, source.account, source.base_url)
    for table, nothing in (
        (accounts, "No account is connected."),
        (sources, "No alert source is connected."),
    ):
        console.print(table if table.row_count else nothing)


def _table(*headings: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
