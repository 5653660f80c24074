"""Peak signal-to-noise ratio."""

from math import inf, log10
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from samples.benchmarks import planes, set5_pairs

from superres.image.resize import resize
from superres.metrics.protocol import protocol
from superres.metrics.psnr import psnr
from superres.metrics.ssim import ssim

# Bicubic on Set5, Y, border = scale: the first row of the tables of RCAN, IMDN, RFDN and RLFN. Their MATLAB
# rounds to 8 bit at more places than the protocol does, which moves the values by up to 0.02 dB and 0.001.
BICUBIC = {2: (33.66, 0.9299), 3: (30.39, 0.8682), 4: (28.42, 0.8104)}


@pytest.mark.parametrize("offset", [1, 10, 100])
def test_constant_offset_gives_the_closed_form(offset: int) -> None:
    reference = torch.full((1, 3, 8, 8), 100 / 255)
    assert psnr(reference + offset / 255, reference).item() == pytest.approx(20 * log10(255 / offset), abs=1e-4)


def test_perfect_copy_is_infinite_decibels() -> None:
    image = torch.rand(2, 3, 8, 8)
    assert psnr(image, image).tolist() == [inf, inf]


def test_error_is_averaged_over_channels_before_the_logarithm() -> None:
    reference = torch.zeros(1, 3, 8, 8)
    restored = reference.clone()
    restored[:, 0] = 0.3
    assert psnr(restored, reference).item() == pytest.approx(-10 * log10(0.09 / 3), abs=1e-4)


@pytest.mark.data
@pytest.mark.parametrize("scale", BICUBIC)
def test_bicubic_on_set5_reaches_the_published_figures(superres_data: Path, scale: int) -> None:
    values = [bicubic(low, high, scale) for low, high in set5_pairs(superres_data, scale)]
    decibels, similarity = (sum(column) / len(column) for column in zip(*values, strict=True))
    assert decibels == pytest.approx(BICUBIC[scale][0], abs=0.02)
    assert similarity == pytest.approx(BICUBIC[scale][1], abs=0.001)


def bicubic(low: NDArray[np.uint8], high: NDArray[np.uint8], scale: int) -> tuple[float, float]:
    pair = protocol("classical").prepare(resize(planes(low), scale=scale), planes(high), scale=scale)
    return psnr(*pair).item(), ssim(*pair).item()
