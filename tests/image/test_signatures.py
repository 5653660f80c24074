"""What kind of picture a file is, told by its first bytes or by its name."""

from pathlib import Path

import pytest

from superres.image.signatures import HEIC, is_animated_png, loader_of, pillow_name


@pytest.mark.parametrize(
    ("head", "loader"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "pngload_source"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "jpegload_source"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webpload_source"),
        (b"MM\0+\0\x08\0\0", "tiffload_source"),
        (b"GIF89a", "gifload_source"),
        (b"\0\0\0 ftypavif\0\0\0\0", "heifload_source"),
        (b"\0\0\0 ftypheic\0\0\0\0", HEIC),
        (b"BM", None),
        (b"%PDF-1.7", None),
    ],
)
def test_loader_follows_the_first_bytes(head: bytes, loader: str | None) -> None:
    assert loader_of(head) == loader


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"P6\n2 2\n255\n", "a.dat", "PPM"),
        (b"P7\nWIDTH 2\n", "a.pam", None),  # a kind that Pillow does not read as PNM
        (b"DDS |\0\0\0", "a.dds", "DDS"),
        (b"\xff\x4f\xff\x51", "a", "JPEG2000"),
        (b"BM" + 12 * b"\0" + b"\x28\0", "a.png", "BMP"),
        (b"BMW is a car, no ", "a.bmp", None),
        (b"\0\0\x02\0", "a.TGA", "TGA"),
        (b"\0\0\x02\0", "a.bin", None),
    ],
)
def test_pillow_reads_what_libvips_does_not(head: bytes, name: str, expected: str | None) -> None:
    assert pillow_name(head, Path(name)) == expected


def test_png_without_an_end_is_no_animation(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    assert not is_animated_png(tmp_path / "a.png")
