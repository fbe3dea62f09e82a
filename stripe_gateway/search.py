"""Looking for the charge that an alert is about, where our own index does not know it. Three calls at most.

Stripe Search (https://docs.stripe.com/search) finds by order id, by card digits and by amount. It lags behind by about
a minute, by up to an hour in outages, and does not exist in India: then the plain list by time stands in.
"""

import re
from datetime import timedelta

import structlog

from chargebacks.alerts import Alert
from chargebacks.charges import ChargeSnapshot
from chargebacks.clocks import Span, sale_span, search_span
from chargebacks.errors import Refused
from chargebacks.matching import Candidates
from stripe_gateway.charges import created_filter, reading_now
from stripe_gateway.clients import PAGE, AccountClient, Json, Params
from stripe_gateway.conversion import Reading, charge_snapshot

MOST_CALLS = 3
"""Stripe rations reads (500 per transaction over 30 days, https://docs.stripe.com/rate-limits)."""

_SEARCH_LAG = timedelta(hours=1)

_log = structlog.get_logger(__name__)


async def find(client: AccountClient, alert: Alert, *, date_tolerance_days: int) -> Candidates:
    """The charge that the alert names, else every charge that shares its order id, card digits or amount."""
    hunt = _Hunt(client)
    named = alert.transaction.stripe_id
    if named is not None:
        await hunt.look_up(named)
    if not hunt.found:
        await _search(hunt, alert, search_span(alert, date_tolerance_days=date_tolerance_days))
    return Candidates(charges=tuple(hunt.found.values()), complete=hunt.complete)


async def _search(hunt: "_Hunt", alert: Alert, span: Span) -> None:
    queries = queries_for(alert, span=span, order_keys=hunt.reading.order_keys)
    if not queries:
        return
    lagging = hunt.reading.as_of - _SEARCH_LAG
    if sale_span(alert) is not None and span.latest > lagging:
        await hunt.list_created(Span(max(span.earliest, lagging), span.latest), pages=1)
    try:
        for query in queries:
            await hunt.search(query)
    except Refused as refusal:
        if refusal.reason == "livemode_mismatch":
            raise
        _log.warning("stripe_search_refused", account=hunt.account, reason=refusal.reason)
        await hunt.list_created(span, pages=MOST_CALLS)


class _Hunt:
    """What was found so far, by charge id, and how many calls are left."""

    def __init__(self, client: AccountClient) -> None:
        self._client = client
        self._calls_left = MOST_CALLS
        self.account = client.credentials.account
        self.reading: Reading = reading_now(client)
        self.found: dict[str, ChargeSnapshot] = {}
        self.complete = True

    async def look_up(self, named: str) -> None:
        """A charge or payment intent by its id; an id that Stripe does not know finds nothing."""
        if not re.fullmatch(r"(ch|py|pi)_[A-Za-z0-9_]+", named):
            return
        self._calls_left -= 1
        try:
            if named.startswith("pi_"):
                listed = await self._client.get("/v1/charges", {"payment_intent": named, "limit": PAGE})
                self._keep(*listed["data"])
            else:
                self._keep(await self._client.get(f"/v1/charges/{named}"))
        except Refused as refusal:
            if refusal.reason != "resource_missing":
                raise

    async def search(self, query: str) -> None:
        await self._keep_pages("/v1/charges/search", {"query": query, "limit": PAGE}, most=MOST_CALLS)

    async def list_created(self, span: Span, *, pages: int) -> None:
        created = created_within(span)
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
            self.complete = False
            _log.info("stripe_search_cut_short", account=self.account, path=path)

    def _keep(self, *charges: Json) -> None:
        for one in charges:
            snapshot = charge_snapshot(one, self.reading)
            self.found[snapshot.id] = snapshot


def queries_for(alert: Alert, *, span: Span, order_keys: tuple[str, ...]) -> tuple[str, ...]:
    """What to ask Stripe Search, most telling first.

    By digits without the amount: a partial dispute and a sale shown in another currency carry another amount. By
    amount without the digits: of a wallet the alert may carry the other number. Without a date only both together
    tell enough.
    """
    sale = alert.transaction
    digits, amount = _digits(sale.last4), _amount(alert)
    keys: tuple[str | None, ...] = (digits, amount)
    if sale_span(alert) is None:
        keys = (_all(digits, amount) if digits and amount else None,)
    queries = [_all(key, _within(span)) for key in keys if key]
    if sale.merchant_order_id and order_keys:
        order_id = quoted(sale.merchant_order_id)
        queries.insert(0, " OR ".join(f"metadata[{quoted(key)}]:{order_id}" for key in order_keys))
    return tuple(queries)


def _amount(alert: Alert) -> str | None:
    money = alert.transaction.amount or alert.amount
    if money is None:
        return None
    return _all(f"amount:{money.amount_minor}", f'currency:"{money.currency.lower()}"')


def _digits(last4: str | None) -> str | None:
    if last4 is None or not re.fullmatch(r"[0-9]{4}", last4):
        return None
    return f'payment_method_details.card.last4:"{last4}"'


def _within(span: Span) -> str:
    bounds = created_within(span)
    return _all(f"created>{bounds['gte'] - 1}", f"created<{bounds['lt']}")


def created_within(span: Span) -> Json:
    """A span holds its latest instant, a filter leaves its end out."""
    return created_filter(since=span.earliest, until=span.latest + timedelta(seconds=1))


def _all(*clauses: str) -> str:
    return " AND ".join(clauses)


def quoted(text: str) -> str:
    """A value in Stripe's query language (https://docs.stripe.com/search#search-query-language)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
