"""What the control plane does to charges, refunds and balances."""

from typing import Any

from starlette.requests import Request

from sandbox import made_charges, refund_settlement
from sandbox.errors import invalid, resource_missing
from sandbox.json_body import Body, read_time
from sandbox.resource import Resource
from sandbox.resources import balance, early_fraud_warnings, refunds
from sandbox.resources.charges import CHARGES
from sandbox.state import DEFAULT_ACCOUNT, Account, Sandbox
from sandbox.tables import Object

DAY = 86_400
DEFAULT_AMOUNTS = [499, 999, 1499, 1999, 2999, 4999, 9999]


def chosen_account(sandbox: Sandbox, body: Body) -> Account:
    id = body.take("account", str, DEFAULT_ACCOUNT)
    if id not in sandbox.accounts:
        raise resource_missing("account", id, param="account")
    return sandbox.accounts[id]


def found(sandbox: Sandbox, resource: Resource, id: str) -> tuple[Account, Object]:
    """The object with this id, in whichever account it is."""
    for account in sandbox.accounts.values():
        if (obj := resource.rows(account).get(id)) is not None:
            return account, obj
    raise resource_missing(resource.noun or resource.object, id, param="id")


def make_charges(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account = chosen_account(sandbox, body)
    if "count" in body:
        return made_charges.make_many(sandbox, account, _bulk(sandbox, body))
    emit = body.take("events", bool, False)
    wanted = body.take("charges", list)
    for given in wanted:
        check_charge(account, given)
    return {"charges": [made_charges.make_one(sandbox, account, given, emit=emit) for given in wanted]}


def check_charge(account: Account, given: Any) -> None:
    """Refuse what no charge can be made of; turn its time into Unix seconds."""
    if not isinstance(given, dict) or not isinstance(given.get("amount"), int):
        raise invalid("every charge needs an amount")
    if unknown := sorted(set(given) - made_charges.FIELDS):
        raise invalid(f"unknown field {unknown[0]}")
    if "id" in given and given["id"] in CHARGES.rows(account):
        raise invalid(f"id {given['id']} is taken")
    if "created" in given:
        given["created"] = read_time(given["created"], "created")


def _bulk(sandbox: Sandbox, body: Body) -> made_charges.Bulk:
    last = body.take_time("to", sandbox.clock.now())
    bulk = made_charges.Bulk(
        count=body.take("count", int),
        first=body.take_time("from", last - 90 * DAY),
        last=last,
        amounts=tuple(body.take("amounts", list, DEFAULT_AMOUNTS)),
        currencies=tuple(body.take("currencies", list, ["usd"])),
        customers=body.take("customers", int, 0),
        seed=body.take("seed", int, 1),
    )
    if bulk.count < 1 or bulk.first > bulk.last or not bulk.amounts or not bulk.currencies:
        raise invalid("count, amounts and currencies must not be empty, and from must not be after to")
    return bulk


def settle_refund(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, refund = found(sandbox, refunds.REFUNDS, request.path_params["id"])
    refund_settlement.settle(sandbox, account, refund)
    return refund


def fail_refund(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, refund = found(sandbox, refunds.REFUNDS, request.path_params["id"])
    reason = body.take("failure_reason", str, "unknown")
    if reason not in refund_settlement.FAILURE_REASONS:
        raise invalid(f"failure_reason must be one of {', '.join(refund_settlement.FAILURE_REASONS)}")
    refund_settlement.fail(sandbox, account, refund, reason=reason)
    return refund


def warn_of_fraud(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, charge = found(sandbox, CHARGES, body.take("charge", str))
    fraud_type = body.take("fraud_type", str, "unauthorized_use_of_card")
    if fraud_type not in early_fraud_warnings.FRAUD_TYPES:
        raise invalid(f"unknown fraud_type {fraud_type}")
    created = body.take_time("created", None)
    return early_fraud_warnings.warn(sandbox, account, charge, fraud_type=fraud_type, created=created)


def set_balance(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account = chosen_account(sandbox, body)
    for currency, available in body.take("available", dict).items():
        if available is None:
            account.balances.unlimit(currency)
        else:
            account.balances.limit(currency, available=available)
        refund_settlement.release_held(sandbox, account, currency=currency)
    return balance.shape(account, now=sandbox.clock.now())
