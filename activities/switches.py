"""The account's switches, asked inside every act: what is switched off stops within seconds, whatever was decided."""

from enum import StrEnum

from activities.ports import AccountStore
from chargebacks.accounts import AccountFacts
from chargebacks.errors import NeedsOperator


class Feature(StrEnum):
    """What an account may be connected for."""

    ALERTS = "alerts"
    REPRESENTMENT = "representment"


async def require_on(accounts: AccountStore, account: str, feature: Feature) -> AccountFacts:
    """The account as it is now; NeedsOperator while this feature is off."""
    if feature is Feature.REPRESENTMENT:
        return await require_representment_on(accounts, account)
    return await require_switched_on(accounts, account)


async def require_switched_on(accounts: AccountStore, account: str) -> AccountFacts:
    """The account as it is now; NeedsOperator while its alert management is off."""
    facts = await accounts.account_facts(account)
    if not facts.alert_management:
        raise NeedsOperator(
            f"Alert management is switched off for account {account}: switch it on, then resume the case.",
            reason="alert_management_off",
        )
    return facts


async def require_representment_on(accounts: AccountStore, account: str) -> AccountFacts:
    """The account as it is now; NeedsOperator while its dispute representment is off."""
    facts = await accounts.account_facts(account)
    if not facts.dispute_representment:
        raise NeedsOperator(
            f"Dispute representment is switched off for account {account}: switch it on, then resume the case.",
            reason="dispute_representment_off",
        )
    return facts
