"""A page of text as a training image, and folders of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from superres.data.degradation.planes import Pixels, pixels_of
from superres.data.pages.paper import photographed, printed, slanted
from superres.data.pages.setting import set_page
from superres.data.pages.typefaces import Typeface, typefaces
from superres.data.pages.wording import words_of
from superres.errors import InvalidRequestError, UnwritableFileError
from superres.image.files import check_output, write_picture
from superres.image.picture import Picture
from superres.image.placing import placed

RECORD = "pages.json"
"""Name of the record, beside the pages."""
SMALLEST_SIDE = 128
_MARGIN = 1.1
"""How much larger a page is set than it is seen at a slant."""

Watcher = Callable[[str, int, int], None]
"""Called with a page's name, pages done, and all pages."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What pages were made of."""

    count: int
    side: int
    """[pixels]."""
    seed: int
    words_sha256: str
    faces: dict[str, str]
    """SHA-256 of each typeface, by its path below the folder."""


def draw_page(
    families: dict[str, list[Typeface]], words: Sequence[str], random: np.random.Generator, side: int
) -> Pixels:
    """One page: as on a screen, or as a camera sees it, equally likely.

    Args:
        families: See `typefaces`.
        words: See `words_of`.
        random: Draws everything.
        side: [pixels].

    Returns:
        (side, side, 3).
    """
    if random.random() < 0.5:
        return pixels_of(printed(set_page(families, words, random, (side, side)), random))
    outer = round(side * _MARGIN)
    coverage = slanted(set_page(families, words, random, (outer, outer)), random, side)
    return photographed(printed(coverage, random), random)


def write_pages(
    output: Path,
    *,
    faces: Path,
    count: int,
    side: int = 768,
    seed: int = 0,
    text: Path | None = None,
    overwrite: bool = False,
    watch: Watcher | None = None,
) -> Record:
    """Write pages to train on as page_0000.png and so on, and a record; each depends on the seed and its number alone.

    Args:
        output: Made where it is missing.
        faces: Folder of typefaces, see `typefaces`.
        count: Of pages, at least 1.
        side: [pixels], at least 128.
        seed: Not negative.
        text: Words to set, see `words_of`.
        overwrite: Whether pages may be replaced; the record always is.
        watch: See `Watcher`.

    Raises:
        InvalidRequestError: If a number makes no sense, or the typefaces or the text are of no use.
        MissingFileError: If the folder or the text is missing.
        UnreadableFileError: If the text is no text.
        ExistingFileError: If a file would be replaced.
        UnwritableFileError: If the place does not take the pages.
    """
    if count < 1 or side < SMALLEST_SIDE or seed < 0:
        raise InvalidRequestError(
            f"pages need a count of at least 1, a side of at least {SMALLEST_SIDE} pixels and a seed of at least 0, "
            f"got {count}, {side}, {seed}"
        )
    families, words = typefaces(faces), words_of(text)
    paths = _places(output, count, overwrite=overwrite)
    for number, path in enumerate(paths):
        page = draw_page(families, words, np.random.default_rng((seed, number)), side)
        write_picture(path, Picture(pixels=page), overwrite=overwrite)
        if watch is not None:
            watch(path.name, number + 1, count)
    record = Record(
        count=count,
        side=side,
        seed=seed,
        words_sha256=hashlib.sha256("\n".join(words).encode()).hexdigest(),
        faces={
            face.path.relative_to(faces).as_posix(): hashlib.sha256(face.path.read_bytes()).hexdigest()
            for family in sorted(families)
            for face in families[family]
        },
    )
    with placed(output / RECORD, overwrite=True) as unfinished:
        unfinished.write_text(json.dumps(asdict(record), indent=1) + "\n", encoding="utf-8")
    return record


def _places(output: Path, count: int, *, overwrite: bool) -> list[Path]:
    """Where each page will lie, once it is known that each has a place."""
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFileError(f"{output} cannot be made: {error.strerror or error}") from error
    paths = [output / f"page_{number:04d}.png" for number in range(count)]
    for path in paths:
        check_output(path, overwrite=overwrite)
    return paths
