"""Metadata as libvips holds it, to and from what travels with a picture."""

from __future__ import annotations

import re
import struct
from typing import Any

from superres.image.iptc import wrapped
from superres.image.libvips import pyvips
from superres.image.picture import Layout, Metadata

_BLOBS = {"icc": "icc-profile-data", "exif": "exif-data", "xmp": "xmp-data", "iptc": "iptc-data"}
_ORIENTATION = "exif-ifd0-Orientation"
_PREVIEW = "jpeg-thumbnail-data"
_PREVIEW_TAGS = "exif-ifd1-"
_XMP_ORIENTATION = re.compile(rb"(tiff:Orientation\s*(?:=\s*[\"']|>)\s*)[2-8]")

_SEGMENT = 2**16 - 3
"""Bytes that a JPEG segment holds."""

_DENSEST = 1e6
"""Pixels per millimetre that libvips can say."""

_UNSTATED = 72 / 25.4
"""Pixels per millimetre of files that must state a resolution where there is none: 72 dpi, as everywhere."""


def metadata_of(image: Any, *, swaps_axes: bool) -> Metadata:
    """What travels with an image whose pixels are, or will be, upright.

    Args:
        image: Of libvips.
        swaps_axes: Whether turning the pixels upright exchanges rows and columns.
    """
    names = set(image.get_fields())
    blobs = {key: bytes(image.get(name)) for key, name in _BLOBS.items() if name in names}
    if "xmp" in blobs:
        blobs["xmp"] = _XMP_ORIENTATION.sub(rb"\g<1>1", blobs["xmp"])
    tags = sorted(name for name in names if name.startswith("exif-ifd") and not name.startswith(_PREVIEW_TAGS))
    return Metadata(
        icc=blobs.get("icc"),
        exif=blobs.get("exif"),
        xmp=blobs.get("xmp"),
        iptc=blobs.get("iptc"),
        exif_fields=tuple((name, str(image.get(name))) for name in tags if name != _ORIENTATION),
        resolution=_resolution(image, swaps_axes=swaps_axes),
    )


def _resolution(image: Any, *, swaps_axes: bool) -> tuple[float, float] | None:
    # libvips says 1 where a format states nothing, and invents EXIF tags and a unit to go with it.
    if image.xres == image.yres == 1 or not 0 < min(image.xres, image.yres) <= max(image.xres, image.yres) <= _DENSEST:
        return None
    return (image.yres, image.xres) if swaps_axes else (image.xres, image.yres)


def with_metadata(image: Any, metadata: Metadata, *, is_jpeg: bool) -> Any:
    """A copy of a libvips image that carries metadata, and says that it is upright.

    Args:
        image: Of libvips, with nothing attached yet.
        metadata: What to attach.
        is_jpeg: Whether it will become a JPEG file, which wraps IPTC as no other format does.
    """
    across, down = metadata.resolution or (_UNSTATED, _UNSTATED)
    image = image.copy(xres=across, yres=down)
    for key, name in _BLOBS.items():
        blob = getattr(metadata, key)
        if key == "iptc":  # TIFF files get it in another way, and other formats have no place for it
            blob = wrapped(blob) if is_jpeg and blob is not None else None
        if blob is not None:
            image.set_type(pyvips.GValue.blob_type, name, blob)
    for name, text in metadata.exif_fields:
        image.set_type(pyvips.GValue.gstr_type, name, text)
    if image.get_typeof(_PREVIEW):  # of the old pixels, inside the EXIF block
        image.remove(_PREVIEW)
    # Attaching an EXIF block takes its old orientation along, and viewers would turn the image again.
    image.set_type(pyvips.GValue.gint_type, "orientation", 1)
    return image


def with_exif(image: Any, exif: bytes) -> Any:
    """A block of EXIF with the tags that libvips reads in it, which it does where it loads a file."""
    if len(exif) > _SEGMENT:
        return image
    single: Any = pyvips.Image.black(1, 1)
    empty: bytes = single.jpegsave_buffer()
    carrier: Any = pyvips.Image.jpegload_buffer(
        empty[:2] + struct.pack(">HH", 0xFFE1, len(exif) + 2) + exif + empty[2:]
    )
    for name in carrier.get_fields():
        if name.startswith("exif-") and "Orientation" not in name:  # the pixels are upright
            image.set_type(carrier.get_typeof(name), name, carrier.get(name))
    return image


def in_pages(image: Any, layout: Layout) -> Any:
    """An image of libvips whose pages lie one below the other, with what tells them apart.

    Args:
        image: Of libvips; it is changed.
        layout: Of a page.
    """
    image.set_type(pyvips.GValue.gint_type, "page-height", layout.height)
    if layout.metadata.delays:
        image.set_type(pyvips.GValue.array_int_type, "delay", list(layout.metadata.delays))
        image.set_type(pyvips.GValue.gint_type, "loop", layout.metadata.loop)
    return image
