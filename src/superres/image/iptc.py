"""IPTC records, bare as TIFF keeps them, or among Photoshop's resources as JPEG does.

Source: Adobe Photoshop File Formats Specification, "Image Resource Blocks"; IPTC-NAA Information Interchange Model 4.2.
"""

from __future__ import annotations

_HEAD = b"Photoshop 3.0\0"
_MARK = b"8BIM"
_RECORDS = b"\x04\x04"
"""The number of the resource that holds them."""
_RECORD = b"\x1c"
"""What a record begins with."""


def wrapped(block: bytes) -> bytes | None:
    """As JPEG has it; None where a block is of neither kind."""
    if block.startswith(_HEAD):
        return block
    if not block.startswith(_RECORD):
        return None
    return _HEAD + _MARK + _RECORDS + b"\0\0" + len(block).to_bytes(4, "big") + block + b"\0" * (len(block) % 2)


def bare(block: bytes) -> bytes | None:
    """As TIFF has it; None where there are no records in it."""
    if block.startswith(_RECORD):
        return block
    place = len(_HEAD) if block.startswith(_HEAD) else len(block)
    while block[place : place + 4] == _MARK:
        kind = block[place + 4 : place + 6]
        name = 1 + int.from_bytes(block[place + 6 : place + 7], "big")
        place += 6 + name + name % 2
        length = int.from_bytes(block[place : place + 4], "big")
        content = block[place + 4 : place + 4 + length]
        if kind == _RECORDS:
            return content if content.startswith(_RECORD) else None
        place += 4 + length + length % 2
    return None
