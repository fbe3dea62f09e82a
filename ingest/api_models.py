"""Requests and answers of the JSON API, as its OpenAPI description shows them."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chargebacks.contracts import CaseFile
from chargebacks.evidence import Completeness
from chargebacks.money import Money
from store import ItemFacts

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class Request(BaseModel):
    """A field that is not known is an error: it was meant to say something."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AlertIn(Request):
    """An alert that your own systems received from a network."""

    source: Name = Field(
        description="Name of the connected alert source it came from.", examples=["ethoca-shop"]
    )
    payload: dict[str, Any] | list[Any] | str = Field(
        description="The message exactly as the network sent it: its JSON, or the text of a form."
    )


class DisputeIn(Request):
    account: Name = Field(description="Name of the connected account.", examples=["shop"])
    dispute: Annotated[str, StringConstraints(pattern=r"^(du|dp)_[A-Za-z0-9]{1,100}$")] = Field(
        description="Stripe's id of the dispute.", examples=["du_1A2B"]
    )


class EvidenceIn(Request):
    by: Name = Field(description="Who supplies it; kept with the evidence.", examples=["warehouse"])
    supply: dict[str, Any] = Field(
        description="What there is: fields, files (as `content_base64`), usage, messages, deliveries, policies, "
        "identifiers, facts. The form is the one of evidence sources, see docs/evidence-sources.md.",
        examples=[{"fields": {"shipping_tracking_number": "1Z999AA10000001001"}}],
    )


class Word(StrEnum):
    """approve, decline: whether the proposed act may happen. resume: what held the case is mended. submit: file the
    packet now. accept: give the dispute up. The last two are irrevocable, and for disputes only."""

    APPROVE = "approve"
    DECLINE = "decline"
    RESUME = "resume"
    SUBMIT = "submit"
    ACCEPT = "accept"


class AmountIn(Request):
    amount_minor: Annotated[int, Field(gt=0, lt=10**12)] = Field(
        description="In the currency's smallest unit.", examples=[1250]
    )
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$")] = Field(examples=["USD"])

    def money(self) -> Money:
        return Money(amount_minor=self.amount_minor, currency=self.currency.upper())


class DecisionIn(Request):
    decision: Word
    by: Name = Field(description="Who says so; kept with the case.", examples=["ana"])
    note: Note = ""
    charge: Annotated[str, StringConstraints(pattern=r"^(ch|py)_[A-Za-z0-9]{1,100}$")] | None = Field(
        default=None, description="approve: the charge that is meant, where none was matched."
    )
    amount: AmountIn | None = Field(default=None, description="approve: what to refund, where the case asks.")
    packet: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8,64}$")] | None = Field(
        default=None,
        description="approve, submit: digest of the packet that was looked at (its first 8 digits do). Needed where "
        "the case has one; another one by now is not filed.",
    )


class CaseStarted(BaseModel):
    case_id: str = Field(examples=["alert/ethoca-shop/A1B2"])


class AlertTaken(BaseModel):
    """The message is kept, and its cases are started at once, or when Temporal is back. No case: it tells of no
    alert."""

    message: int
    cases: tuple[CaseStarted, ...]


class DisputeTaken(BaseModel):
    case_id: str = Field(examples=["dispute/shop/du_1A2B"])
    new: bool = Field(description="False when the dispute has had a case before.")


class EvidenceTaken(BaseModel):
    added: tuple[ItemFacts, ...]
    already_there: tuple[ItemFacts, ...]
    notes: tuple[str, ...] = Field(description="What was done to files on arrival.")
    weighed: bool = Field(description="Whether a running case weighs it now.")


class EvidenceListed(BaseModel):
    items: tuple[ItemFacts, ...]
    completeness: Completeness | None = Field(description="As last weighed; null before.")


class Decided(BaseModel):
    reply: str = Field(description="What the case says to it.")


class Cases(BaseModel):
    cases: tuple[CaseFile, ...] = Field(description="Without their timelines, the nearest deadline first.")


class ErrorIn(BaseModel):
    reason: str = Field(description="A stable word.", examples=["unknown_case"])
    message: str = Field(description="What was wrong and what to do.")


class Error(BaseModel):
    error: ErrorIn


Within = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=366))]
