"""Connected accounts, alert sources and evidence sources: asking for secrets, and listing what there is."""

from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.text import Text

from chargebacks.accounts import AccountFacts
from chargebacks.errors import BadInput
from cli import reading
from cli.rows import table
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
    """Three lists: accounts, the sources of their alerts, the sources of their evidence; then what a person should
    see to."""
    accounts = table("account", "mode", "alert management", "disputes", "policy")
    sources = table("alert source", "kind", "account", "outcomes go to")
    evidence = table("evidence source", "kind", "account", "asked at")
    for account in await store.accounts.list_accounts():
        policy = await store.accounts.policy(account.policy_version)
        accounts.add_row(
            Text(account.name, style="bold"),
            "live" if account.livemode else "test",
            await _standing(store, account, on=account.alert_management, paused=account.alerts_paused),
            await _standing(store, account, on=account.dispute_representment, paused=account.disputes_paused),
            f"{account.policy_version} ({policy.mode.value})",
        )
        for one in await store.evidence_sources.of_account(account.name):
            where = one.url or f"task queue {one.task_queue}"
            evidence.add_row(Text(one.name, style="bold"), one.kind.value, one.account, where)
    for source in await store.sources.list_sources():
        sources.add_row(Text(source.name, style="bold"), source.kind, source.account, source.base_url)
    for shown, nothing in (
        (accounts, "No account is connected."),
        (sources, "No alert source is connected."),
        (evidence, "No evidence source is connected."),
    ):
        console.print(shown if shown.row_count else nothing)
    for notice in await store.notices.open():
        console.print(Text(f"{notice.subject}: {notice.text}", style="yellow"))


async def _standing(store: Store, account: AccountFacts, *, on: bool, paused: str | None) -> str:
    if not await store.accounts.is_connected(account.name):
        return "removed"
    if not account.enabled:
        return "disabled"
    return "off" if not on else "on" if paused is None else "rests"
