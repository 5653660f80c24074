"""Luma in steps of 8 bit."""

import pytest
import torch

from superres.errors import InvalidImageError
from superres.metrics.luma import luma_levels


def test_colours_have_the_luma_of_yiq() -> None:
    # ITU-R BT.601-7, section 2.5.1.
    colours = torch.eye(3, dtype=torch.float64).view(3, 3, 1, 1)
    expected = 255 * torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)
    torch.testing.assert_close(luma_levels(colours, "a test").flatten(), expected)


def test_grey_is_its_own_luma() -> None:
    grey = torch.rand(2, 1, 4, 5, generator=torch.Generator().manual_seed(0))
    assert torch.equal(luma_levels(grey, "a test"), 255 * grey)


@pytest.mark.parametrize("channels", [2, 4])
def test_other_numbers_of_channels_are_refused(channels: int) -> None:
    with pytest.raises(InvalidImageError, match=f"a test takes grey or RGB images, got {channels} channels"):
        luma_levels(torch.rand(1, channels, 4, 5), "a test")
