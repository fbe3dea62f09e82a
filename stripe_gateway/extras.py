"""Reading what is good to have: left out where the account's restricted key may not read it."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from chargebacks.errors import NeedsOperator
from stripe_gateway.clients import AccountClient

_log = structlog.get_logger(__name__)


@contextmanager
def if_permitted(client: AccountClient) -> Iterator[None]:
    """Leaves the block where a permission is missing, and says in the log which one: the case goes on without."""
    try:
        yield
    except NeedsOperator as missing:
        if missing.reason != "permission_missing":
            raise
        _log.warning("stripe_extra_left_out", account=client.credentials.account, why=str(missing))
