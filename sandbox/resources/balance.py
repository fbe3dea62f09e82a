"""The account's balance. https://docs.stripe.com/api/balance"""

from sandbox.resource import Call, Resource
from sandbox.state import Account
from sandbox.tables import Object

BALANCE = Resource("balance", table="balance", prefixes=())


def shape(account: Account, *, now: int) -> Object:
    account.balances.mature(now)
    held = account.balances.read() or {account.default_currency: (0, 0)}

    def amounts(position: int) -> list[Object]:
        return [
            {"amount": funds[position], "currency": currency, "source_types": {"card": funds[position]}}
            for currency, funds in held.items()
        ]

    return {"object": "balance", "available": amounts(0), "livemode": False, "pending": amounts(1)}


@BALANCE.get("/v1/balance", permission="balance")
def retrieve(call: Call) -> Object:
    return shape(call.account, now=call.now)
