"""What is known of a disputed sale of boots: from Stripe, from the shop's own systems, and on paper."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from PIL import Image

from chargebacks.charges import ChargeSnapshot, ChargeStatus, SnapshotOrigin
from chargebacks.disputes import Dispute
from chargebacks.dossier import CardChecks, CustomerFacts, Dossier, Party, Sale, Shipment, SubscriptionFacts
from chargebacks.evidence_items import (
    Address,
    DeliveryContent,
    DeliveryEvent,
    FileContent,
    Message,
    MessagesContent,
    PolicyContent,
    PolicyKind,
    UsageContent,
    UsageRow,
)
from chargebacks.money import Money
from packets.intake import Intake

_FIRST_SALE = datetime(2026, 3, 1, 12, tzinfo=UTC)
_HOME = Address(line1="1 Hill Road", city="Springfield", state="IL", postal_code="62701", country="US")
_IP = "203.0.113.7"
_SHOP = "help@boots.example"
_CLAUSE = "Worn boots are not taken back."
_PHOTOGRAPH = (3000, 4000)
"""Pixels, as a telephone takes it."""


@dataclass(frozen=True)
class SoldBoots:
    """The `number`-th sale. No two have a name, an id or a time in common: what was set for one packet does not help
    with the next."""

    number: int
    buyer: Party = field(init=False)

    def __post_init__(self) -> None:
        name, email = f"Jane Doe {self.number}", f"jane.{self.number}@example.com"
        object.__setattr__(
            self, "buyer", Party(name=name, email=email, phone=f"+1555{self.number:07}", address=_HOME)
        )

    @property
    def at(self) -> datetime:
        return _FIRST_SALE + timedelta(minutes=13 * self.number)

    @property
    def tracking_number(self) -> str:
        return f"1Z999AA1{self.number:010}"

    def after(self, days: float) -> datetime:
        return self.at + timedelta(days=days)

    def dossier(self, reason: str, code: str, *, subscription: SubscriptionFacts | None = None) -> Dossier:
        """What Stripe knows, a day after the dispute."""
        charge = self._charge()
        dispute = self._dispute(charge, reason, code)
        parcel = Shipment(to=self.buyer, carrier="UPS", tracking_number=self.tracking_number)
        sale = Sale(
            charge=charge,
            billing=self.buyer,
            shipment=None if subscription else parcel,
            checks=CardChecks(address_line1="pass", address_postal_code="pass", cvc="pass"),
            description="Boots Club, monthly" if subscription else "Walking boots, size 42",
            receipt_email=self.buyer.email,
        )
        return Dossier(
            dispute=dispute,
            sale=sale,
            customer=CustomerFacts(id=str(charge.customer), created=self.after(-400), party=self.buyer),
            subscription=subscription,
            purchase_ip=_IP,
            merchant_name="Boots Shop Ltd",
            merchant_address=Address(line1="39 Harbour Street", city="Portland", state="OR", country="US"),
            read_at=self.after(26),
        )

    def subscription(self) -> SubscriptionFacts:
        """In its third month."""
        return SubscriptionFacts(
            id=f"sub_{self.number}",
            status="active",
            created=self.after(-60),
            started_at=self.after(-60),
            current_period_start=self.at,
            current_period_end=self.after(30),
            products=("Boots Club, monthly",),
            paid_invoices=2,
        )

    def delivery(self) -> DeliveryContent:
        events = ("Picked up", "Departed from the facility", "Out for delivery", "Delivered, front door")
        return DeliveryContent(
            carrier="UPS",
            tracking_number=self.tracking_number,
            shipped_at=self.after(1),
            delivered_at=self.after(4),
            signed_by="J DOE",
            address=_HOME,
            events=tuple(
                DeliveryEvent(at=self.after(day), what=what, place="Springfield, IL")
                for day, what in enumerate(events, start=1)
            ),
        )

    def usage(self, rows: int) -> UsageContent:
        acts = ("Signed in", "Registered the boots for the guarantee", "Read the care instructions")
        return UsageContent(
            rows=tuple(
                UsageRow(
                    at=self.after(5 + 0.3 * row),
                    what=acts[row % len(acts)],
                    ip=_IP if row % 4 == 0 else "198.51.100.9",
                    device="iPhone 15, Safari",
                    detail=f"session {row + 1}",
                )
                for row in range(rows)
            )
        )

    def messages(self) -> MessagesContent:
        customer = str(self.buyer.email)
        said = (
            (customer, "Hello,\n\nwhen will my boots arrive?\n\nBest regards\nJane"),
            (_SHOP, f"Hello Jane,\n\nthey left us today, parcel {self.tracking_number}.\n\nBoots Shop"),
            (customer, "Hello,\n\nthe boots are here, thank you! Which wax do you recommend?\n\nJane"),
            (
                _SHOP,
                "Hello Jane,\n\nany wax without solvents. Let them dry at room temperature.\n\nBoots Shop",
            ),
        )
        return MessagesContent(
            messages=tuple(
                Message(
                    at=self.after(1 + day),
                    sender=sender,
                    recipient=_SHOP if sender == customer else customer,
                    subject="My boots",
                    text=text,
                )
                for day, (sender, text) in enumerate(said)
            )
        )

    def refund_policy(self, clauses: int) -> PolicyContent:
        terms = [
            f"{clause}. Orders are sent within two working days. Goods of kind {clause} are taken back for 14 days."
            for clause in range(1, clauses + 1)
        ]
        return PolicyContent(
            kind=PolicyKind.REFUND,
            text="\n".join([*terms, _CLAUSE]),
            clause=_CLAUSE,
            in_force_from=self.after(-300),
            shown_where="checkbox at checkout",
            url="https://boots.example/returns",
        )

    def _charge(self) -> ChargeSnapshot:
        price = Money(amount_minor=24_900, currency="USD")
        return ChargeSnapshot(
            id=f"ch_{self.number:024}",
            payment_intent=f"pi_{self.number:024}",
            customer=f"cus_{self.number:014}",
            amount=price,
            captured_minor=price.amount_minor,
            captured=True,
            status=ChargeStatus.SUCCEEDED,
            disputed=True,
            created=self.at,
            livemode=False,
            last4=f"{self.number % 10_000:04}",
            brand="visa",
            network="visa",
            funding="credit",
            card_country="US",
            descriptor="BOOTS SHOP",
            auth_code=f"{self.number:06}",
            order_ids=(f"100-{self.number}",),
            subscription_known=True,
            origin=SnapshotOrigin.STRIPE,
            as_of=self.after(25),
        )

    def _dispute(self, charge: ChargeSnapshot, reason: str, code: str) -> Dispute:
        return Dispute(
            id=f"du_{self.number:024}",
            status="needs_response",
            reason=reason,
            amount=charge.amount,
            charge_id=charge.id,
            payment_intent=charge.payment_intent,
            created=self.after(25),
            livemode=False,
            network="visa",
            network_reason_code=code,
            case_type="chargeback",
            due_by=self.after(43),
            as_of=self.after(26),
        )


def papers(intake: Intake) -> list[tuple[FileContent, bytes]]:
    """Two photographs and a contract of two pages, as the intake keeps them."""
    contract = "\n\n".join(
        f"§ {number}. The seller delivers the goods named in the order to the address named in it. The buyer looks at "
        "them on arrival and tells the seller of any defect within fourteen days in writing."
        for number in range(1, 21)
    )
    return [
        intake.check(field="customer_signature", name="signature.jpg", content=_photograph(1)),
        intake.check(field="shipping_documentation", name="door.jpg", content=_photograph(2)),
        intake.check(field="service_documentation", name="contract.txt", content=contract.encode()),
    ]


def _photograph(seed: int) -> bytes:
    """A JPEG of a few megabytes, with a camera's grain."""
    width, height = _PHOTOGRAPH
    grain = Random(seed).randbytes((width // 4) * (height // 4) * 3)
    noise = Image.frombytes("RGB", (width // 4, height // 4), grain).resize(_PHOTOGRAPH)
    smooth = Image.linear_gradient("L").resize(_PHOTOGRAPH).convert("RGB")
    out = io.BytesIO()
    Image.blend(smooth, noise, 0.15).save(out, "JPEG", quality=92)
    return out.getvalue()
