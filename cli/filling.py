"""`backfill` and `import`: what Stripe has already, and how far taking it in has come."""

from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress
from temporalio.client import Client

from chargebacks.charge_index import Pace
from chargebacks.errors import NeedsOperator
from cli.wording import clock, plural, span
from operations.backfill import start_backfill, watch
from operations.importing import EVERY, Imported, import_account, schedule_sync
from runtime.settings import Settings
from store import Store
from stripe_gateway.gateway import Gateway
from workflows.backfill import BackfillProgress


@dataclass(frozen=True)
class Wanted:
    """What is to be read into the charge index, and how."""

    account: str
    since: datetime
    until: datetime
    again: bool
    pace: Pace | None


async def fill(console: Console, client: Client, store: Store, wanted: Wanted, *, wait: bool) -> None:
    """Fill the account's charge index, and show how far it has come. It goes on when this ends."""
    filling, new = await start_backfill(
        client,
        store,
        account=wanted.account,
        since=wanted.since,
        until=wanted.until,
        pace=wanted.pace,
        again=wanted.again,
    )
    if not new:
        console.print(f"{filling.id} is running already: this one goes on.", soft_wrap=True)
    if not wait:
        console.print(f"{filling.id} reads in the background; run this again to see how far it is.")
        return
    last = BackfillProgress(backfill=None)
    columns = (
        SpinnerColumn(),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with RichProgress(*columns, console=console, transient=True) as shown:
        bar = shown.add_task("waiting for the worker: it runs with `python worker.py`", total=1.0)
        async for progress in watch(filling):
            if progress is not None and progress.backfill is not None:
                shown.update(bar, completed=progress.done, description=_how_far(progress))
            last = progress or last
    _say_filled(console, last)


def _how_far(progress: BackfillProgress) -> str:
    backfill = progress.backfill
    assert backfill is not None
    if progress.waits_until is not None:
        return f"{backfill.calls} reads are spent; more at {clock(progress.waits_until)} UTC, or with a higher --reads"
    return f"{plural(backfill.charges, 'charge')}, back to {clock(backfill.reached)} UTC"


def _say_filled(console: Console, done: BackfillProgress) -> None:
    backfill = done.backfill
    if done.stopped is not None or backfill is None:
        back_to = f"Indexed back to {clock(backfill.reached)} UTC. " if backfill is not None else ""
        raise NeedsOperator(
            f"The filling stopped: {done.stopped} {back_to}Mend it and run this again, which goes on from there.",
            reason="backfill_stopped",
        )
    console.print(
        f"{backfill.charges} charges were read, by {plural(backfill.calls, 'call')}: everything since "
        f"{clock(backfill.since)} UTC is in the index. The subscription of {backfill.linked} became known.",
        soft_wrap=True,
    )


async def take_in(
    console: Console,
    client: Client,
    store: Store,
    settings: Settings,
    *,
    account: str,
    since: datetime,
    schedule: bool,
) -> None:
    """Import the account's disputes and early fraud warnings; have them looked for again if `schedule`. What was
    started before a failure stays."""
    await store.accounts.account_facts(account)
    stripe = Gateway(credentials_of=store.accounts.stripe_credentials, settings=settings)
    with console.status("asking Stripe ...") as status:

        def tell(done: Imported) -> None:
            status.update(
                f"{plural(done.disputes, 'dispute')}, {plural(done.warnings, 'early fraud warning')}"
            )

        try:
            done = await import_account(
                client,
                store,
                stripe.in_bulk(),
                account=account,
                since=since,
                until=datetime.now(UTC),
                progress=tell,
            )
        finally:
            await stripe.close()
    _say_imported(console, done, since=since)
    if schedule:
        every = span(EVERY).removesuffix(" 0 min")
        new = await schedule_sync(client, account=account)
        state = "from now on" if new else "as before"
        console.print(
            f"Looked for again every {every} {state} (Temporal schedule sync/{account}).", soft_wrap=True
        )


def _say_imported(console: Console, done: Imported, *, since: datetime) -> None:
    console.print(
        f"{plural(done.disputes, 'dispute')} since {clock(since)} UTC, {done.new_disputes} of them with a new case "
        "or news for one.",
        soft_wrap=True,
    )
    if done.warnings_source is None:
        console.print(
            "Early fraud warnings were left out: no source of kind stripe_efw is connected for the account.",
            soft_wrap=True,
        )
    else:
        console.print(
            f"{plural(done.warnings, 'early fraud warning')}, {done.new_warnings} of them with a new case, as alerts "
            f"of {done.warnings_source}.",
            soft_wrap=True,
        )
