"""Which identifiers transactions share, by the rules of Visa Compelling Evidence 3.0.

https://docs.stripe.com/disputes/api/visa-ce3: all three transactions share two main elements, or a main and a
secondary one. Main: the purchase IP, and the device, known by its fingerprint or its id: both together are one
element. Secondary: shipping address, e-mail address, account id. Identifiers are brought to one spelling only to be
compared; they are sent as they were given.
"""

import re
from collections.abc import Hashable
from ipaddress import IPv6Address, ip_address, ip_network

from chargebacks.ce3_values import Ce3Transaction
from chargebacks.evidence_items import Address

PURCHASE_IP = "purchase_ip"
DEVICE = ("device_fingerprint", "device_id")
SECONDARY = ("shipping_address", "email", "account_id")
IDENTIFIERS = (PURCHASE_IP, *DEVICE, *SECONDARY)
"""Field names of `Ce3Transaction`, main elements first."""

SHORTEST_FINGERPRINT, SHORTEST_DEVICE_ID = 20, 15
"""Characters; Stripe refuses shorter ones (https://docs.stripe.com/api/disputes/update)."""

_INNER_NETWORKS = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
_NOISE = re.compile(r"[\W_]+")


def shared(*transactions: Ce3Transaction) -> tuple[str, ...]:
    """Names of the identifiers that are known and the same in all of them, main ones first."""
    told = [_comparable(one) for one in transactions]
    return tuple(
        name
        for name in IDENTIFIERS
        if told[0][name] is not None and all(one[name] == told[0][name] for one in told)
    )


def elements(matched: tuple[str, ...]) -> tuple[int, int]:
    """How many main and how many secondary elements these identifiers are."""
    main = (PURCHASE_IP in matched) + any(name in matched for name in DEVICE)
    return main, sum(name in matched for name in SECONDARY)


def suffices(matched: tuple[str, ...]) -> bool:
    """Two main elements, or one main and one secondary: never two secondary ones."""
    main, secondary = elements(matched)
    return main == 2 or (main == 1 and secondary >= 1)


def _comparable(one: Ce3Transaction) -> dict[str, Hashable]:
    return {
        PURCHASE_IP: _ip(one.purchase_ip),
        "device_fingerprint": _device(one.device_fingerprint, SHORTEST_FINGERPRINT),
        "device_id": _device(one.device_id, SHORTEST_DEVICE_ID),
        "shipping_address": _address(one.shipping_address),
        "email": (one.email or "").strip().casefold() or None,
        "account_id": (one.account_id or "").strip() or None,
    }


def _ip(text: str | None) -> Hashable:
    """One value for every way to write an address. None for what is no address, and for addresses of inner networks:
    a shop behind a proxy sees the same one for every customer."""
    try:
        address = ip_address((text or "").strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return None if any(address in network for network in _INNER_NETWORKS) else address


def _device(text: str | None, shortest: int) -> str | None:
    plain = (text or "").strip()
    return plain if len(plain) >= shortest else None


def _address(address: Address | None) -> Hashable:
    """Letters and digits of every line, case aside. None unless it is whole: Stripe requires all six fields, the
    second line too (https://docs.stripe.com/api/disputes/update)."""
    if address is None:
        return None
    parts = tuple(_NOISE.sub("", (value or "").casefold()) for value in address.model_dump().values())
    return parts if all(parts) else None
