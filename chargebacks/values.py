"""The base of every value that crosses a boundary: frozen, keyword-only, validated, tolerant of newer fields."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value. Unknown fields are ignored so that an older worker can read a newer history."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_default=True)


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A moment in time: timezone-aware on the way in, UTC ever after."""
