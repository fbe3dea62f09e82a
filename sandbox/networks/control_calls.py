"""The bodies of control plane calls."""

from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from sandbox.networks.delivery import TIMEOUT_SECONDS

Network = Literal["chargebackhit", "ethoca", "reseller", "chargeblast"]


class _Call(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RegisterCall(_Call):
    """``POST /_networks/alerts``."""

    network: Network
    id: str = Field(min_length=1)
    type: str | None = None
    product: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    alert_at: AwareDatetime | None = None


class DeliverCall(_Call):
    """How ``POST /_networks/deliver`` sends; what it sends is in the other fields."""

    url: str
    copies: int = Field(default=1, ge=1, le=100)
    forge: Literal["unsigned", "wrong_signature", "altered_body", "stale"] | None = None
    schedule_seconds: list[float] | None = None
    timeout_seconds: float = TIMEOUT_SECONDS


class FaultCall(_Call):
    """``POST /_networks/faults``."""

    network: Network
    action: Literal[
        "401",
        "429",
        "500",
        "503",
        "delay",
        "delay_after",
        "reset_before",
        "reset_after",
        "torn",
        "unreachable",
    ]
    nth: int | None = Field(default=None, ge=1)
    from_nth: int | None = Field(default=None, ge=1)
    every: int | None = Field(default=None, ge=1)
    match: str = ""
    seconds: float | None = Field(default=None, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _action_may_be_a_number(cls, call: Any) -> Any:
        return call | {"action": str(call["action"])} if isinstance(call, dict) and "action" in call else call

    @model_validator(mode="after")
    def _at_most_one_number(self) -> Self:
        if sum(number is not None for number in (self.nth, self.from_nth, self.every)) > 1:
            raise ValueError("give only one of nth, from_nth and every")
        return self


class SettingsCall(_Call):
    """``POST /_networks/settings``."""

    network: Network
    repeat: Literal["reject", "accept"] | None = None
    amount_minimum: Literal["0", "1"] | None = None


class ClockCall(_Call):
    """``POST /_networks/clock``."""

    offset_seconds: float
