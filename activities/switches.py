"""The account's switch, asked inside every act: what is switched off stops within seconds, whatever was decided."""

from activities.ports import AccountStore
from chargebacks.accounts import AccountFacts
from chargebacks.errors import NeedsOperator


async def require_switched_on(accounts: AccountStore, account: str) -> AccountFacts:
    """The account as it is now; NeedsOperator while its alert management is off."""
    facts = await accounts.account_facts(account)
    if not facts.alert_management:
        raise NeedsOperator(
            f"Alert management is switched off for account {account}: switch it on, then resume the case.",
            reason="alert_management_off",
        )
    return facts
