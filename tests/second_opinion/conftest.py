"""The plain facts of tests/chargebacks and the words of a PDF from tests/packets serve here, too."""

import sys
from pathlib import Path

import pytest

from packets.fonts import FontSet
from packets.rendering import Renderer

_TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [path for name in ("chargebacks", "packets") if (path := str(_TESTS / name)) not in sys.path]


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    """With the fonts that are always installed, and no others."""
    return Renderer(FontSet(optional=()))
