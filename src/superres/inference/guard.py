"""What is told of a picture beside its result: that it is damaged, larger than its detail, or came out otherwise."""

from __future__ import annotations

from superres.image.damage import Signs
from superres.image.likeness import Means, drift
from superres.image.picture import Integers, Layout
from superres.image.strips import Strips

_BRIGHTER = 2.0
"""Of 255, on the mean of a picture."""
_LARGE = 128 * 128
"""Pixels of a picture of which a sample is enough."""
_SAMPLED = 2
"""Of so many pixels along each axis, one."""
_LEAST = 64
"""Pixels a side of a picture that there is something to say of."""
_OTHER = 16.0
"""Of 255, on a sixty-fourth of a picture and one colour. On photographs of 240×160 pixels, which give few samples, the
network for texture, which changes most, comes to 1.3 and 4.7."""


class Guard:
    """Looks at a picture and at its result while both pass.

    Args:
        layout: Of the picture.
        made: Of the result.
        is_cleaned: Whether the network is one that cleans; compression is nothing to remark then.
    """

    def __init__(self, layout: Layout, made: Layout, *, is_cleaned: bool) -> None:
        self._is_cleaned = is_cleaned
        self._is_still = layout.pages == 1 and min(layout.height, layout.width) >= _LEAST
        self._signs = Signs(layout)
        is_large = layout.height * layout.width > _LARGE
        self._before = Means(layout, _SAMPLED if is_large else 1)
        self._after = Means(made, max(1, made.width // layout.width) * (_SAMPLED if is_large else 1))

    def before(self, strips: Strips) -> Strips:
        """The strips of the picture, looked at."""
        if not self._is_still:
            yield from strips
            return
        for strip in self._signs.seen(strips):
            self._before.see(strip)
            yield strip

    def after(self, strip: Integers) -> None:
        """Look at a strip of the result."""
        if self._is_still:
            self._after.see(strip)

    def remarks(self) -> tuple[str, ...]:
        """What there is to say, when all has passed."""
        if not self._is_still:
            return ()
        found: list[str] = []
        if self._signs.is_blocky and not self._is_cleaned:
            found.append(
                "shows the blocks of JPEG, which were enlarged too; the network for photographs (--photo) cleans them"
            )
        if self._signs.is_soft:
            found.append(
                "has no detail as fine as its pixels, as where it was enlarged before or is out of focus; reduced to "
                "half first, it would lose nothing and gain more"
            )
        brighter, other = drift(self._before, self._after)
        if abs(brighter) > _BRIGHTER or other > _OTHER:
            found.append(
                f"came out with other colours: {brighter:+.1f} of 255 in brightness, up to {other:.1f} in a part; "
                "back-projection (--consistent) corrects that, and another network may not do it"
            )
        return tuple(found)
