"""Events of the last 30 days. Every change of state appends one. https://docs.stripe.com/api/events"""

from fnmatch import fnmatchcase

from sandbox.errors import invalid
from sandbox.pagination import page
from sandbox.parameters import Values, created_filter, flag, list_of, listing, text
from sandbox.resource import Call, Resource
from sandbox.tables import Object

EVENTS = Resource("event", table="events", prefixes=("evt",), indexes=("type",))
EVENTS.retrieval("/v1/events/{id}", permission="event")
LISTED_SECONDS = 30 * 86_400
MOST_TYPES = 20


@EVENTS.get(
    "/v1/events",
    permission="event",
    parameters=listing(created=created_filter(), delivery_success=flag(), type=text(), types=list_of(text())),
)
def list_all(call: Call) -> Object:
    given = call.given
    types, pattern = given.get("types"), given.get("type")
    if types is not None and pattern is not None:
        raise invalid("You may pass either `type` or `types`, but not both.", param="types")
    if types is not None and len(types) > MOST_TYPES:
        raise invalid(f"You may pass at most {MOST_TYPES} types.", param="types")
    equal: Values = {"type": pattern} if pattern is not None and "*" not in pattern else {}
    delivered = given.get("delivery_success")
    oldest = call.now - LISTED_SECONDS

    def keep(event: Object) -> bool:
        return (
            event["created"] >= oldest
            and (types is None or event["type"] in types)
            and (pattern is None or fnmatchcase(event["type"], pattern))
            and (delivered is None or (event["pending_webhooks"] == 0) is delivered)
        )

    return page(EVENTS.rows(call.account), given, equal=equal, url="/v1/events", noun="event", keep=keep)
