"""Phase congruency: where the waves that an image is made of agree in phase, at whatever contrast.

Source: Kovesi, "Image Features from Phase Congruency", Videre 1(3), 1999, in the form and with the constants of
FSIM's authors (Zhang et al., IEEE TIP 20(8), 2011, section on phase congruency, and their code): log-Gabor filters of
4 wavelengths and 4 orientations, noise estimated from the smallest wavelength of each orientation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import log, pi, sqrt

import torch
from jaxtyping import Float
from torch import Tensor

WAVELENGTHS = (6, 12, 24, 48)
"""Of the filters' centres [pixels]."""
ORIENTATIONS = 4
BANDWIDTH = 0.55
"""Standard deviation of a log-Gabor filter on the logarithmic axis, relative to its centre's frequency."""
ANGULAR_DEVIATION = pi / ORIENTATIONS / 1.2
"""Of a filter across orientations [radians]."""
CUTOFF, ORDER = 0.45, 15
"""Butterworth's low-pass filter, without which the corners of the spectrum count [cycles per pixel]."""
NOISE_DEVIATIONS = 2.0
"""How far above the mean energy of noise the threshold lies, in standard deviations."""
NOISE_OVERESTIMATE = 1.7
"""The noise analysis holds for an older measure; for this one its threshold is so much too high."""
SMALLEST_ENERGY = 1e-4
"""Of an image in steps of 8 bit."""


@dataclass(frozen=True, slots=True, eq=False)
class FilterBank:
    """Filters in the frequency domain for images of one size."""

    responses: Tensor
    """(orientation, wavelength, H, W), real, nothing at frequency 0."""
    noise_gains: Tensor
    """(orientation, 1, 1): how much more noise energy all wavelengths together pass than the smallest alone."""


def phase_congruency(
    luma: Float[Tensor, "batch 1 height width"],
) -> Float[Tensor, "batch 1 height width"]:
    """Phase congruency of each pixel.

    Args:
        luma: In [0, 255], because noise thresholds are absolute; two rows and two columns at least.

    Returns:
        Values in [0, 1]; 0 where there is no feature, and everywhere in a constant image.
    """
    bank = _filter_bank(luma.shape[-2], luma.shape[-1], luma.dtype, luma.device)
    # The filters ignore the mean; without it a constant image is exactly zero.
    spectrum = torch.fft.fft2(luma - luma.mean(dim=(2, 3), keepdim=True))
    waves = torch.fft.ifft2(spectrum[:, :, None] * bank.responses)
    amplitudes = waves.abs()
    energy = _congruent_energy(waves)
    threshold = _noise_threshold(amplitudes[:, :, 0], bank)
    above_noise = (energy - threshold).clamp(min=0).sum(dim=1, keepdim=True)
    return above_noise / (amplitudes.sum(dim=(1, 2))[:, None] + SMALLEST_ENERGY)


def _congruent_energy(waves: Tensor) -> Tensor:
    """Σ A (cos δ - |sin δ|) over wavelengths, δ from the mean phase; (N, O, S, H, W) complex to (N, O, H, W)."""
    total = waves.sum(dim=2, keepdim=True)
    direction = total / (total.abs() + SMALLEST_ENERGY)
    turned = waves * direction.conj()
    return (turned.real - turned.imag.abs()).sum(dim=2)


def _noise_threshold(smallest: Tensor, bank: FilterBank) -> Tensor:
    """Energy that noise alone would reach: amplitudes (N, O, H, W) of the smallest wavelength to (N, O, 1, 1).

    Noise makes amplitudes Rayleigh-distributed, whose median is √(2 ln 2) times its parameter.
    """
    parameter = _median(smallest.flatten(2)) * (bank.noise_gains / log(2)).sqrt().flatten()
    threshold = parameter * (sqrt(pi / 2) + NOISE_DEVIATIONS * sqrt(2 - pi / 2))
    return (threshold / NOISE_OVERESTIMATE)[..., None, None]


def _median(values: Tensor) -> Tensor:
    """Median along the last axis; of an even number, the mean of the middle two as in MATLAB, not the lower one."""
    return (values.median(dim=-1).values - (-values).median(dim=-1).values) / 2


@lru_cache(maxsize=8)
# Tensors born in inference mode could never take part in a gradient later.
@torch.inference_mode(mode=False)
def _filter_bank(height: int, width: int, dtype: torch.dtype, device: torch.device) -> FilterBank:
    down, across = torch.meshgrid(_frequencies(height), _frequencies(width), indexing="ij")
    radius, angle = torch.hypot(down, across), torch.atan2(-down, across)
    radius[0, 0] = 1.0
    low_pass = 1 / (1 + (radius / CUTOFF) ** (2 * ORDER))
    bands = [torch.exp(-(torch.log(radius * length) ** 2) / (2 * log(BANDWIDTH) ** 2)) for length in WAVELENGTHS]
    radial = torch.stack(bands) * low_pass
    radial[:, 0, 0] = 0.0
    centres = torch.arange(ORIENTATIONS, dtype=torch.float64)[:, None, None] * (pi / ORIENTATIONS)
    distance = torch.remainder(angle - centres + pi, 2 * pi) - pi
    angular = torch.exp(-(distance**2) / (2 * ANGULAR_DEVIATION**2))
    responses = angular[:, None] * radial
    return FilterBank(responses.to(device, dtype), _noise_gains(responses).to(device, dtype))


def _noise_gains(responses: Tensor) -> Tensor:
    """Energy of the summed even parts of the filters, over that of the smallest wavelength.

    The authors sum over the filters' waves in the image; by Parseval's theorem this is a sum over frequencies.
    """
    summed = responses.sum(dim=1)
    mirrored = summed.flip(-2, -1).roll((1, 1), dims=(-2, -1))
    return ((summed + mirrored) / 2).square().sum(dim=(-2, -1), keepdim=True) / (
        responses[:, 0].square().sum(dim=(-2, -1), keepdim=True)
    )


def _frequencies(side: int) -> Tensor:
    """Of each row or column of the spectrum [cycles per pixel], zero first.

    The authors stretch an odd number of frequencies to both ±1/2, which the discrete transform has not.
    """
    if side % 2 == 0:
        return torch.fft.fftfreq(side, dtype=torch.float64)
    return torch.fft.fftfreq(side, dtype=torch.float64) * (side / (side - 1))
