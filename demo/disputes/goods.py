"""What the shops know of an order, in the words of the contract with evidence sources (docs/evidence-sources.md)."""

from datetime import datetime, timedelta
from typing import Any

from chargebacks.evidence_items import Supply
from demo.disputes.people import Person

SupplyJson = dict[str, Any]

HELP = {
    "oak": "help@elmandoak.example",
    "planwell": "support@planwell.example",
    "harbour": "stay@harbourhouse.example",
}


def parcel(
    sold_at: datetime, to: Person, *, order: str, carrier: str = "UPS", signed: bool = True
) -> dict[str, Any]:
    """Sent the day after the sale, there three days later."""
    sent, there = _sent(sold_at), sold_at + timedelta(days=4, hours=1)
    town = f"{to.address['city']}, {to.address.get('state', to.address['country'])}"
    return {
        "carrier": carrier,
        "tracking_number": _tracking(order),
        "shipped_at": _at(sent),
        "delivered_at": _at(there),
        "signed_by": to.name.upper() if signed else None,
        "address": to.address,
        "events": [
            {"at": _at(sent), "what": "Picked up", "place": "Portland, OR"},
            {
                "at": _at(sent + timedelta(days=1, hours=9)),
                "what": "Departed from facility",
                "place": "Denver, CO",
            },
            {"at": _at(there - timedelta(hours=5)), "what": "Out for delivery", "place": town},
            {"at": _at(there), "what": "Delivered, signed for" if signed else "Delivered", "place": town},
        ],
    }


def in_transit(sold_at: datetime, *, order: str) -> SupplyJson:
    """A number at a carrier, and no word of its arrival."""
    parcel = {"carrier": "UPS", "tracking_number": _tracking(order), "shipped_at": _at(_sent(sold_at))}
    return {"deliveries": [parcel]}


def shipped(sold_at: datetime, to: Person, *, order: str, product: str, **more: Any) -> SupplyJson:
    """A parcel that arrived, with the mails around it."""
    return {
        "deliveries": [parcel(sold_at, to, order=order)],
        "messages": [
            _mail(
                sold_at + timedelta(days=1, hours=5),
                HELP["oak"],
                to.email,
                f"Order {order} is on its way",
                f"Dear {to.name}, your order ({product}) left our workshop today. UPS will ask for a signature.",
            ),
            _mail(
                sold_at + timedelta(days=5, hours=2),
                to.email,
                HELP["oak"],
                f"Re: Order {order} is on its way",
                "It came yesterday, thank you. One felt pad was missing, could you send me one?",
            ),
            _mail(
                sold_at + timedelta(days=5, hours=4),
                HELP["oak"],
                to.email,
                f"Re: Order {order} is on its way",
                "Of course, a set is in the post. Enjoy it!",
            ),
        ],
        "facts": {"product_type": "physical", "product_description": product, "order_id": order},
        **more,
    }


_DOINGS = (
    ("signed in", "password and code"),
    ("opened project", "Kitchen remodel"),
    ("added a task", "Order worktops"),
    ("invited a colleague", "role: editor"),
    ("uploaded a plan", "kitchen-v3.pdf, 2.1 MB"),
    ("exported a schedule", "Gantt chart as PDF"),
    ("commented", "on task Order worktops"),
)


def usage(
    since: datetime, by: Person, *, days: int, elsewhere: str = "198.51.100.240"
) -> list[dict[str, Any]]:
    """Two acts a day from the next day on, most of them from where the purchase was made."""
    rows = []
    midnight = (since + timedelta(days=1)).replace(hour=0, minute=0)
    for day in range(days):
        for hour, offset in ((8, 0), (17, 3)):
            what, detail = _DOINGS[(day * 2 + offset) % len(_DOINGS)]
            rows.append(
                {
                    "at": _at(midnight + timedelta(days=day, hours=hour, minutes=7 * day % 60)),
                    "what": what,
                    "ip": elsewhere if (day + offset) % 5 == 4 else by.ip,
                    "device": "Firefox 143, Windows" if hour == 8 else "Planwell for iPhone 6.2",
                    "detail": detail,
                }
            )
    return rows


