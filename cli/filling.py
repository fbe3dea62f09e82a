"""`backfill`: shows how far it has come, and how to go on where it was interrupted."""

from datetime import datetime

from rich.console import Console

from chargebacks.errors import CaseError
from cli.wording import clock
from operations.backfill import Progress, fill_index
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
