"""Each dispute of the demo, played once with everything real, comes out as its table says; what was filed is sound."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from left_behind import left_behind
from pypdf import PdfReader

from demo.disputes.every import DISPUTES
from demo.disputes.people import ANNA, GRACE, JANE, LUCA, NOA, OMAR, PRIYA, TOM, WEI
from demo.disputes.shops import SHOPS, open_shops
from demo.playing import Result, play_all
from demo.stack import running_stack

KEYS = [part.key for part in DISPUTES.parts]
SCRIPTS = {
    "Latin": "Response to dispute",
    "Cyrillic": "Ковалёва",
    "Greek": "Αθήνα",
    "Hebrew": "נועה",
    "Devanagari": "हथकरघा",
    "Arabic": "وصلت",
}


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the scenarios leave a copy of each packet to read."""
    return tmp_path_factory.mktemp("packets")


@dataclass(frozen=True)
class Run:
    results: dict[str, Result]
    left: dict[str, bytes]


@pytest.fixture(scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory, packets: Path) -> Run:
    """All scenarios, played side by side against one stack with its own worker process."""
    folder: Path = tmp_path_factory.mktemp("dispute_scenarios")
    async with running_stack(folder) as (stack, _), open_shops(stack) as shops:
        results = await play_all(stack, DISPUTES.scenarios(shops, packets=packets))
        left = await left_behind(stack)
    return Run(dict(zip(KEYS, results, strict=True)), left)


@pytest.fixture(scope="module")
def played(run: Run) -> dict[str, Result]:
    return run.results


@pytest.mark.parametrize("key", KEYS)
async def test_dispute_comes_out_as_expected(played: dict[str, Result], key: str) -> None:
    """Case status, who filed how much, argument, verdict, money on the balance and reason are all as expected."""
    assert played[key].outcome.got == played[key].scenario.expected


@pytest.mark.parametrize("key", KEYS)
async def test_packet_is_filed_as_approved_and_fit_to_be_read(played: dict[str, Result], key: str) -> None:
    """Stripe got the bytes that were approved; letter, text, fonts, pages and sizes are as a bank needs them."""
    assert played[key].outcome.problems == ()


def test_nobody_is_named_where_others_may_read(run: Run) -> None:
    """Logs, histories and the database hold no name, address, e-mail, IP address or key; evidence, packets and charges'
    metadata, which are full of them, lie sealed."""
    people = [
        word
        for person in (JANE, OMAR, PRIYA, LUCA, WEI, GRACE, TOM, ANNA, NOA)
        for word in (person.name, person.email, person.address["line1"], person.ip)
    ]
    secrets = [shop.key for shop in SHOPS]
    assert len(run.left) > len(KEYS)
    found = [
        (word, where)
        for where, content in run.left.items()
        for word in (*people, *secrets)
        if word.encode() in content
    ]
    assert found == []


@pytest.mark.parametrize("script", SCRIPTS)
async def test_packet_holds_words_in_every_script(
    played: dict[str, Result], packets: Path, script: str
) -> None:
    """Words of six scripts in one packet can be found and copied by whoever reads it."""
    pages = PdfReader(packets / "sixscripts.pdf").pages
    wanted = set(SCRIPTS[script])
    assert any(wanted <= set(page.extract_text()) for page in pages)
