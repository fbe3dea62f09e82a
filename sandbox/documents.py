"""What an uploaded document is, told by its content: its type, and the pages of a PDF.

Stripe parses what it is sent: a file that only calls itself a PDF is refused.
https://docs.stripe.com/disputes/best-practices#file-upload-recommendations
"""

import re
import struct
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(\d+)\s+(\d+)\s+obj\b")
_BODY_END = re.compile(rb"\bstream\r?\n|\bendobj\b")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_ROOT = re.compile(rb"/Root\s+(\d+)\s+\d+\s+R")
_TREE = re.compile(rb"/Pages\s+(\d+)\s+\d+\s+R")
_KIDS = re.compile(rb"/Kids\s*(?:\[([^\]]*)\]|(\d+)\s+\d+\s+R)")
_REFERENCE = re.compile(rb"(\d+)\s+\d+\s+R")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")
_PREDICTOR = re.compile(rb"/Predictor\s+(\d+)")
_COLUMNS = re.compile(rb"/Columns\s+(\d+)")
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def type_of(content: bytes) -> str | None:
    """`pdf`, `jpg` or `png` when the content can be read as such."""
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf" if b"startxref" in content[-2048:] and pages(content) > 0 else None
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg" if _is_jpeg(content) else None
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png" if _is_png(content) else None
    return None


def pages(content: bytes) -> int:
    """How many pages a PDF has: the leaves of its page tree, each object as it was written last."""
    objects = dict(_objects(content))
    roots = _ROOT.findall(content)
    tree = _TREE.search(objects.get(int(roots[-1]), b"")) if roots else None
    found = 0 if tree is None else sum(_leaves(objects, int(tree[1])))
    return found or sum(_PAGE.search(body) is not None for body in objects.values())


def _leaves(objects: dict[int, bytes], number: int) -> Iterator[int]:
    """1 for every page below a node of the page tree; loops and loose ends count nothing."""
    open_nodes, seen = [number], set[int]()
    while open_nodes:
        node = open_nodes.pop()
        body = objects.get(node)
        if body is None or node in seen:
            continue
        seen.add(node)
        if (kids := _KIDS.search(body)) is not None:
            listed = objects.get(int(kids[2]), b"") if kids[2] else kids[1]
            open_nodes.extend(int(kid) for kid in _REFERENCE.findall(listed))
        elif _PAGE.search(body):
            yield 1


def _objects(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Every object's number and dictionary, those inside object streams included."""
    position = 0
    while match := _OBJECT.search(content, position):
        end = _BODY_END.search(content, match.end())
        if end is None:
            return
        body, position = content[match.end() : end.start()], end.end()
        yield int(match[1]), body
        if end[0].startswith(b"stream"):
            last = content.find(b"endstream", position)
            if last < 0:
                return
            if _OBJECT_STREAM.search(body):
                yield from _unpacked(body, content[position:last])
            position = last


def _unpacked(dictionary: bytes, data: bytes) -> Iterator[tuple[int, bytes]]:
    """The objects of one object stream: a table of numbers and offsets, then the objects."""
    first, count = (re.search(rb"/%s\s+(\d+)" % name, dictionary) for name in (b"First", b"N"))
    plain = _inflated(dictionary, data)
    if first is None or count is None or plain is None:
        return
    start = int(first[1])
    numbers = [int(n) for n in re.findall(rb"\d+", plain[:start])[: 2 * int(count[1])]]
    offsets = [*numbers[1::2], len(plain) - start]
    for index, number in enumerate(numbers[::2]):
        yield number, plain[start + offsets[index] : start + offsets[index + 1]]


def _inflated(dictionary: bytes, data: bytes) -> bytes | None:
    if b"/FlateDecode" not in dictionary:
        return data
    try:
        plain = zlib.decompressobj().decompress(data)
    except zlib.error:
        return None
    predictor, columns = _PREDICTOR.search(dictionary), _COLUMNS.search(dictionary)
    if predictor is not None and int(predictor[1]) >= 10:
        return _without_prediction(plain, int(columns[1]) if columns else 1)
    return plain


def _without_prediction(data: bytes, columns: int) -> bytes:
    """Undo PNG's `none`, `sub` and `up` filters, the ones that writers of object streams use."""
    rows, previous = bytearray(), bytes(columns)
    for start in range(0, len(data), columns + 1):
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + columns])
        for index in range(len(row)):
            if kind == 1 and index:
                row[index] = (row[index] + row[index - 1]) & 0xFF
            elif kind == 2:
                row[index] = (row[index] + previous[index]) & 0xFF
        rows += row
        previous = bytes(row).ljust(columns, b"\0")
    return bytes(rows)


def _is_jpeg(content: bytes) -> bool:
    """Whether the segments lead to a frame with a size."""
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker, length = content[position + 1], int.from_bytes(content[position + 2 : position + 4], "big")
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return bool(height and width)
        position += 2 + length if marker != 0xFF else 1
    return False


def _is_png(content: bytes) -> bool:
    """Whether the chunks are whole, from the header to the end of the image."""
    position, kinds = 8, []
    while position + 12 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        chunk = content[position + 4 : position + 8 + length]
        check = content[position + 8 + length : position + 12 + length]
        if len(check) < 4 or zlib.crc32(chunk) != int.from_bytes(check, "big"):
            return False
        kinds.append(chunk[:4])
        position += 12 + length
    return kinds[:1] == [b"IHDR"] and b"IDAT" in kinds and b"IEND" in kinds
