"""Photographs in HEIC files, which telephones make; where the package pillow-heif is installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from superres.errors import MissingPackageError
from superres.image.libvips import pyvips
from superres.image.metadata import with_exif

BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
"""What bytes 8 to 11 of these files say, and AVIF files do not."""


def read_heic(path: Path, check: Callable[[int, int], None]) -> Any:
    """The first image of a file as one of libvips, upright, with its profile, EXIF and XMP.

    Args:
        path: The file.
        check: Called with width and height [pixels] before anything is decoded; may raise.

    Raises:
        MissingPackageError: If pillow-heif is not installed.
        OSError: If the file is damaged.
    """
    try:
        library: Any = import_module("pillow_heif")
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            f"{path} is a HEIC photograph, for which the package pillow-heif is needed; "
            "pip install 'superres[heic]', or save it as JPEG first"
        ) from error
    try:
        file = library.open_heif(path, convert_hdr_to_8bit=False)
        check(*file.size)
        values: Any = np.asarray(file)
    except (ValueError, RuntimeError, EOFError, IndexError) as error:
        raise OSError(" ".join(str(error).split())) from error
    image: Any = pyvips.Image.new_from_array(values)
    return _described(image.copy(interpretation="rgb16" if values.dtype == np.uint16 else "srgb"), file.info)


def _described(image: Any, info: dict[str, Any]) -> Any:
    exif = info.get("exif")
    if exif:
        image = with_exif(image, exif)
    for field, key in (("icc-profile-data", "icc_profile"), ("xmp-data", "xmp")):
        if info.get(key):
            image.set_type(pyvips.GValue.blob_type, field, info[key])
    return image
