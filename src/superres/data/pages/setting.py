"""Lines of words in blocks, one below another, each block in a face and a size of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from superres.data.pages.typefaces import Typeface, drawn_typeface
from superres.data.pages.wording import wording

Coverage = NDArray[np.float32]
"""(H, W): the share of each pixel that is ink, 0 to 1."""

SMALLEST, LARGEST = 10.0, 56.0
"""Heights of capitals [pixels]: at ×4 from hardly a trace to easily read."""
_HIGHEST_BLOCK = 320
"""Pixels; a page holds several sizes."""


def set_page(
    families: dict[str, list[Typeface]], words: Sequence[str], random: np.random.Generator, size: tuple[int, int]
) -> Coverage:
    """Cover a page with text.

    Args:
        families: See `typefaces`.
        words: See `words_of`.
        random: Draws faces, sizes and where the text begins.
        size: Height and width of the page [pixels].
    """
    height, width = size
    page = Image.new("L", (width, height), 0)
    drawing = ImageDraw.Draw(page)
    text = wording(words, random)
    top = 0.0
    while top < height:
        capital = _capital(random)
        font = drawn_typeface(families, random).at(capital)
        end = top + min(_HIGHEST_BLOCK, max(3 * capital, _HIGHEST_BLOCK * random.random()))
        top = _set_block(drawing, font, text, random, box=(top, end, width), capital=capital)
    return np.asarray(page, dtype=np.float32) / np.float32(255)


def _capital(random: np.random.Generator) -> float:
    """Small sizes as often as large ones, by their ratio; screens have whole sizes, prints any."""
    drawn = SMALLEST * (LARGEST / SMALLEST) ** random.random()
    return float(round(drawn)) if random.random() < 0.5 else drawn


def _set_block(
    drawing: ImageDraw.ImageDraw,
    font: FreeTypeFont,
    text: Iterator[str],
    random: np.random.Generator,
    *,
    box: tuple[float, float, int],
    capital: float,
) -> float:
    """Lines from the box's top to its end; where the next block begins."""
    top, end, width = box
    leading = capital * random.uniform(1.5, 2.6)
    margin = capital * random.uniform(0.0, 2.0)
    is_justified = random.random() < 0.5
    baseline = top + leading
    while baseline < end + leading:
        line = _line(font, text, width - 2 * margin)
        _draw_line(drawing, font, line, (margin, baseline, width - margin), is_justified=is_justified)
        baseline += leading
    return baseline


def _line(font: FreeTypeFont, text: Iterator[str], room: float) -> list[str]:
    """As many words as there is room for, and at least one, which may be cut off by the page."""
    line = [next(text)]
    used = font.getlength(line[0])
    space = font.getlength(" ")
    while used < room:
        line.append(next(text))
        used += space + font.getlength(line[-1])
    return line[:-1] if len(line) > 1 else line


def _draw_line(
    drawing: ImageDraw.ImageDraw,
    font: FreeTypeFont,
    line: Sequence[str],
    place: tuple[float, float, float],
    *,
    is_justified: bool,
) -> None:
    """Words from left to right, at whole and broken pixels alike."""
    left, baseline, right = place
    lengths = [font.getlength(word) for word in line]
    space = font.getlength(" ")
    if is_justified and len(line) > 1:
        space = min(3 * space, (right - left - sum(lengths)) / (len(line) - 1))
    for word, length in zip(line, lengths, strict=True):
        drawing.text((left, baseline), word, fill=255, font=font, anchor="ls")
        left += length + space
