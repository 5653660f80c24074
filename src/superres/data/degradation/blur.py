"""Blur, as a lens or an enlargement leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Literal

import numpy as np

from superres.data.degradation import kernels
from superres.data.degradation.kernels import Kernel
from superres.data.degradation.planes import Planes, Size

Form = Literal["gaussian", "generalised", "plateau"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Blur:
    """A Gaussian or a relative of it; see `superres.data.degradation.kernels`."""

    kind: Literal["blur"] = "blur"
    form: Form = "gaussian"
    size: int
    """Of the kernel [pixels]."""
    widths: tuple[float, float]
    """Along the two axes of the ellipse [pixels]."""
    angle: float = 0.0
    """Of the first axis [radians]."""
    shape: float = 1.0
    """Of the generalised and the plateau form."""

    def kernel(self) -> Kernel:
        """(size, size)."""
        if self.form == "gaussian":
            return kernels.gaussian(self.size, self.widths, self.angle)
        form = kernels.plateau if self.form == "plateau" else kernels.generalised_gaussian
        return form(self.size, self.widths, self.angle, self.shape)

    def apply(self, planes: Planes, _: Size) -> Planes:
        """Blurred planes of the same size."""
        return convolved(planes, self.kernel())


@dataclass(frozen=True, kw_only=True, slots=True)
class Ringing:
    """The circular low-pass: what sharpening and hard cut-offs leave beside edges."""

    kind: Literal["ringing"] = "ringing"
    size: int
    """Of the kernel [pixels]."""
    cutoff: float
    """Frequencies above are removed [radians per pixel]."""

    def apply(self, planes: Planes, _: Size) -> Planes:
        """Filtered planes of the same size."""
        return convolved(planes, kernels.sinc(self.size, self.cutoff))


def convolved(planes: Planes, kernel: Kernel) -> Planes:
    """Planes convolved with a kernel, the image continued as its mirror image (edge pixels twice).

    Args:
        planes: (C, H, W).
        kernel: (size, size), symmetric about its centre. Where the size is even, the result lies half a pixel up and
            left of the planes: its pixel i is centred between the planes' pixels i - 1 and i.

    Returns:
        (C, H, W).
    """
    height, width = planes.shape[1:]
    before, after = len(kernel) // 2, (len(kernel) - 1) // 2
    shape = (_quick_length(height + len(kernel) - 1), _quick_length(width + len(kernel) - 1))
    answers = np.fft.rfft2(kernel.astype(np.float32), shape)
    result = np.empty_like(planes)
    for plane, target in zip(planes, result, strict=True):  # one by one, for a photograph's spectra are large
        continued = np.pad(plane, (before, after), mode="symmetric")
        mixed = np.fft.irfft2(np.fft.rfft2(continued, shape) * answers, shape)
        target[...] = mixed[len(kernel) - 1 :, len(kernel) - 1 :][:height, :width]
    return result


@lru_cache(maxsize=256)
def _quick_length(length: int) -> int:
    """The next length that has the prime factors 2, 3 and 5 only, which Fourier transforms are quick at."""
    exponents = range(length.bit_length() + 1)
    powers = (2**two * 3**three for two, three in product(exponents, exponents))
    return min(power * 5**five for power in powers for five in range(4) if power * 5**five >= length)
