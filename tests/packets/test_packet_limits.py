"""A packet is always within the limits, loses as little as possible for it, and says what it lost."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from file_samples import encoded, heavy_drawing, pdf, photo
from hypothesis import given
from hypothesis import strategies as st
from packet_samples import (
    communication,
    document_block,
    draft,
    every_kind,
    exhibit,
    policy,
    receipt,
    timeline,
    usage,
)
from pdf_looks import page_count, words

from chargebacks.errors import Refused
from chargebacks.evidence_fields import MOST_BYTES, MOST_PAGES, MOST_PAGES_MASTERCARD
from chargebacks.packet import BuiltPacket, Exhibit, PacketDraft
from packets.plans import kept_rows
from packets.rendering import Renderer


@cache
def scan(seed: int, *, width: int = 1500, height: int = 2000, quality: int = 90) -> bytes:
    """One page, a picture of about 1.2 MB."""
    return encoded(photo(width, height, seed=seed, grain=60), "PDF", quality=quality)


def shown(key: str, content: bytes, *, rank: int, pages: int = 1) -> Exhibit:
    return exhibit(key, document_block(content, pages=pages), rank=rank)


def rendered(renderer: Renderer, asked: PacketDraft, *documents: bytes) -> BuiltPacket:
    return renderer.render(asked, {hashlib.sha256(content).hexdigest(): content for content in documents})


def test_a_packet_that_fits_loses_nothing(renderer: Renderer) -> None:
    """No step is taken without need."""
    assert rendered(renderer, every_kind()).manifest.left_out == ()


def test_fat_pictures_are_made_lighter_first(renderer: Renderer) -> None:
    """Six scans of 1.2 MB: all exhibits stay, their pictures lose detail, and the files fit."""
    scans = [scan(seed) for seed in range(6)]
    asked = draft(*(shown(f"scan{seed}", content, rank=seed + 2) for seed, content in enumerate(scans)))
    built = rendered(renderer, asked, *scans)
    assert sum(map(len, scans)) > MOST_BYTES
    assert built.manifest.size <= MOST_BYTES
    assert len(built.manifest.exhibits) == 6
    assert [left.what for left in built.manifest.left_out] == [
        f"Detail of the images in the exhibit “Scan{seed}”" for seed in range(6)
    ]
    assert {left.why for left in built.manifest.left_out} == {
        "All files of a dispute together may have 49 pages and 4.5 MB."
    }


def test_mastercard_takes_nineteen_pages(renderer: Renderer) -> None:
    """A long table is shortened to fit them: the rows that matter, the first and the last stay."""
    built = rendered(renderer, draft(receipt(), usage(800), network="mastercard"))
    assert built.manifest.pages <= MOST_PAGES_MASTERCARD
    assert sum(page_count(file.content) for file in built.files) == built.manifest.pages
    read = words(built.reading_copy)
    assert "… 678 rows left out" in read
    assert "2026-09-19 09:30" in read
    (left_out,) = built.manifest.left_out
    assert left_out.what == "678 of 800 rows in the exhibit “Usage log”"
    assert left_out.why == "All files of a Mastercard dispute together may have 19 pages and 4.5 MB."


def test_other_networks_take_forty_nine_pages(renderer: Renderer) -> None:
    """What Mastercard would not take whole, Visa does; beyond 49 pages it is shortened, too."""
    whole = rendered(renderer, draft(usage(800)))
    assert whole.manifest.left_out == ()
    assert MOST_PAGES_MASTERCARD < whole.manifest.pages <= MOST_PAGES
    assert rendered(renderer, draft(usage(3000))).manifest.left_out[0].what.startswith("2878 of 3000 rows")


def test_the_least_important_exhibits_go_first(renderer: Renderer) -> None:
    """Rank 9 before rank 7, and those of rank 1 never; numbers and references close up."""
    contract, terms = pdf(9, text="Contract"), pdf(9, text="Terms")
    asked = draft(
        shown("terms", terms, rank=9, pages=9),
        receipt(),
        shown("contract", contract, rank=7, pages=9),
        timeline(),
        network="mastercard",
    )
    built = rendered(renderer, asked, contract, terms)
    assert built.manifest.exhibits == ("Receipt", "Contract", "Timeline")
    assert [left.what for left in built.manifest.left_out] == ["The exhibit “Terms” (rank 9)"]
    read = words(built.reading_copy)
    assert "and paid EUR 249.00. (Exhibit 1)" in read
    assert "Exhibit 2 · Contract" in read
    assert "(Exhibit 3)" in read
    assert "Terms" not in read


def test_a_large_exhibit_does_not_cost_the_small_ones(renderer: Renderer) -> None:
    """Only what helps is left out: one contract of 18 pages goes, and less important pages stay."""
    contract = pdf(18, text="Contract")
    asked = draft(
        receipt(),
        shown("contract", contract, rank=4, pages=18),
        communication(),
        policy(),
        network="mastercard",
    )
    built = rendered(renderer, asked, contract)
    assert built.manifest.exhibits == ("Receipt", "Correspondence", "Refund policy")


def test_references_to_what_was_left_out_vanish(renderer: Renderer) -> None:
    """The letter never names an exhibit that is not there."""
    contract = pdf(19)
    asked = draft(shown("delivery", contract, rank=9, pages=19), receipt(), network="mastercard")
    read = words(rendered(renderer, asked, contract).reading_copy)
    assert "signed for by the cardholder. 1. Anna" in read
    assert "Exhibit 2" not in read


def test_what_must_stay_and_does_not_fit_is_refused(renderer: Renderer) -> None:
    """Nothing of rank 1 is ever left out: a person must shorten it."""
    contract = pdf(20)
    asked = draft(shown("contract", contract, rank=1, pages=20), usage(20), network="mastercard")
    with pytest.raises(Refused, match="what must stay has 21 pages") as refused:
        rendered(renderer, asked, contract)
    assert refused.value.reason == "packet_too_large"


def test_bytes_that_must_stay_and_do_not_fit_are_refused(renderer: Renderer) -> None:
    """Drawings have no pictures that could be made lighter."""
    drawings = [heavy_drawing(seed) for seed in (1, 2)]
    asked = draft(*(shown(f"plan{seed}", content, rank=1) for seed, content in enumerate(drawings)))
    with pytest.raises(Refused, match=r"all files of a dispute together may have 49 pages and 4\.5 MB"):
        rendered(renderer, asked, *drawings)


@given(
    count=st.integers(0, 300),
    important=st.sets(st.integers(0, 299), max_size=20),
    most=st.sampled_from([12, 40, 120]),
)
def test_rows_that_matter_always_stay(count: int, important: set[int], most: int) -> None:
    """However short a table becomes: those that matter, the first and the last; in their order, each once."""
    important = {number for number in important if number < count}
    kept = kept_rows(count, important, most)
    assert important <= set(kept)
    assert list(kept) == sorted(set(kept))
    assert len(kept) <= max(most, min(count, most + len(important)))
    if count:
        assert {0, count - 1} <= set(kept)


def test_two_processes_make_the_same_bytes(tmp_path: Path) -> None:
    """The same facts give the same files, whatever the clock, the process and its hash seed."""
    first, second = (_digests_of_another_process(seed) for seed in ("1", "2"))
    assert first == second
    assert len(first.splitlines()) == 6


def test_threads_make_the_same_bytes(renderer: Renderer) -> None:
    """One renderer serves several threads at once."""
    note = pdf(2)
    asked = every_kind(document_block(note, pages=2))
    with ThreadPoolExecutor(4) as threads:
        built = list(threads.map(lambda _: rendered(renderer, asked, note), range(8)))
    assert len({packet.manifest.digest for packet in built}) == 1
    assert len({packet.reading_copy for packet in built}) == 1


def test_other_facts_make_other_bytes(renderer: Renderer) -> None:
    """The digest tells packets apart by what is filed."""
    one, other = (rendered(renderer, every_kind(dispute_id=name)) for name in ("du_1", "du_2"))
    assert one.manifest.digest != other.manifest.digest


_PROGRAM = """
import hashlib, sys
sys.path[:0] = [{here!r}]
from file_samples import pdf
from packet_samples import document_block, every_kind
from packets.rendering import Renderer
note = pdf(2)
block = document_block(note, pages=2)
built = Renderer().render(every_kind(block), {{block.sha256: note}})
for content in (built.reading_copy, *(file.content for file in built.files)):
    print(hashlib.sha256(content).hexdigest())
"""


def _digests_of_another_process(hash_seed: str) -> str:
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(here=str(here))],
        cwd=here.parents[1],
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(here.parents[1])},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout
