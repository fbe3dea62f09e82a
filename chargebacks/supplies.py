"""What a merchant's evidence source or a person supplies: checked, and turned into items that say where they come from.

Nothing is cut to fit: what is too long or misnamed is refused in one sentence per mistake, because evidence that is
lost in silence loses disputes.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from chargebacks.errors import BadInput
from chargebacks.evidence_fields import FILE_FIELDS, TEXT_FIELDS
from chargebacks.evidence_items import (
    Content,
    DeliveryContent,
    EvidenceItem,
    FactsContent,
    IdentifiersContent,
    MessagesContent,
    PolicyContent,
    Provenance,
    SuppliedFile,
    Supplier,
    Supply,
    TextContent,
    UsageContent,
    item_of,
)
from chargebacks.values import Instant

BAD_SUPPLY = "bad_supply"
MOST_SENTENCES = 10
"""A mistake in every row is one mistake: the rest is counted."""
MOST_ENTRIES: dict[str, int] = {
    "files": 50,
    "usage": 5000,
    "messages": 500,
    "deliveries": 100,
    "policies": 20,
    "identifiers": 50,
}
"""Part of a supply → most entries. More is not read by anybody: the ones that matter must be picked."""

_LONGEST_URL = 4000
_SHA256_DIGITS = frozenset("0123456789abcdef")


class Assignment(NamedTuple):
    """`name=value` as a person writes it: an evidence field and its text, or a file's path."""

    name: str
    value: str


def items_of(supply: Supply, *, supplier: Supplier, by: str, at: Instant) -> tuple[EvidenceItem, ...]:
    """Everything in a supply but its files, each with who supplied it and when; the same thing twice is one item.

    A file becomes an item when its bytes are there and checked. BadInput (`bad_supply`) holds one sentence per mistake.
    """
    refuse(supply_mistakes(supply))
    items: dict[str, EvidenceItem] = {}
    for reference, content in _contents(supply):
        item = item_of(content, Provenance(supplier=supplier, by=by, at=at, reference=reference))
        items.setdefault(item.id, item)
    return tuple(items.values())


def supply_mistakes(supply: Supply) -> list[str]:
    """One sentence for everything that cannot be kept, files left out; empty when all can.

    Whether it fits the sale is another question, asked when the packet is composed (`chargebacks.composing`).
    """
    return [
        *(_misnamed_text(name) for name in supply.fields if name not in TEXT_FIELDS),
        *_too_long(supply),
        *_too_many(supply),
    ]


def file_mistakes(files: Sequence[SuppliedFile]) -> list[str]:
    """One sentence for every file that breaks the contract, whatever its bytes are."""
    sentences = []
    for number, file in enumerate(files):
        place = f"files[{number}]"
        if file.field not in FILE_FIELDS:
            sentences.append(_misnamed_file(file.field, place=f"{place}.field"))
        if (file.url is None) == (file.content_base64 is None):
            sentences.append(f"{place}: give exactly one of url and content_base64.")
        if file.url is not None and not _looks_like_url(file.url):
            sentences.append(
                f"{place}.url: must be an https:// address of at most {_LONGEST_URL:,} characters."
            )
        if file.sha256 is not None and not _is_sha256(file.sha256):
            sentences.append(f"{place}.sha256: must be 64 hexadecimal digits.")
    return sentences


def refuse(sentences: Sequence[str]) -> None:
    """BadInput with these sentences, each on its own line, if there are any."""
    if not sentences:
        return
    told = list(sentences[:MOST_SENTENCES])
    if more := len(sentences) - len(told):
        told.append(f"… and {more} more.")
    raise BadInput("\n".join(told), reason=BAD_SUPPLY)


def parse_assignment(text: str, *, known: Collection[str]) -> Assignment:
    """`shipping_tracking_number=1Z999` as its two parts; what follows the first `=` is the value as it stands.

    `known` are the names that may be given: `TEXT_FIELDS` or `FILE_FIELDS`. BadInput (`bad_assignment`).
    """
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals or not name:
        example = next(iter(known))
        raise BadInput(
            f"{shown(text)} is not of the form name=value, such as {example}=….", reason="bad_assignment"
        )
    if name not in known:
        raise BadInput(f"{shown(name)} {what_instead(name, known)}.", reason="bad_assignment")
    if not value.strip():
        raise BadInput(
            f"{name}= is followed by nothing: leave it out, or give a value.", reason="bad_assignment"
        )
    return Assignment(name, value)


def what_instead(name: str, known: Collection[str]) -> str:
    """Why a name is none of the known ones: a sentence's end without its full stop."""
    if name in TEXT_FIELDS:
        return f"takes text, not a file; files go to {', '.join(known)}"
    if name in FILE_FIELDS:
        return f"takes a file, not text; text goes to {', '.join(known)}"
    near = did_you_mean(name, known)
    hint = f"did you mean {near}? " if near else ""
    return f"is no evidence field: {hint}Known are {', '.join(known)}"


def did_you_mean(name: str, known: Iterable[str], *, closeness: float = 0.6) -> str | None:
    """The known name that a misspelled one comes close to, from 0 (any) to 1 (itself)."""
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    near = get_close_matches(plain, list(known), n=1, cutoff=closeness)
    return near[0] if near else None


def shown(text: str) -> str:
    """What was given, quoted and short enough for one line."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= 60 else f'"{line[:59]}…"'


def _contents(supply: Supply) -> Iterator[tuple[str, Content]]:
    for name, text in supply.fields.items():
        yield f"fields.{name}", TextContent(field=name, text=text)
    if supply.usage:
        yield "usage", UsageContent(rows=supply.usage)
    if supply.messages:
        yield "messages", MessagesContent(messages=supply.messages)
    lists: dict[str, tuple[DeliveryContent | PolicyContent | IdentifiersContent, ...]] = {
        "deliveries": supply.deliveries,
        "policies": supply.policies,
        "identifiers": tuple(one for one in supply.identifiers if one != _tells_nothing(one)),
    }
    for part, contents in lists.items():
        for number, content in enumerate(contents):
            yield f"{part}[{number}]", content
    if supply.facts is not None and supply.facts != FactsContent():
        yield "facts", supply.facts


def _tells_nothing(identifiers: IdentifiersContent) -> IdentifiersContent:
    """The same charge without a single identifier."""
    return IdentifiersContent(charge_id=identifiers.charge_id)


def _too_long(supply: Supply) -> Iterator[str]:
    for name, text in supply.fields.items():
        most = TEXT_FIELDS.get(name)
        if most is not None and len(text) > most:
            yield f"fields.{name}: has {len(text):,} characters; Stripe takes {most:,}: shorten it."


def _too_many(supply: Supply) -> Iterator[str]:
    for part, most in MOST_ENTRIES.items():
        count = len(getattr(supply, part))
        if count > most:
            yield f"{part}: has {count:,} entries; at most {most:,} are taken: send the ones that matter."


def _misnamed_text(name: str) -> str:
    return f"fields.{shown(name)} {what_instead(name, TEXT_FIELDS)}."


def _misnamed_file(name: str, *, place: str) -> str:
    return f"{place}: {shown(name)} {what_instead(name, FILE_FIELDS)}."


def _looks_like_url(text: str) -> bool:
    """A first look; whether it may be fetched is decided where it is fetched."""
    return len(text) <= _LONGEST_URL and text.lower().startswith(("https://", "http://"))


def _is_sha256(text: str) -> bool:
    return len(text) == 64 and set(text.lower()) <= _SHA256_DIGITS