def software(sold_at: datetime, by: Person, *, order: str, days: int, **more: Any) -> SupplyJson:
    """A licence that was used, and the mail with its key."""
    return {
        "usage": usage(sold_at, by, days=days),
        "messages": [
            _mail(
                sold_at + timedelta(minutes=2),
                HELP["planwell"],
                by.email,
                "Your Planwell licence",
                f"Thank you for your order {order}. Your workspace is ready: sign in with this address to begin.",
            )
        ],
        "identifiers": [{"purchase_ip": by.ip, "email": by.email, "account_id": f"user-{order}"}],
        "facts": {"product_type": "digital", "order_id": order},
        **more,
    }


def renewal(sold_at: datetime, by: Person, *, cancelled_at: datetime, used_days: int) -> SupplyJson:
    """The notice before the renewal, the cancellation after it, and the use after that."""
    return {
        "usage": usage(cancelled_at, by, days=used_days),
        "messages": [
            _mail(
                sold_at - timedelta(days=3),
                HELP["planwell"],
                by.email,
                "Your plan renews in three days",
                "The Team plan of your workspace renews in three days for 129.00 USD. To cancel it before, open "
                "Settings > Billing.",
            ),
            _mail(
                cancelled_at,
                HELP["planwell"],
                by.email,
                "Your plan is cancelled",
                "We have cancelled your Team plan as you asked. It goes on working until the end of the period "
                "that is already paid.",
            ),
        ],
        "identifiers": [{"purchase_ip": by.ip, "email": by.email}],
        "facts": {"product_type": "subscription", "cancelled_at": _at(cancelled_at)},
    }


def course(sold_at: datetime, by: Person, *, order: str, on: datetime) -> SupplyJson:
    """A course that took place, with the mails around it."""
    return {
        "messages": [
            _mail(
                sold_at + timedelta(minutes=1),
                HELP["harbour"],
                by.email,
                f"Booking {order} confirmed",
                f"Dear {by.name}, your two-day sailing course begins on {on:%d %B %Y} at 09:00 on the quay. Our "
                "booking conditions are attached.",
            ),
            _mail(
                on + timedelta(days=2),
                by.email,
                HELP["harbour"],
                "Photos?",
                "It was rather windy, but I learned a lot. Where do I find the photos of Saturday?",
            ),
        ],
        "facts": {
            "product_type": "service",
            "product_description": "Two-day sailing course for beginners, one person, life jacket included",
            "order_id": order,
            "service_at": _at(on),
        },
    }


def gift(sold_at: datetime, by: Person, to: Person, *, order: str) -> SupplyJson:
    """Bought in one country, sent to another, written about in a third language."""
    return {
        "deliveries": [parcel(sold_at, to, order=order, carrier="DHL")],
        "messages": [
            _mail(
                sold_at + timedelta(hours=3),
                by.email,
                HELP["oak"],
                f"Order {order}",
                "Это подарок на свадьбу. Пожалуйста, положите открытку: «Много счастья!»",
            ),
            _mail(
                sold_at + timedelta(days=6),
                by.email,
                HELP["oak"],
                f"Re: Order {order}",
                "وصلت الهدية أمس، شكرا جزيلا لكم!",
            ),
        ],
        "facts": {
            "product_type": "physical",
            "product_description": "हथकरघा मेज़पोश — table runner, handwoven, 40 x 180 cm",
            "order_id": order,
        },
    }


def strangers_mail(at: datetime) -> dict[str, Any]:
    """Lies in the wrong folder: another customer's."""
    return _mail(at, "somebody.else@example.net", HELP["oak"], "My sofa", "When will my sofa be delivered?")


def _sent(sold_at: datetime) -> datetime:
    return sold_at + timedelta(days=1, hours=2)


def _tracking(order: str) -> str:
    return f"1Z999AA1{int(order):010d}"


def _mail(at: datetime, sender: str, recipient: str, subject: str, text: str) -> dict[str, Any]:
    return {"at": _at(at), "sender": sender, "recipient": recipient, "subject": subject, "text": text}


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def as_supply(told: SupplyJson) -> Supply:
    """For a person who hands it in."""
    return Supply.model_validate(told)
