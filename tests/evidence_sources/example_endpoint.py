"""The running `examples/evidence_endpoint.py`, as tests see it."""

from dataclasses import dataclass
from pathlib import Path

SECRETS = ("secret-of-today", "secret-of-yesterday")
"""It takes both, as while one takes the place of the other."""


@dataclass(frozen=True)
class ExampleEndpoint:
    """`orders` holds a folder per order: 1001 is whole, 1002 is pending."""

    url: str
    orders: Path
