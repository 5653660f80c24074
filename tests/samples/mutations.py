"""Images that are damaged on purpose, and what becomes of each.

    python -m samples.mutations FOLDER COUNT SEED

Prints counts as JSON: results, refusals, and the largest memory of the process [MiB]. Anything but a result or a
sentence ends it with a traceback, and an image that takes too long with a signal.
"""

import faulthandler
import json
import random
import signal
import struct
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import tifffile
from PIL import Image

from samples.backends import Repeater
from samples.enlarged import upscale_file
from samples.pictures import noise, png_of, slopes
from superres.errors import SuperResError
from superres.inference.files import Terms
from superres.inference.request import Plan

PLAN = Plan(scale=2, passes=(Repeater(grid=2, overlap=2),), tile_size=64)
SECONDS = 20
"""For an image."""
MAX_PIXELS = 4_000_000
"""Beyond this a claim is refused."""


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    """A file that Pillow has written."""
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def tiff(pixels: Any, **options: Any) -> bytes:
    """A file that tifffile has written."""
    file = BytesIO()
    tifffile.imwrite(file, pixels, **options)
    return file.getvalue()


def originals() -> dict[str, bytes]:
    """Whole files of every kind, small enough that each of their bytes is met."""
    rgb = Image.fromarray(slopes(40, 60))
    rgba = Image.fromarray(noise(40, 60, 4))
    turned = [rgb.rotate(angle) for angle in (90, 180)]
    moving: dict[str, Any] = {"save_all": True, "append_images": turned, "duration": 50}
    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "ACME"
    long, tall = Image.fromarray(noise(1, 3000, 3)), Image.fromarray(noise(3000, 1, 3))
    return {
        "png": saved(rgb, "PNG", exif=exif),
        "png, alpha": saved(rgba, "PNG"),
        "png, palette": saved(rgb.quantize(16), "PNG", transparency=3),
        "png, one bit": saved(rgb.convert("1"), "PNG"),
        "png, 16 bit": png_of(noise(40, 60, 3, dtype=np.uint16)),
        "png, moving": saved(rgba, "PNG", **moving),
        "png, 1 x n": saved(long, "PNG"),
        "jpeg": saved(rgb, "JPEG", exif=exif),
        "jpeg, progressive": saved(rgb, "JPEG", progressive=True),
        "jpeg, CMYK": saved(rgb.convert("CMYK"), "JPEG"),
        "jpeg, grey": saved(rgb.convert("L"), "JPEG"),
        "jpeg, n x 1": saved(tall, "JPEG"),
        "webp": saved(rgb, "WEBP"),
        "webp, lossless": saved(rgba, "WEBP", lossless=True),
        "webp, moving": saved(rgb, "WEBP", **moving),
        "gif": saved(rgb, "GIF"),
        "gif, moving": saved(rgb, "GIF", loop=0, **moving),
        "tiff": tiff(slopes(40, 60), photometric="rgb"),
        "tiff, tiles": tiff(slopes(64, 64), photometric="rgb", tile=(32, 32), compression="zlib"),
        "tiff, 16 bit": tiff(noise(40, 60, 3, dtype=np.uint16), photometric="rgb"),
        "tiff, pages": tiff(noise(3, 20, 30, 3), photometric="rgb"),
        "tiff, CMYK": tiff(noise(40, 60, 4), photometric="separated"),
        "tiff, float": tiff(noise(40, 60).astype(np.float32), photometric="minisblack"),
        "heic": saved(rgb, "HEIF"),
        "avif": saved(rgb, "AVIF"),
        "avif, alpha": saved(rgba, "AVIF"),
        "bmp": saved(rgb, "BMP"),
        "bmp, palette": saved(rgb.quantize(16), "BMP"),
        "pnm": saved(rgb, "PPM"),
        "pnm, 16 bit": b"P5 60 40 65535\n" + noise(40, 60, dtype=np.uint16).astype(">u2").tobytes(),
        "pnm, as text": b"P3 2 2 255 " + b" ".join(b"%d" % value for value in range(12)),
        "tga": saved(rgba, "TGA", compression="tga_rle"),
        "dds": saved(rgba, "DDS", pixel_format="DXT5"),
        "jpeg 2000": saved(rgba, "JPEG2000"),
    }


def truncated(data: bytes, chance: random.Random) -> bytes:
    """Cut off anywhere."""
    return data[: chance.randrange(len(data))]


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Some bytes are others."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)


def flipped_in_the_header(data: bytes, chance: random.Random) -> bytes:
    """A byte of the first hundred is another."""
    made = bytearray(data)
    made[chance.randrange(min(100, len(made)))] ^= 1 << chance.randrange(8)
    return bytes(made)


def lying(data: bytes, chance: random.Random) -> bytes:
    """Four bytes of the beginning are a huge, or a strange, number."""
    made = bytearray(data)
    place = chance.randrange(8, min(400, len(made) - 4))
    number = chance.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x00FFFFFF, 60_000))
    made[place : place + 4] = struct.pack(chance.choice(("<I", ">I")), number)
    return bytes(made)


def without_a_piece(data: bytes, chance: random.Random) -> bytes:
    """Some bytes are missing."""
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randrange(1, 200) :]


def doubled(data: bytes, chance: random.Random) -> bytes:
    """Some bytes are there twice."""
    start = chance.randrange(len(data))
    return data[:start] + data[start : start + chance.randrange(1, 2000)] + data[start:]


def whole(data: bytes, _: random.Random) -> bytes:
    """As it is."""
    return data


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    truncated, flipped, flipped_in_the_header, lying, without_a_piece, doubled, whole,
)  # fmt: skip


def main(folder: Path, count: int, seed: int) -> None:
    """Make images, enlarge them, and print what happened."""
    faulthandler.enable()
    faulthandler.register(signal.SIGALRM, chain=True)
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", UserWarning)  # Pillow's, about damaged metadata
    chance, files, counts = random.Random(seed), list(originals().items()), Counter[str]()
    for number in range(count):
        name, data = files[number % len(files)]
        mutation = chance.choice(MUTATIONS)
        source = folder / f"{number}.{name.split(',')[0]}"
        source.write_bytes(mutation(data, chance))
        signal.alarm(SECONDS)
        kind = tried(source, folder)
        signal.alarm(0)
        counts[kind] += 1
        if mutation is whole and kind != "results" and name != "tiff, float":
            raise SystemExit(f"{name} was whole, and refused")
        source.unlink()
    sys.stdout.write(json.dumps({**counts, "MiB": peak(), "left": sorted(path.name for path in folder.iterdir())}))


def peak() -> int:
    """The largest memory of this process [MiB]; `getrusage` would count that of the one which has started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def tried(source: Path, folder: Path) -> str:
    """What became of an image."""
    target = folder / f"result{'.gif' if source.suffix == '.gif' else '.png' if source.suffix != '.tiff' else '.tif'}"
    try:
        upscale_file(source, target, PLAN, Terms(max_pixels=MAX_PIXELS))
    except SuperResError as error:
        if len(str(error)) < 20 or "\n" in str(error):
            raise SystemExit(f"{source} was refused without a sentence: {error!r}") from error
        return "refusals"
    target.unlink()
    return "results"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
