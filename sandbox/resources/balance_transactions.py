"""Balance transactions: every change of a balance. https://docs.stripe.com/api/balance_transactions"""

from sandbox.parameters import CURRENCY, created_filter, text
from sandbox.resource import Resource

BALANCE_TRANSACTIONS = Resource(
    "balance_transaction",
    table="balance_transactions",
    prefixes=("txn",),
    indexes=("source", "type"),
    expandable=("source",),
)
BALANCE_TRANSACTIONS.retrieval("/v1/balance_transactions/{id}", permission="balance_transaction")
BALANCE_TRANSACTIONS.listing(
    "/v1/balance_transactions",
    permission="balance_transaction",
    created=created_filter(),
    currency=CURRENCY,
    source=text(),
    type=text(),
)
