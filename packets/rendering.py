"""A draft becomes files: one PDF per slot of Stripe's, a copy to read, and a manifest of what is in them."""

from collections.abc import Mapping

from chargebacks.errors import BadInput
from chargebacks.evidence_fields import FILE_FIELDS, MOST_CHARACTERS, TEXT_FIELDS, MediaType
from chargebacks.packet import BuiltPacket, Exhibit, PacketDraft, PacketFile
from packets.fonts import FontSet
from packets.manifests import file_name, manifest_of
from packets.shelf import Shelf
from packets.shrinking import Shrinker


class Renderer:
    """Implements `activities.dispute_ports.PacketRenderer`. Thread-safe; keep one per process, it loads the fonts."""

    def __init__(self, fonts: FontSet | None = None) -> None:
        self._fonts = fonts or FontSet()

    def render(self, draft: PacketDraft, documents: Mapping[str, bytes]) -> BuiltPacket:
        """Byte-identical for the same draft and documents. Refused("packet_too_large") when what must stay does not
        fit; BadInput for a draft that breaks Stripe's fields or names a document that is not there."""
        _check_texts(draft.texts)
        _check_slots(draft.exhibits)
        attempt = Shrinker(draft, Shelf.of(draft, documents), self._fonts).fitting()
        files = tuple(
            PacketFile(field=slot, name=file_name(slot), media_type=MediaType.PDF, content=pdf)
            for slot, pdf in attempt.files.items()
        )
        return BuiltPacket(
            manifest=manifest_of(draft, attempt),
            texts=dict(draft.texts),
            files=files,
            reading_copy=attempt.reading_copy,
        )


def _check_texts(texts: Mapping[str, str]) -> None:
    """Nothing is ever cut short: a text that Stripe would not take is refused whole."""
    for name, text in texts.items():
        if name not in TEXT_FIELDS:
            known = ", ".join(sorted(TEXT_FIELDS))
            raise BadInput(
                f"{name} is no text field of a dispute; use one of {known}.", reason="unknown_field"
            )
        if len(text) > TEXT_FIELDS[name]:
            raise BadInput(
                f"{name} has {len(text)} characters; Stripe takes {TEXT_FIELDS[name]}. Shorten it.",
                reason="text_too_long",
            )
    if (total := sum(map(len, texts.values()))) > MOST_CHARACTERS:
        raise BadInput(
            f"All text fields together have {total} characters; Stripe takes {MOST_CHARACTERS}. Shorten them.",
            reason="text_too_long",
        )


def _check_slots(exhibits: tuple[Exhibit, ...]) -> None:
    for exhibit in exhibits:
        if exhibit.slot not in FILE_FIELDS:
            known = ", ".join(FILE_FIELDS)
            raise BadInput(
                f"{exhibit.slot} of exhibit {exhibit.key} is no file field of a dispute; use one of {known}.",
                reason="unknown_field",
            )
