"""What can be told from a subscription alone: its items, its period, whether it still runs.

https://docs.stripe.com/billing/subscriptions/billing-cycle
"""

import calendar
from datetime import UTC, datetime, timedelta

from sandbox.state import Account
from sandbox.tables import Object

ENDED = ("canceled", "incomplete_expired")
"""https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses"""


def running_of(account: Account, customer: Object) -> list[Object]:
    """A customer's subscriptions that were not canceled, newest first."""
    rows = account.tables["subscriptions"]
    found = (rows.peek(id) for _, _, id in reversed(rows.entries({"customer": customer["id"]})))
    return [subscription for subscription in found if subscription["status"] != "canceled"]


def items_of(subscription: Object) -> list[Object]:
    items: list[Object] = subscription["items"]["data"]
    return items


def current_period_end(subscription: Object) -> int:
    """The latest end of the items' periods."""
    return max(int(item["current_period_end"]) for item in items_of(subscription))


def begin_period(subscription: Object, *, at: int, trial_end: int | None = None) -> None:
    """Let the current period of every item start at `at`."""
    for item in items_of(subscription):
        item["current_period_start"] = at
        item["current_period_end"] = trial_end or end_of_period(at, item["price"]["recurring"])


def end_of_period(start: int, recurring: Object) -> int:
    """When a period that starts at `start` (Unix seconds) ends; a month without that day ends on its last."""
    interval, count = recurring["interval"], recurring["interval_count"]
    moment = datetime.fromtimestamp(start, UTC)
    if interval in ("day", "week"):
        days = count * (7 if interval == "week" else 1)
        return int((moment + timedelta(days=days)).timestamp())
    months = moment.month - 1 + count * (12 if interval == "year" else 1)
    year, month = moment.year + months // 12, months % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return int(moment.replace(year=year, month=month, day=day).timestamp())
