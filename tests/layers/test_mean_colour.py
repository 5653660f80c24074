"""The mean colour."""

import pytest
import torch

from superres.layers.mean_colour import mean_colour


def test_colour_is_edsrs_and_grey_its_mean() -> None:
    torch.testing.assert_close(mean_colour().flatten(), torch.tensor([0.4488, 0.4371, 0.4040]))
    assert float(mean_colour(1)) == pytest.approx(0.42997, abs=1e-5)
    assert mean_colour(1).shape == (1, 1, 1, 1)
