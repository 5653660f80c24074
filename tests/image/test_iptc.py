"""Captions as JPEG and as TIFF keep them."""

import pytest

from superres.image.iptc import bare, wrapped

RECORDS = b"\x1c\x02\x78\0\x07caption"
WRAPPED = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0c" + RECORDS


def test_records_are_wrapped_and_unwrapped() -> None:
    assert wrapped(RECORDS) == WRAPPED
    assert bare(WRAPPED) == RECORDS


def test_what_is_there_already_stays() -> None:
    assert wrapped(WRAPPED) == WRAPPED
    assert bare(RECORDS) == RECORDS


def test_records_are_found_behind_other_resources() -> None:
    resolution = b"8BIM\x03\xed\x03abc" + (3).to_bytes(4, "big") + b"\1\2\3\0"
    assert bare(b"Photoshop 3.0\0" + resolution + WRAPPED[14:]) == RECORDS


@pytest.mark.parametrize(
    "block", [b"", b"\xff" * 99, b"Photoshop 3.0\0", WRAPPED[:20], b"Photoshop 3.0\x008BIM\x03\xed\0\0"]
)
def test_what_holds_no_records_is_none(block: bytes) -> None:
    assert bare(block) is None
