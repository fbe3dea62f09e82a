"""What a token of the HTTP service may be used for."""

from enum import StrEnum


class Scope(StrEnum):
    """The part before the colon is what it is about."""

    ALERTS_WRITE = "alerts:write"
    DISPUTES_WRITE = "disputes:write"
    EVIDENCE_WRITE = "evidence:write"
    CASES_READ = "cases:read"
    CASES_DECIDE = "cases:decide"
    CODEC = "codec"
    """Reads all that Temporal keeps, of every case."""
