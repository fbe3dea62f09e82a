"""Every resource of the Stripe stand-in. A new one is a module here and a line in `RESOURCES`."""

from sandbox.resource import Resource
from sandbox.resources import (
    accounts,
    application_fees,
    balance,
    balance_transactions,
    charges,
    customers,
    disputes,
    early_fraud_warnings,
    events,
    payment_intents,
    payment_methods,
    refunds,
    transfers,
)

RESOURCES: tuple[Resource, ...] = (
    accounts.ACCOUNTS,
    application_fees.APPLICATION_FEES,
    balance.BALANCE,
    balance_transactions.BALANCE_TRANSACTIONS,
    charges.CHARGES,
    customers.CUSTOMERS,
    disputes.DISPUTES,
    early_fraud_warnings.EARLY_FRAUD_WARNINGS,
    events.EVENTS,
    payment_intents.PAYMENT_INTENTS,
    payment_methods.PAYMENT_METHODS,
    refunds.REFUNDS,
    transfers.TRANSFERS,
)
