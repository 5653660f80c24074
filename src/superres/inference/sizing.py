"""How large a result shall be, said otherwise than by a factor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil

from superres.errors import InvalidRequestError

_FIT = re.compile(r"(\d+)\s*[x×*]\s*(\d+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizing:
    """One of these; the other side follows, so that nothing is stretched."""

    width: int | None = None
    """Of the result [pixels]."""
    height: int | None = None
    """Of the result [pixels]."""
    long_side: int | None = None
    """The larger of both [pixels]."""
    fit: tuple[int, int] | None = None
    """Width and height of a frame that the result fills as far as it goes [pixels]."""

    def __post_init__(self) -> None:
        given = [value for value in (self.width, self.height, self.long_side, self.fit) if value is not None]
        if len(given) != 1:
            raise InvalidRequestError(
                "a result's size is said by a width, a height, a long side or a frame to fit into, one of them; "
                "a width and a height together are a frame"
            )
        sides = given[0] if isinstance(given[0], tuple) else (given[0],)
        if min(sides) < 1:
            raise InvalidRequestError(f"a result of {min(sides)} pixels was asked for; sides have at least one")

    @property
    def label(self) -> str:
        """For the results' names: `w1920`, `h1080`, `l4000`, `1920x1080`."""
        if self.fit is not None:
            return f"{self.fit[0]}x{self.fit[1]}"
        values = {"w": self.width, "h": self.height, "l": self.long_side}
        return next(f"{letter}{value}" for letter, value in values.items() if value is not None)

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of the result of an image [pixels]."""
        if self.fit is not None:
            across, down = self.fit
            # Whichever side meets the frame first, in whole numbers: rounding never lets the other one out of it.
            by_width = across * height <= down * width
            return Sizing(width=across).size(height, width) if by_width else Sizing(height=down).size(height, width)
        if self.long_side is not None:
            is_wide = width >= height
            one = Sizing(width=self.long_side) if is_wide else Sizing(height=self.long_side)
            return one.size(height, width)
        if self.width is not None:
            return max(1, _rounded(height * self.width, width)), self.width
        wanted = self.height or 1
        return wanted, max(1, _rounded(width * wanted, height))

    def scale(self, height: int, width: int) -> float:
        """A factor of two decimals that reaches this size, or as little beyond it as such a factor can."""
        high, wide = self.size(height, width)
        return max(ceil(100 * high / height), ceil(100 * wide / width)) / 100

    def turned(self) -> Sizing:
        """The same of what is stored a quarter turned."""
        fit = None if self.fit is None else (self.fit[1], self.fit[0])
        return Sizing(width=self.height, height=self.width, long_side=self.long_side, fit=fit)


def sizing_of(
    *, width: int | None, height: int | None, long_side: int | None, fit: tuple[int, int] | None
) -> Sizing | None:
    """What a result's size is said by; None where nothing is given.

    Raises:
        InvalidRequestError: If more than one is given, or one makes no sense.
    """
    if all(side is None for side in (width, height, long_side, fit)):
        return None
    return Sizing(width=width, height=height, long_side=long_side, fit=fit)


def _rounded(numerator: int, denominator: int) -> int:
    """Their quotient as a whole number, halves upwards."""
    return (2 * numerator + denominator) // (2 * denominator)


def frame(text: str) -> tuple[int, int]:
    """Width and height of a frame, from a text such as `1920x1080`.

    Raises:
        InvalidRequestError: If it is none.
    """
    found = _FIT.fullmatch(text.strip())
    if found is None:
        raise InvalidRequestError(f"a frame is its width and height, such as 1920x1080; got {text!r}")
    return int(found[1]), int(found[2])
