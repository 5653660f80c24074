"""Phase congruency."""

import numpy as np
import pytest
import torch
from scipy import fft

from superres.metrics.phase_congruency import ORIENTATIONS, WAVELENGTHS, _filter_bank, phase_congruency


def edge(contrast: float) -> torch.Tensor:
    """Two flat halves under a little noise, without which there is no threshold for the faintest wave."""
    noise = torch.randn(1, 1, 64, 128, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    noise[..., 64:] += contrast
    return 100 + noise


def test_a_constant_image_has_no_feature() -> None:
    assert phase_congruency(torch.full((1, 1, 31, 40), 77.3)).abs().max().item() < 1e-6


def test_an_edge_is_a_feature_at_whatever_contrast() -> None:
    faint, strong = (phase_congruency(edge(contrast))[0, 0] for contrast in (40.0, 120.0))
    for values in (faint, strong):
        assert values[:, 63:65].min().item() > 0.75
        assert values[:, 24:40].mean().item() < 0.02
    assert faint[:, 63:65].mean().item() == pytest.approx(strong[:, 63:65].mean().item(), abs=0.03)


def test_values_lie_between_zero_and_one() -> None:
    values = phase_congruency(255 * torch.rand(2, 1, 37, 50, generator=torch.Generator().manual_seed(0)))
    assert values.min().item() >= 0
    assert values.max().item() <= 1


def test_noise_alone_is_below_the_threshold_almost_everywhere() -> None:
    noise = 128 + 20 * torch.randn(1, 1, 128, 128, generator=torch.Generator().manual_seed(1))
    assert phase_congruency(noise).mean().item() < 0.1


def test_an_image_may_be_turned_by_a_quarter() -> None:
    image = 255 * torch.rand(1, 1, 48, 48, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    smooth = torch.nn.functional.avg_pool2d(image, 3, 1, 1)
    turned = phase_congruency(smooth.rot90(dims=(2, 3)))
    # The grid of an even side has its row of frequency -1/2 on one side only.
    assert (turned - phase_congruency(smooth).rot90(dims=(2, 3))).abs().mean().item() < 0.01


@pytest.mark.parametrize(("height", "width"), [(16, 24), (17, 24), (15, 21)])
def test_noise_gain_is_that_of_the_filters_waves_in_the_image(height: int, width: int) -> None:
    # As the authors write it: 2 Σ a_s² + 4 Σ a_s a_t over pairs of the filters' real waves in the image, halved.
    bank = _filter_bank(height, width, torch.float64, torch.device("cpu"))
    responses = bank.responses.numpy()
    for orientation in range(ORIENTATIONS):
        waves = [fft.ifft2(responses[orientation, s]).real * np.sqrt(height * width) for s in range(len(WAVELENGTHS))]
        squares = sum(float((wave**2).sum()) for wave in waves)
        pairs = sum(float((waves[s] * waves[t]).sum()) for s in range(4) for t in range(s + 1, 4))
        expected = (2 * squares + 4 * pairs) / 2 / float((responses[orientation, 0] ** 2).sum())
        assert bank.noise_gains[orientation].item() == pytest.approx(expected, rel=1e-10)
