"""A degradation with everything drawn: a list of steps that can be written down and replayed.

Of second order where the steps stand there twice (Real-ESRGAN, arXiv:2107.10833, section 3.2), in an order that may be
shuffled (BSRGAN, arXiv:2103.14006, section 3.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Annotated

from pydantic import ConfigDict, Field

from superres.data.degradation.blur import Blur, Ringing
from superres.data.degradation.compression import JPEG, WebP
from superres.data.degradation.downsample import REACH, Resize
from superres.data.degradation.noise import GaussianNoise, SensorNoise, ShotNoise
from superres.data.degradation.planes import Pixels, pixels_of, planes_of
from superres.errors import InvalidConfigError, InvalidImageError

AnyStep = Annotated[
    Blur | Ringing | Resize | GaussianNoise | ShotNoise | SensorNoise | JPEG | WebP, Field(discriminator="kind")
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Degradation:
    """Steps in their order; a pure function from pixels to pixels.

    Raises:
        InvalidConfigError: If the steps do not end at the scale.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    scale: int
    steps: tuple[AnyStep, ...]

    def __post_init__(self) -> None:
        reached = [step.scale for step in self.steps if isinstance(step, Resize)]
        if not reached or reached[-1] != self.scale:
            found = f"×{reached[-1]:g}" if reached else "the size it begins with"
            raise InvalidConfigError(
                f"a degradation ×{self.scale} must end at that size, but its steps end at {found}; "
                "its last resize needs this scale"
            )

    @property
    def margin(self) -> int:
        """Low-resolution pixels beside a patch that its filters see; blocks of compression are not counted."""
        reach, pixel = 0.0, 1.0  # in pixels of the undegraded image
        for step in self.steps:
            if isinstance(step, Resize):
                reach += REACH[step.kernel] * max(pixel, step.scale)
                pixel = step.scale
            elif isinstance(step, Blur | Ringing):
                reach += pixel * (step.size // 2)
        return ceil(reach / self.scale)

    def __call__(self, pixels: Pixels) -> Pixels:
        """Degrade an image.

        Args:
            pixels: (H, W, C), uint8, C of 1 or 3; both sides multiples of the scale.

        Returns:
            (H / scale, W / scale, C), uint8; the same bytes each time.

        Raises:
            InvalidImageError: If a side is no multiple of the scale.
        """
        height, width = pixels.shape[:2]
        if height % self.scale or width % self.scale:
            raise InvalidImageError(
                f"an image of {width}×{height} pixels cannot be reduced ×{self.scale}; "
                "crop it to a multiple of it first"
            )
        planes = planes_of(pixels)
        for step in self.steps:
            planes = step.apply(planes, (height, width))
        return pixels_of(planes)
