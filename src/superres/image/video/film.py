"""What is known of a film before its frames are."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from superres.image.picture import Integers

UNKNOWN = 2
"""What a tag says that says nothing (ITU-T H.273)."""
_RGB = 0
_BT709, _BT601_PAL, _BT601 = 1, 5, 6
_LIMITED, _FULL = 1, 2
_HIGH_DEFINITION = 720
"""Rows from which players take a film without tags for BT.709."""
_PAL_ROWS = (288, 576)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """How the numbers of a film are colours, in the code points of ITU-T H.273."""

    primaries: int = UNKNOWN
    transfer: int = UNKNOWN
    matrix: int = UNKNOWN
    range: int = 0
    """1 is limited (16 to 235), 2 is full, 0 says nothing."""

    def resolved(self, height: int, *, is_rgb: bool) -> Tags:
        """With what players take for granted said, since they would take something else of a larger film.

        Args:
            height: Of the film [pixels].
            is_rgb: Whether its frames are stored as RGB.
        """
        if is_rgb:
            return Tags(primaries=self.primaries, transfer=self.transfer, matrix=_RGB, range=_FULL)
        standard = _BT709 if height >= _HIGH_DEFINITION else _BT601_PAL if height in _PAL_ROWS else _BT601
        return Tags(
            primaries=self.primaries if self.primaries != UNKNOWN else standard,
            transfer=self.transfer if self.transfer != UNKNOWN else _BT709 if standard == _BT709 else _BT601,
            matrix=self.matrix if self.matrix not in (UNKNOWN, _RGB) else standard,
            range=self.range or _LIMITED,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Light:
    """What a film says of the light that it was graded for (SMPTE ST 2086, CTA-861.3)."""

    primaries: tuple[tuple[float, float], ...] = ()
    """Of red, green, blue, and the white point, as CIE 1931 x and y; empty where it does not say."""
    luminance: tuple[float, float] = (0.0, 0.0)
    """Least and most [cd/m²]; 0 where it does not say."""
    content: tuple[int, int] = (0, 0)
    """Most of a pixel, and most of a frame's mean [cd/m²]; 0 where it does not say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Film:
    """A film's frames, by its header and its first frame."""

    height: int
    """Rows of a frame as it is stored."""
    width: int
    """Columns."""
    codec: str
    """Such as `h264`."""
    form: str
    """How pixels are stored, such as `yuv420p10le`, as FFmpeg names it."""
    time_base: Fraction
    """What times are counted in [s]."""
    rate: Fraction
    """Frames per second, in the mean."""
    frames: int
    """How many there are; by its header, so perhaps not quite."""
    tags: Tags
    light: Light | None = None
    aspect: Fraction | None = None
    """Width of a pixel by its height, where that is not one."""
    matrix: tuple[int, ...] | None = None
    """How the frame is turned and mirrored to be shown, as nine numbers."""
    is_interlaced: bool = False
    """Whether lines of two moments alternate in a frame; they are read as frames of one."""

    @property
    def is_turned(self) -> bool:
        """Whether it is shown a quarter turned, so that its width is the height of what is seen."""
        return self.matrix is not None and self.matrix[0] == self.matrix[4] == 0

    @property
    def seen(self) -> tuple[int, int]:
        """Height and width of what is seen [pixels]."""
        return (self.width, self.height) if self.is_turned else (self.height, self.width)


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a film."""

    pixels: Integers
    """(H, W, C), uint8 or uint16; C is 1 for grey, 3 for RGB, 4 with alpha."""
    time: int
    """When it is shown, counted in the film's time base."""
    length: int
    """How long, counted alike."""
