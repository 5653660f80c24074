"""Images as strips: some rows after the others, each of full width, so that an image need not be held as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from superres.image.picture import Integers, Layout, Picture

Strips = Iterator[Integers]
"""Consecutive rows from the first to the last, (h, W, C) of any heights; C counts alpha, which comes last."""

ROWS = 128
"""Of a strip where nothing asks for another height."""


class Window:
    """Rows of strips by their numbers. They can be asked for downwards only: what lies above is let go.

    Args:
        strips: Read as far as is asked for.
    """

    def __init__(self, strips: Strips) -> None:
        self._strips = strips
        self._held: list[Integers] = []
        self._top = 0

    def rows(self, top: int, bottom: int) -> Integers:
        """The rows from one number to below another, (bottom - top, W, C).

        Args:
            top: Not above that of the call before.
            bottom: At most the image's height.
        """
        while self._held and self._top + len(self._held[0]) <= top:
            self._top += len(self._held.pop(0))
        while self._top + sum(map(len, self._held)) < bottom:
            strip = next(self._strips)
            if not self._held and self._top + len(strip) <= top:
                self._top += len(strip)
            else:
                self._held.append(strip)
        rows = self._held[0] if len(self._held) == 1 else np.concatenate(self._held)
        self._held, self._top = [rows[top - self._top :]], top
        return self._held[0][: bottom - top]


def strips_of(picture: Picture) -> Strips:
    """A picture's strips: one, since its pixels are there."""
    yield picture.pixels if picture.alpha is None else np.dstack([picture.pixels, picture.alpha])


def picture_of(strips: Strips, layout: Layout) -> Picture:
    """The picture that strips make up."""
    colours = layout.channels - layout.has_alpha
    pixels = np.empty((layout.height, layout.width, colours), layout.dtype)
    alpha = np.empty((layout.height, layout.width), layout.dtype) if layout.has_alpha else None
    top = 0
    for strip in strips:
        rows = slice(top, top + len(strip))
        pixels[rows] = strip[..., :colours]
        if alpha is not None:
            alpha[rows] = strip[..., colours]
        top += len(strip)
    return Picture(pixels=pixels, alpha=alpha, metadata=layout.metadata)


def pages_of(strips: Strips, layout: Layout) -> Iterator[Strips]:
    """The strips of page after page; those of one must have been taken before the next is asked for.

    Args:
        strips: Of which none reaches from a page into the next.
        layout: What they are.
    """
    if layout.pages == 1:
        yield strips
        return
    for _ in range(layout.pages):
        yield _page(strips, layout.height)


def _page(strips: Strips, height: int) -> Strips:
    done = 0
    while done < height:
        strip = next(strips)
        done += len(strip)
        yield strip
