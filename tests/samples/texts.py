"""Small images of words, and readers that need no package."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]


def word_image(text: str, *, size: int = 32) -> Pixels:
    """Black on white, in Pillow's own typeface, with a margin; sides are multiples of 4."""
    font = ImageFont.load_default(size=size)
    width = (round(font.getlength(text)) + 2 * size) // 4 * 4
    image = Image.new("RGB", (width, 2 * size // 4 * 4), "white")
    ImageDraw.Draw(image).text((size, size // 3), text, fill="black", font=font)
    return np.array(image)


def folder_of_words(folder: Path, words: Mapping[str, str]) -> Path:
    """One image per name, without any true texts."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in words.items():
        Image.fromarray(word_image(text)).save(folder / f"{name}.png")
    return folder
