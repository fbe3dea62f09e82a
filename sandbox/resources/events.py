"""Events. Only their table is here yet: every change of state appends to it. https://docs.stripe.com/api/events"""

from sandbox.parameters import created_filter, text
from sandbox.resource import Resource

EVENTS = Resource("event", table="events", prefixes=("evt",), indexes=("type",))
EVENTS.retrieval("/v1/events/{id}", permission="event")
EVENTS.listing("/v1/events", permission="event", created=created_filter(), type=text())
