"""Guards requirements.lock: every package pinned and hashed, and no address or path of the machine that made it.

python scripts/check_lock.py [FILE]
"""

import re
import sys
from pathlib import Path

_PINNED = re.compile(r"^[a-z0-9][a-z0-9._-]*(\[[a-z0-9,._-]+\])?==\S+( ; [^\\]+)?( \\)?$")
_HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
_COMMENT = re.compile(r"^\s*#")
_OF_ONE_MACHINE = (
    (re.compile(r"[a-z+]+://|\bwww\.", re.IGNORECASE), "an address"),
    (
        re.compile(r"(^|\s)(-e|-f|-i|--[a-z-]*(index|links|host|editable)[a-z-]*)\b"),
        "an option of one installation",
    ),
    (re.compile(r"(^|[\s=@\"'])([.~]{0,2}/|[A-Za-z]:\\)"), "a path"),
    (re.compile(r"\s@\s"), "a direct reference"),
)


def problems(lock: str) -> list[str]:
    """One line for everything that is wrong; empty when the lock is sound."""
    found: list[str] = []
    lines = lock.splitlines()
    for number, line in enumerate(lines, start=1):
        if named := [what for pattern, what in _OF_ONE_MACHINE if pattern.search(line)]:
            found.append(f"line {number} holds {named[0]}: {line.strip()}")
        elif _PINNED.match(line):
            if number == len(lines) or not _HASH.match(lines[number]):
                found.append(f"line {number} has no hash: {line.strip()}")
        elif line.strip() and not _COMMENT.match(line) and not _HASH.match(line):
            found.append(f"line {number} is not a pinned package: {line.strip()}")
    if not any(_PINNED.match(line) for line in lines):
        found.append("no package is locked")
    return found


def main(arguments: list[str]) -> int:
    """0 when sound, 1 with the reasons on standard error."""
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[1] / "requirements.lock"
    found = problems(path.read_text(encoding="utf-8"))
    for problem in found:
        print(f"{path.name}: {problem}", file=sys.stderr)
    if not found:
        print(f"{path.name}: every package pinned and hashed, no address and no path.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
