"""Stripe's search query language over charges, customers and payment intents."""

import pytest
from sandbox_clients import Control, Shop, refusal


@pytest.fixture
def charges(control: Control) -> list[str]:
    """Four charges a day apart, oldest first."""
    fields = [
        {"amount": 4999, "last4": "4242", "metadata": {"order": "7-a"}},
        {"amount": 4999, "last4": "1111", "brand": "mastercard", "currency": "eur"},
        {"amount": 999, "last4": "4242", "exp_year": 2031},
        {"amount": 100, "last4": "4242", "status": "failed"},
    ]
    return [
        control.charge(created=1_790_000_000 + day * 86_400, **field)["id"]
        for day, field in enumerate(fields)
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('amount:4999 AND currency:"usd" AND payment_method_details.card.last4:"4242"', [0]),
        ('payment_method_details.card.last4:"4242" created>1790000000 AND created<1790172801', [2]),
        ('payment_method_details.card.last4:"4242" AND -status:"failed"', [2, 0]),
        ("amount:999 OR amount:100", [3, 2]),
        ("amount>=999 AND amount<4999", [2]),
        ('metadata["order"]:"7-a"', [0]),
        ('-metadata["order"]:null', [0]),
        ('payment_method_details.card.brand:"mastercard"', [1]),
        ("payment_method_details.card.exp_year:2031", [2]),
        ('disputed:"true"', []),
    ],
)
def test_queries_find_what_they_say(shop: Shop, charges: list[str], query: str, found: list[int]) -> None:
    """Clauses of every kind, newest match first."""
    result = shop.v1.charges.search({"query": query})
    assert [charge.id for charge in result.data] == [charges[index] for index in found]


def test_refunded_tells_full_from_partial(shop: Shop, charges: list[str]) -> None:
    """ "true" is a full refund, "false" a partial one, null none."""
    shop.v1.refunds.create({"charge": charges[0]})
    shop.v1.refunds.create({"charge": charges[2], "amount": 1})

    def search(query: str) -> list[str]:
        return [charge.id for charge in shop.v1.charges.search({"query": query}).data]

    assert search('refunded:"true"') == [charges[0]]
    assert search('refunded:"false"') == [charges[2]]
    assert search("refunded:null") == [charges[3], charges[1]]


def test_pages_follow_next_page(shop: Shop, charges: list[str]) -> None:
    """The SDK's iterator reads every page once."""
    result = shop.v1.charges.search({"query": "created>0", "limit": 1})
    assert result.has_more
    assert [charge.id for charge in result.auto_paging_iter()] == charges[::-1]


@pytest.mark.parametrize(
    "query", ["", "amount", "amount:1 AND amount:2 OR amount:3", 'colour:"red"', "amount:x"]
)
def test_broken_queries_are_refused(shop: Shop, query: str) -> None:
    """400 rather than an empty result."""
    assert refusal(shop.v1.charges.search, {"query": query}).http_status == 400


def test_customers_are_found_by_part_of_their_name(shop: Shop) -> None:
    """~ looks for a substring, whatever its case."""
    customer = shop.v1.customers.create({"name": "Ann Example", "email": "ann@example.com"})
    shop.v1.customers.create({"name": "Bob"})
    result = shop.v1.customers.search({"query": 'name~"exam" AND email:"ann@example.com"'})
    assert [found.id for found in result.data] == [customer.id]
