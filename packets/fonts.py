"""The fonts of the packet: from packages on PyPI, and for some scripts from the system's folders.

Nothing else is ever used: a font that happens to lie on one machine would change pages that lack it elsewhere.
"""

import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path

import fontpkg
import typst
from fontTools.ttLib import TTFont

SYSTEM_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One family, the scripts it is for, and where to get it.

    `scripts` are first words of the Unicode names of its characters; `people_say` is the script's name in a sentence.
    """

    name: str
    scripts: tuple[str, ...] = ()
    people_say: str = ""
    fontpkg: str | None = None
    """Name of the PyPI package of fontpkg.org."""
    module: str | None = None
    """Another PyPI package that is a folder of fonts, as module and as distribution."""
    distribution: str | None = None
    system: str | None = None
    """Files of the system, as a pattern."""
    debian: str | None = None

    @property
    def remedy(self) -> str:
        """How to get it, as the end of a sentence."""
        ways = []
        if self.debian:
            ways.append(f"the Debian package {self.debian}")
        if package := self.fontpkg or self.distribution:
            ways.append(f"the PyPI package {package}")
        return " or ".join(ways)


def _noto(script: str, *, package: bool = False) -> Family:
    return Family(
        name=f"Noto Sans {script}",
        scripts=(script.upper(),),
        people_say=script,
        fontpkg=f"fontpkg-noto-sans-{script.lower()}" if package else None,
        system=f"NotoSans{script}-[RB][eo][gl]*.ttf",
        debian="fonts-noto-core",
    )


_CJK = Family(
    name="Noto Sans CJK SC",
    scripts=(
        "CJK",
        "HIRAGANA",
        "KATAKANA",
        "KATAKANA-HIRAGANA",
        "HANGUL",
        "BOPOMOFO",
        "IDEOGRAPHIC",
        "FULLWIDTH",
    ),
    people_say="Chinese, Japanese or Korean",
    module="noto_cjk_sans_otc",
    distribution="noto-cjk-sans-otc",
    system="NotoSansCJK-[RB][eo][gl]*.ttc",
    debian="fonts-noto-cjk",
)
_EMOJI = Family(
    name="Noto Color Emoji", people_say="emoji", system="NotoColorEmoji.ttf", debian="fonts-noto-color-emoji"
)

REQUIRED = (
    Family(name="Noto Sans", scripts=("LATIN", "CYRILLIC", "GREEK"), fontpkg="fontpkg-noto-sans"),
    Family(name="Noto Sans Arabic", scripts=("ARABIC",), fontpkg="fontpkg-noto-sans-arabic"),
    Family(name="Noto Sans Devanagari", scripts=("DEVANAGARI",), fontpkg="fontpkg-noto-sans-devanagari"),
    Family(name="Heebo", scripts=("HEBREW",), fontpkg="fontpkg-heebo"),
)
"""In the order in which they are tried for a character."""
OPTIONAL = (
    *(_noto(script, package=True) for script in ("Khmer", "Tamil", "Telugu", "Thai")),
    *(_noto(script) for script in ("Armenian", "Bengali", "Ethiopic", "Georgian", "Gujarati", "Gurmukhi")),
    *(_noto(script) for script in ("Kannada", "Lao", "Malayalam", "Myanmar", "Sinhala")),
    _CJK,
    _EMOJI,
)


def family_for(character: str) -> Family | None:
    """The family to install for a character that is not in a font yet; None when none of ours has it."""
    script = unicodedata.name(character, "UNNAMED").split()[0]
    if named := next((family for family in OPTIONAL if script in family.scripts), None):
        return named
    pictured = unicodedata.category(character) == "So" or character >= "\U0001f000"
    return _EMOJI if pictured else None


class FontSet:
    """What is installed here. Loads once; may be shared by threads."""

    def __init__(
        self, *, optional: Iterable[Family] = OPTIONAL, system_folders: Iterable[Path] = SYSTEM_FOLDERS
    ) -> None:
        self._folders = tuple(system_folders)
        files = {family: tuple(self._files(family)) for family in (*REQUIRED, *optional)}
        self.loaded = _loaded(path for paths in files.values() for path in paths)
        names = set(self.loaded.families())
        self.families = tuple(family.name for family in files if family.name in names)

    @cached_property
    def characters(self) -> frozenset[int]:
        """Code points that one of the families has a glyph for; of files that typst could read only."""
        paths = {font.path for font in self.loaded.fonts() if font.family in self.families}
        return frozenset().union(*(_code_points(path) for path in paths if path))

    def _files(self, family: Family) -> Iterator[Path]:
        """From a package where it is installed, else from the system."""
        if family in REQUIRED or (family.fontpkg and find_spec(family.fontpkg.replace("-", "_"))):
            yield from (Path(file.path) for file in fontpkg.family(family.name).files)
        elif family.module and (package := find_spec(family.module)):
            for place in package.submodule_search_locations or ():
                yield from sorted(Path(place).glob("*.[ot]t[cf]"))
        elif family.system:
            for folder in self._folders:
                yield from sorted(folder.rglob(family.system))


def _loaded(paths: Iterable[Path]) -> typst.Fonts:
    """These files alone. Typst takes whole folders, and the system's hold other versions, too: so it is shown a folder
    of links, which it follows at once and does not need again."""
    with tempfile.TemporaryDirectory(prefix="packet-fonts-") as folder:
        for number, path in enumerate(paths):
            (Path(folder) / f"{number:03}{path.suffix}").symlink_to(path.resolve())
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@cache
def _code_points(path: str) -> frozenset[int]:
    """Faces of one collection have the same characters."""
    with TTFont(path, fontNumber=0, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())
