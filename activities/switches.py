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
    """The account as it is now; NeedsOperator while its alert management is off or rests."""
    facts = await _enabled(accounts, account)
    _require_going(account, "Alert management", facts.alerts_paused, reason="alert_management_paused")
    if not facts.alert_management:
        raise NeedsOperator(
            f"Alert management is switched off for account {account}: switch it on, then resume the case.",
            reason="alert_management_off",
        )
    return facts


async def require_representment_on(accounts: AccountStore, account: str) -> AccountFacts:
    """The account as it is now; NeedsOperator while its dispute representment is off or rests."""
    facts = await _enabled(accounts, account)
    _require_going(
        account, "Dispute representment", facts.disputes_paused, reason="dispute_representment_paused"
    )
    if not facts.dispute_representment:
        raise NeedsOperator(
            f"Dispute representment is switched off for account {account}: switch it on, then resume the case.",
            reason="dispute_representment_off",
        )
    return facts


async def _enabled(accounts: AccountStore, account: str) -> AccountFacts:
    facts = await accounts.account_facts(account)
    if not facts.enabled:
        raise NeedsOperator(
            f"The account {account} is disabled: run `starter.py connect enable --account {account}`, then resume the "
            "case.",
            reason="account_disabled",
        )
    return facts


def _require_going(account: str, feature: str, paused: str | None, *, reason: str) -> None:
    if paused is not None:
        raise NeedsOperator(
            f"{feature} rests for account {account}: {paused}. Grant it, run `starter.py connect check --account "
            f"{account}`, then resume the case.",
            reason=reason,
        )
