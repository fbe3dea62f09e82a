"""Credit notes: none is ever made here, but a key may be asked whether it may read them.

https://docs.stripe.com/api/credit_notes
"""

from sandbox.parameters import created_filter, text
from sandbox.resource import Resource

CREDIT_NOTES = Resource("credit_note", table="credit_notes", prefixes=("cn",), noun="credit note")
CREDIT_NOTES.retrieval("/v1/credit_notes/{id}", permission="credit_note")
CREDIT_NOTES.listing(
    "/v1/credit_notes",
    permission="credit_note",
    created=created_filter(),
    customer=text(),
    invoice=text(),
)
