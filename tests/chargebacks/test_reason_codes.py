"""The networks' reason codes: named for letters, and filed under Stripe's reasons."""

import pytest
from dispute_strategies import REASONS

from chargebacks.reason_codes import CODES, name_of, reason_of


@pytest.mark.parametrize(
    ("network", "code", "name"),
    [
        ("visa", "10.4", "10.4 Other Fraud: Card-Absent Environment"),
        ("visa", "13.1", "13.1 Merchandise/Services Not Received"),
        ("mastercard", "4853", "4853 Cardholder Dispute"),
        ("amex", "c08", "C08 Goods/Services Not Received or Only Partially Received"),
        ("discover", "7030", "7030 Fraud: Card Not Present Transaction"),
    ],
)
def test_a_code_is_named_as_its_network_names_it(network: str, code: str, name: str) -> None:
    """An issuer's analyst reads the claim in the words of the network."""
    assert name_of(network, code) == name


def test_the_same_number_means_what_its_network_means() -> None:
    """4863 is a missing authorisation at Discover and an unrecognised charge at Mastercard."""
    assert name_of("mastercard", "4863") == "4863 Cardholder Does Not Recognize: Potential Fraud"
    assert name_of("discover", "4863") == "4863 Authorization Non-Compliance"
    assert (reason_of("mastercard", "4863"), reason_of("discover", "4863")) == ("unrecognized", "general")


def test_a_code_that_is_not_listed_is_shown_as_it_came() -> None:
    """A code of next year is no reason to fail, nor to invent a name."""
    assert name_of("visa", "14.9") == "14.9"
    assert name_of(None, "FR10") == "FR10"
    assert name_of("visa", None) == ""
    assert name_of("mastercard", "4968") == "4968"
    assert reason_of("visa", "14.9") is None


def test_every_code_is_filed_under_a_reason_of_stripes() -> None:
    """The table has no reason that Stripe does not know, and no code without a name."""
    assert {reason for reason, _ in CODES.values()} <= set(REASONS)
    assert all(name.strip() == name != "" for _, name in CODES.values())
    assert len(CODES) > 150
