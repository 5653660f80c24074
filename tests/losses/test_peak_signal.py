"""PSNR as an objective against values worked out by hand."""

from typing import Literal

import pytest
import torch

from superres.errors import InvalidConfigError, InvalidImageError
from superres.losses.catalogue import TermSettings, term
from superres.losses.peak_signal import PeakSignalSettings
from superres.metrics.psnr import psnr

REFERENCE = torch.full((2, 3, 4, 4), 0.5, dtype=torch.float64)
LOW = torch.zeros(2, 3, 1, 1, dtype=torch.float64)


def value(restored: torch.Tensor, colour: Literal["rgb", "y"] = "rgb", least: float = 1e-8) -> torch.Tensor:
    settings = TermSettings(psnr=PeakSignalSettings(colour=colour, least=least))
    return term("psnr", settings)(restored, REFERENCE, LOW)


def test_it_is_what_psnr_lacks_of_its_ceiling() -> None:
    restored = REFERENCE + 0.1  # 20 dB
    assert value(restored).item() == pytest.approx(80 - 20, abs=1e-5)
    assert value(restored, least=1e-2).item() == pytest.approx(10 * torch.log10(torch.tensor(2.0)).item())
    assert value(restored).item() == pytest.approx(80 - psnr(restored, REFERENCE).mean().item(), abs=1e-5)


def test_each_patch_counts_by_its_own_decibels() -> None:
    restored = REFERENCE + torch.tensor([0.1, 0.001], dtype=torch.float64).view(2, 1, 1, 1)  # 20 and 60 dB
    assert value(restored).item() == pytest.approx(80 - 40, abs=0.03)


def test_luma_weighs_green_most_and_leaves_out_what_is_colour_alone() -> None:
    green = REFERENCE + torch.tensor([0.0, 0.1, 0.0], dtype=torch.float64).view(1, 3, 1, 1)
    error = 0.1 * 0.587 * 219 / 255
    assert value(green, "y").item() == pytest.approx(80 + 20 * torch.log10(torch.tensor(error)).item(), abs=1e-4)
    colour = REFERENCE + torch.tensor([0.587, -0.299, 0.0], dtype=torch.float64).view(1, 3, 1, 1) / 10
    assert value(colour, "y").item() == pytest.approx(0, abs=1e-6)
    assert value(colour).item() > 50


def test_equality_gives_nothing_with_finite_gradients() -> None:
    restored = REFERENCE.clone().requires_grad_()
    lost = value(restored)
    lost.backward()
    assert lost.item() == 0
    assert restored.grad is not None
    assert torch.isfinite(restored.grad).all()


def test_luma_of_one_channel_is_refused() -> None:
    grey = REFERENCE[:, :1]
    with pytest.raises(InvalidImageError, match="repeat a grey plane three times"):
        term("psnr", TermSettings(psnr=PeakSignalSettings(colour="y")))(grey, grey, LOW)


@pytest.mark.parametrize("least", [0.0, -1.0, 2.0])
def test_least_error_that_is_none_is_refused(least: float) -> None:
    with pytest.raises(InvalidConfigError, match="least must lie in"):
        PeakSignalSettings(least=least)
