"""How tests speak to the Stripe stand-in: its control plane, and a merchant with the real SDK."""

from typing import Any

import httpx
import pytest
import stripe

KEY = "sk_test_sandbox"


class Control:
    """The sandbox's control plane, answers taken apart."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=60, trust_env=False)

    def get(self, path: str, /, **query: str) -> Any:
        return self.http.get(f"/_sandbox/{path}", params=query).raise_for_status().json()

    def post(self, path: str, /, **body: Any) -> Any:
        return self.http.post(f"/_sandbox/{path}", json=body).raise_for_status().json()

    def delete(self, path: str) -> Any:
        return self.http.delete(f"/_sandbox/{path}").raise_for_status().json()

    def charge(self, **fields: Any) -> Any:
        return self.post("charges", charges=[{"amount": 4999, **fields}])["charges"][0]

    def movements(self, charge: str) -> list[tuple[str, int]]:
        ledger = self.get("ledger", charge=charge)
        return [(movement["kind"], movement["amount"]) for movement in ledger["movements"]]


class Shop:
    """A merchant's client and the shortest way to a payment."""

    def __init__(self, url: str, key: str = KEY) -> None:
        self.url = url
        self.client = stripe.StripeClient(key, base_addresses={"api": url, "files": url})
        self.v1 = self.client.v1

    def pay(self, card: str = "visa", amount: int = 4999, **parameters: Any) -> stripe.PaymentIntent:
        return self.v1.payment_intents.create(
            {
                "amount": amount,
                "currency": "usd",
                "payment_method": f"pm_card_{card}",
                "confirm": True,
                "expand": ["latest_charge"],
                **parameters,  # type: ignore[typeddict-item]
            }
        )

    def charge(self, card: str = "visa", amount: int = 4999, **parameters: Any) -> Any:
        return self.pay(card, amount, **parameters).latest_charge

    def event_types(self, *, about: str) -> list[str]:
        """The types of all events about one object, oldest first."""
        events = self.v1.events.list({"limit": 100}).data
        return [event.type for event in reversed(events) if event.data.object["id"] == about]


def refusal(call: Any, *arguments: Any) -> stripe.StripeError:
    """The error a call raises."""
    with pytest.raises(stripe.StripeError) as caught:
        call(*arguments)
    return caught.value
