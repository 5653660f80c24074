"""Two kinds of images for the multi-task experiment, and tiles of other photographs of both to ask about.

Folders of links: no photograph has tiles on both sides, and equally many tiles of either kind are held out, so that
guessing is right half of the time.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from superres.image.files import image_files
from superres.training.folders import data_folder

SOURCES = {"architecture": "train/architecture", "unsplash": "train/unsplash"}
HELD_OUT = 24
"""Tiles of each kind."""


def link_kinds(folder: Path) -> None:
    """Make the folders, unless they are there.

    Args:
        folder: Gets `architecture`, `architecture-held-out` and the same for the other kind.
    """
    for kind, source in SOURCES.items():
        trained, held_out = divided(image_files(data_folder(source)))
        for name, paths in ((kind, trained), (f"{kind}-held-out", held_out)):
            (folder / name).mkdir(parents=True, exist_ok=True)
            for path in paths:
                link = folder / name / path.name
                with suppress(FileExistsError):
                    link.symlink_to(path.resolve())


def divided(paths: tuple[Path, ...]) -> tuple[list[Path], list[Path]]:
    """Tiles to train on and tiles to ask about; the rest of the photographs of these is left out."""
    tiles: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        tiles[re.sub(r"_y\d+_x\d+$", "", path.stem)].append(path)
    # Every third photograph, until there are enough; they are sorted by their source, so that each gives some.
    order = [name for start in range(3) for name in sorted(tiles)[start::3]]
    held_out: list[Path] = []
    for place, name in enumerate(order):
        held_out += tiles[name]
        if len(held_out) >= HELD_OUT:
            return [path for other in order[place + 1 :] for path in tiles[other]], held_out[:HELD_OUT]
    raise SystemExit(f"{HELD_OUT} tiles are to be held out, but there are {len(paths)}")
