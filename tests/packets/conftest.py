"""One renderer and one intake for all tests: with the fonts that are always installed, and no others."""

import pytest

from packets.fonts import FontSet
from packets.intake import Intake
from packets.rendering import Renderer


@pytest.fixture(scope="session")
def fonts() -> FontSet:
    return FontSet(optional=())


@pytest.fixture(scope="session")
def renderer(fonts: FontSet) -> Renderer:
    return Renderer(fonts)


@pytest.fixture(scope="session")
def intake(fonts: FontSet) -> Intake:
    return Intake(fonts)
