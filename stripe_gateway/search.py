"""Looking for the charge that an alert is about, where our own index does not know it. Three calls at most.

Stripe Search (https://docs.stripe.com/search) finds by order id, by card digits and by amount. It lags behind by about
a minute, by up to an hour in outages, and does not exist in India: then the plain list by time stands in.
"""

import re
from datetime import datetime, timedelta
from urllib.parse import quote

import structlog

from chargebacks.alerts import Alert, CardTransaction, TimePrecision
from chargebacks.charges import ChargeSnapshot
from chargebacks.errors import Refused
from stripe_gateway.charges import created_filter, reading_now
from stripe_gateway.clients import PAGE, AccountClient, Json, Params
from stripe_gateway.conversion import Reading, charge_snapshot

MOST_CALLS = 3
"""Stripe rations reads (500 per transaction over 30 days, https://docs.stripe.com/rate-limits)."""

_SEARCH_LAG = timedelta(hours=1)
_UNDATED_REACH = timedelta(days=180)
"""How far back an alert without a transaction date is looked for; disputes follow within 120 days as a rule."""

_log = structlog.get_logger(__name__)

Span = tuple[datetime, datetime]


async def find(
    client: AccountClient, alert: Alert, *, date_tolerance_days: int
) -> tuple[ChargeSnapshot, ...]:
    """The charge that the alert names, else every charge that shares its order id, card digits or amount."""
    hunt = _Hunt(client)
    named = alert.transaction.stripe_id
    if named is not None:
        await hunt.look_up(named)
    if not hunt.found:
        await _search(hunt, alert, timedelta(days=date_tolerance_days))
    return tuple(hunt.found.values())


async def _search(hunt: "_Hunt", alert: Alert, tolerance: timedelta) -> None:
    queries = queries_for(alert, tolerance=tolerance, order_keys=hunt.reading.order_keys)
    if not queries:
        return
    span = span_of(alert.transaction, tolerance)
    if span is not None and span[1] > hunt.reading.as_of - _SEARCH_LAG:
        await hunt.list_created((max(span[0], hunt.reading.as_of - _SEARCH_LAG), span[1]), pages=1)
    try:
        for query in queries:
            await hunt.search(query)
    except Refused as refusal:
        if refusal.reason == "livemode_mismatch":
            raise
        _log.warning("stripe_search_refused", account=hunt.account, reason=refusal.reason)
        await hunt.list_created(span or _undated(alert), pages=MOST_CALLS)


class _Hunt:
    """What was found so far, by charge id, and how many calls are left."""

    def __init__(self, client: AccountClient) -> None:
        self._client = client
        self._calls_left = MOST_CALLS
        self.account = client.credentials.account
        self.reading: Reading = reading_now(client)
        self.found: dict[str, ChargeSnapshot] = {}

    async def look_up(self, named: str) -> None:
        """A charge or payment intent by its id; an id that Stripe does not know finds nothing."""
        self._calls_left -= 1
        try:
            if re.fullmatch(r"(ch|py)_\w+", named):
                self._keep(await self._client.get(f"/v1/charges/{quote(named, safe='')}"))
            elif re.fullmatch(r"pi_\w+", named):
                listed = await self._client.get("/v1/charges", {"payment_intent": named, "limit": PAGE})
                self._keep(*listed["data"])
        except Refused as refusal:
            if refusal.reason != "resource_missing":
                raise

    async def search(self, query: str) -> None:
        await self._keep_pages("/v1/charges/search", {"query": query, "limit": PAGE}, most=MOST_CALLS)

    async def list_created(self, span: Span, *, pages: int) -> None:
        created = created_filter(since=span[0], until=span[1])
        await self._keep_pages("/v1/charges", {"created": created, "limit": PAGE}, most=pages)

    async def _keep_pages(self, path: str, params: Params, *, most: int) -> None:
        """Pages while there are some and calls are left. Search pages by token, lists by the last id."""
        query, pages, more = dict(params), 0, True
        while more and pages < most and self._calls_left > 0:
            self._calls_left -= 1
            pages += 1
            page = await self._client.get(path, query)
            self._keep(*page["data"])
            more = page["has_more"] and bool(page["data"])
            if more and "next_page" in page:
                query["page"] = page["next_page"]
            elif more:
                query["starting_after"] = page["data"][-1]["id"]
        if more:
            _log.info("stripe_search_cut_short", account=self.account, path=path)

    def _keep(self, *charges: Json) -> None:
        for one in charges:
            snapshot = charge_snapshot(one, self.reading)
            self.found[snapshot.id] = snapshot


def queries_for(alert: Alert, *, tolerance: timedelta, order_keys: tuple[str, ...]) -> tuple[str, ...]:
    """What to ask Stripe Search, most telling first.

    By digits without the amount: a partial dispute and a sale shown in another currency carry another amount. By
    amount without the digits: of a wallet the alert may carry the other number.
    """
    sale = alert.transaction
    span = span_of(sale, tolerance)
    digits = sale.last4 if sale.last4 and re.fullmatch(r"\d{4}", sale.last4) else None
    amount = _amount(alert)
    queries = []
    if sale.merchant_order_id and order_keys:
        quoted = _quoted(sale.merchant_order_id)
        queries.append(" OR ".join(f"metadata[{_quoted(key)}]:{quoted}" for key in order_keys))
    if digits and span:
        queries.append(_all(_digits(digits), _within(span)))
    if digits and amount and not span:
        queries.append(_all(_digits(digits), amount, _within(_undated(alert))))
    if amount and span:
        queries.append(_all(amount, _within(span)))
    return tuple(queries)


def span_of(sale: CardTransaction, tolerance: timedelta) -> Span | None:
    """When the charge may have been created. A local clock time is off by up to 14 hours before and 12 after, a bare
    date by a whole day more."""
    if sale.at is None:
        return None
    earliest, latest = sale.at - tolerance, sale.at + tolerance
    if sale.at_precision is not TimePrecision.INSTANT:
        earliest, latest = earliest - timedelta(hours=14), latest + timedelta(hours=12)
    if sale.at_precision is TimePrecision.DATE:
        latest += timedelta(days=1)
    return earliest, latest


def _undated(alert: Alert) -> Span:
    return alert.alerted_at - _UNDATED_REACH, alert.alerted_at + timedelta(days=1)


def _amount(alert: Alert) -> str | None:
    money = alert.transaction.amount or alert.amount
    if money is None:
        return None
    return _all(f"amount:{money.amount_minor}", f'currency:"{money.currency.lower()}"')


def _digits(last4: str) -> str:
    return f'payment_method_details.card.last4:"{last4}"'


def _within(span: Span) -> str:
    bounds = created_filter(since=span[0], until=span[1])
    return _all(f"created>{bounds['gte'] - 1}", f"created<{bounds['lt']}")


def _all(*clauses: str) -> str:
    return " AND ".join(clauses)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
