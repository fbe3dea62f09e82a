"""Until when an alert must be answered, and where that is written."""

from chargebacks.alerts import TimePrecision
from chargebacks.values import Instant, Value


class Window(Value):
    """The response window of one alert. Instants are UTC. Informative alerts have no `respond_by`."""

    opened_at: Instant
    respond_by: Instant | None
    aim_at: Instant | None
    """Internal target: searching ends here and a person is asked."""
    attention_at: Instant | None
    last_safe_at: Instant | None
    """The last-resort answer goes out here."""
    source: str
    """URL or document the length comes from."""
    precision: TimePrecision
