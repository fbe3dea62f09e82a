"""A merchant who sells subscriptions."""

from typing import Any

import stripe
from sandbox_clients import Shop


class BillingShop(Shop):
    """The shortest way to a price, a subscriber and a subscription."""

    def price(self, amount: int = 1999) -> stripe.Price:
        product = self.v1.products.create({"name": "Gold"})
        return self.v1.prices.create(
            {
                "product": product.id,
                "currency": "usd",
                "unit_amount": amount,
                "recurring": {"interval": "month"},
            }
        )

    def subscriber(self, card: str = "visa") -> stripe.Customer:
        token = f"pm_card_{card}"
        return self.v1.customers.create(
            {"payment_method": token, "invoice_settings": {"default_payment_method": token}}
        )

    def subscribe(self, customer: str | None = None, *, card: str = "visa", **parameters: Any) -> Any:
        """A subscription to a new price, its latest invoice and payments expanded."""
        given: Any = {
            "customer": customer or self.subscriber(card).id,
            "items": [{"price": self.price().id}],
            "expand": ["latest_invoice.payments"],
        }
        return self.v1.subscriptions.create(given | parameters)

    def charge_of(self, subscription: Any) -> Any:
        """The charge that paid the subscription's latest invoice."""
        payment = subscription.latest_invoice.payments.data[0].payment
        intent = self.v1.payment_intents.retrieve(payment.payment_intent, {"expand": ["latest_charge"]})
        return intent.latest_charge

    def bills(self, subscription: Any) -> list[tuple[str | None, int]]:
        """Why a subscription was invoiced and for how much, oldest first."""
        invoices = self.v1.invoices.list({"subscription": subscription.id}).data
        return [(invoice.billing_reason, invoice.total) for invoice in reversed(invoices)]
