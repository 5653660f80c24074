"""Gaussian means over whole windows."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from superres.metrics.separable import gaussian_taps, separable_means


@pytest.mark.parametrize(("size", "deviation"), [(3, 0.6), (7, 7 / 6), (17, 3.4)])
def test_means_are_those_of_scipy(size: int, deviation: float) -> None:
    image = torch.rand(2, 1, 20, 23, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    distance = np.arange(size) - size // 2
    window = np.exp(-(distance[:, None] ** 2 + distance**2) / (2 * deviation**2))
    margin = size // 2
    expected = [ndimage.correlate(plane, window / window.sum()) for plane in image[:, 0].numpy()]
    found = separable_means(image, gaussian_taps(size, deviation))[:, 0].numpy()
    np.testing.assert_allclose(found, np.stack(expected)[:, margin:-margin, margin:-margin], rtol=1e-12)


def test_taps_sum_to_one_and_are_symmetric() -> None:
    taps = gaussian_taps(9, 1.8)
    assert sum(taps) == pytest.approx(1, abs=1e-15)
    assert taps == taps[::-1]
