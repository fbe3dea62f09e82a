"""`backfill`: shows how far it has come, and how to go on where it was interrupted."""

from datetime import UTC, datetime

from rich.console import Console
from temporalio.client import Client

from chargebacks.errors import CaseError
from cli.wording import clock, plural, span
from operations.backfill import Progress, fill_index
from operations.importing import EVERY, Imported, import_account, schedule_sync
from runtime.settings import Settings
from store import Store
from stripe_gateway.gateway import Gateway


async def fill(
    console: Console, store: Store, settings: Settings, *, account: str, since: datetime, until: datetime
) -> None:
    """Fill the account's charge index. What was done before a failure stays, and the failure says where."""
    await store.accounts.account_facts(account)
    stripe = Gateway(credentials_of=store.accounts.stripe_credentials, settings=settings)
    reached = until
    with console.status("asking Stripe ...") as status:

        def tell(progress: Progress) -> None:
            nonlocal reached
            reached = progress.reached
            status.update(f"{progress.charges} charges, back to {clock(progress.reached)} UTC")

        try:
            done = await fill_index(
                store.charges, stripe, account=account, since=since, until=until, progress=tell
            )
        except CaseError as error:
            if reached < until:
                error.args = (f"{error} Go on with --until {reached:%Y-%m-%dT%H:%M:%SZ}.",)
            raise
        finally:
            await stripe.close()
    console.print(
        f"{done.charges} charges since {clock(since)} UTC are in the index, the subscription of {done.linked} is known."
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
                client, store, stripe, account=account, since=since, until=datetime.now(UTC), progress=tell
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
