"""Accounts: the caller's own, and those connected to it. https://docs.stripe.com/api/accounts"""

from sandbox.errors import ApiError
from sandbox.resource import Call, Resource
from sandbox.state import Account
from sandbox.tables import Object

ACCOUNTS = Resource("account", table="accounts", prefixes=("acct",))


def shape(account: Account) -> Object:
    descriptor = account.name.upper()[:22]
    return {
        "id": account.id,
        "object": "account",
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": None,
            "mcc": "5734",
            "minority_owned_business_designation": None,
            "name": account.name,
            "product_description": None,
            "support_address": None,
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": "https://shop.example.com",
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": account.country,
        "created": account.created,
        "default_currency": account.default_currency,
        "details_submitted": True,
        "email": "owner@shop.example.com",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {
            "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
            "card_payments": {
                "decline_on": {"avs_failure": False, "cvc_failure": False},
                "statement_descriptor_prefix": descriptor[:10],
                "statement_descriptor_prefix_kana": None,
                "statement_descriptor_prefix_kanji": None,
            },
            "dashboard": {"display_name": account.name, "timezone": "Etc/UTC"},
            "payments": {
                "statement_descriptor": descriptor,
                "statement_descriptor_kana": None,
                "statement_descriptor_kanji": None,
            },
        },
        "type": "standard",
    }


@ACCOUNTS.get("/v1/account", permission="accounts_kyc_basic")
def current(call: Call) -> Object:
    return shape(call.account)


@ACCOUNTS.get("/v1/accounts/{id}", permission="accounts_kyc_basic")
def retrieve(call: Call) -> Object:
    account = call.sandbox.accounts.get(call.path["id"])
    if account is None or call.platform.id not in (account.id, account.platform):
        raise ApiError(
            403,
            f"The provided key does not have access to account '{call.path['id']}' (or that account does not "
            "exist). Application access may have been revoked.",
            code="account_invalid",
        )
    return shape(account)
