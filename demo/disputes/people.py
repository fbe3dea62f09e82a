"""Customers of the shops. None of them exists: example domains, and IP addresses that are kept for documentation."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    ip: str
    """Of the purchase (RFC 5737)."""
    address: dict[str, str]

    @property
    def billing(self) -> dict[str, Any]:
        return {"name": self.name, "email": self.email, "address": self.address}

    @property
    def shipping(self) -> dict[str, Any]:
        return {"name": self.name, "address": self.address}


def _american(name: str, ip: str, line1: str, city: str, state: str, postal_code: str) -> Person:
    address = {"line1": line1, "city": city, "state": state, "postal_code": postal_code, "country": "US"}
    return Person(name, f"{name.lower().replace(' ', '.')}@example.com", ip, address)


JANE = _american("Jane Miller", "192.0.2.17", "12 Elm Street", "Springfield", "IL", "62701")
OMAR = _american("Omar Haddad", "192.0.2.44", "804 Lakeview Drive", "Madison", "WI", "53703")
PRIYA = _american("Priya Raman", "198.51.100.9", "77 Mission Street", "San Francisco", "CA", "94105")
LUCA = _american("Luca Bianchi", "198.51.100.73", "230 Orchard Lane", "Ithaca", "NY", "14850")
WEI = _american("Wei Zhang", "203.0.113.5", "1450 Pine Avenue", "Seattle", "WA", "98101")
GRACE = _american("Grace Okafor", "203.0.113.61", "9 Harbor Walk", "Portland", "ME", "04101")
TOM = _american("Tom Becker", "203.0.113.130", "61 Canal Road", "Cleveland", "OH", "44113")

ANNA = Person(
    "Анна Ковалёва",
    "anna.kovaleva@example.com",
    "203.0.113.201",
    {"line1": "Οδός Ερμού 14", "city": "Αθήνα", "postal_code": "105 63", "country": "GR"},
)
"""Pays with a card from Greece."""
NOA = Person(
    "נועה לוי",
    "noa.levi@example.com",
    "203.0.113.202",
    {"line1": "רחוב הרצל 8", "city": "תל אביב", "postal_code": "6688101", "country": "IL"},
)
"""Gets what Anna ordered."""
