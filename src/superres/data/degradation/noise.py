"""Noise: Gaussian, of counted photons, and a sensor's, which is both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from superres.data.degradation.planes import Planes, Size


@dataclass(frozen=True, kw_only=True, slots=True)
class GaussianNoise:
    """The same everywhere."""

    kind: Literal["gaussian-noise"] = "gaussian-noise"
    deviation: float
    """Standard deviation, in 8-bit units."""
    is_grey: bool = False
    """Whether all colours have the same noise."""
    seed: int

    def apply(self, planes: Planes, _: Size) -> Planes:
        """Noisy planes, not clipped."""
        noise = _normal(self.seed, planes, is_grey=self.is_grey)
        return np.add(planes, np.float32(self.deviation) * noise, dtype=np.float32)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShotNoise:
    """Poisson noise: photons are counted, and where there are few, their number varies much.

    A value v has the variance 255 v / photons, in 8-bit units.
    """

    kind: Literal["shot-noise"] = "shot-noise"
    photons: float
    """Counted on average where the image is white (255)."""
    is_grey: bool = False
    """Whether all colours change by the same; then the mean of the colours counts."""
    seed: int

    def apply(self, planes: Planes, _: Size) -> Planes:
        """Noisy planes, never below 0, not clipped above; grey noise may go below."""
        values = planes.mean(axis=0, keepdims=True) if self.is_grey else planes
        expected = np.maximum(values, 0) * (self.photons / 255)
        counted = np.random.default_rng(self.seed).poisson(expected)
        return (planes - values + counted * (255 / self.photons)).astype(np.float32)


@dataclass(frozen=True, kw_only=True, slots=True)
class SensorNoise:
    """Shot and read noise of a sensor, as a Gaussian whose variance rises with the signal: shot · v + read².

    Foi et al., "Practical Poissonian-Gaussian noise modeling and fitting for single-image raw-data" (IEEE Transactions
    on Image Processing 17(10), 2008), equations 3 to 5.
    """

    kind: Literal["sensor-noise"] = "sensor-noise"
    shot: float
    """Variance for each unit of the value, in 8-bit units."""
    read: float
    """Standard deviation in the dark, in 8-bit units."""
    is_grey: bool = False
    """Whether all colours draw the same numbers."""
    seed: int

    def apply(self, planes: Planes, _: Size) -> Planes:
        """Noisy planes, not clipped."""
        deviations = np.sqrt(np.float32(self.shot) * np.maximum(planes, 0) + np.float32(self.read**2))
        return planes + deviations * _normal(self.seed, planes, is_grey=self.is_grey)


def _normal(seed: int, planes: Planes, *, is_grey: bool) -> Planes:
    """Numbers of mean 0 and variance 1, (C, H, W), or (1, H, W) where grey."""
    shape = (1 if is_grey else len(planes), *planes.shape[1:])
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
