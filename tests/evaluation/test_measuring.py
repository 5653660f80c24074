"""One metric of one image, under a protocol."""

import pytest
import torch

from superres.errors import InvalidImageError, InvalidRequestError
from superres.evaluation.measuring import measured
from superres.metrics.psnr import psnr

HIGH = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(0))
OTHER = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(1))


def test_border_is_the_scale_where_the_protocol_says_so() -> None:
    both = torch.floor(HIGH * 255 + 0.5) / 255, torch.floor(OTHER * 255 + 0.5) / 255
    expected = psnr(*(images[..., 4:-4, 4:-4] for images in both)).item()
    assert measured("psnr", HIGH, OTHER, None, protocol_name="rgb", scale=4) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["psnr", "ssim", "gmsd", "total_variation"])
def test_value_that_is_no_number_is_refused(name: str) -> None:
    damaged = HIGH.clone()
    damaged[0, 0, 9, 9] = torch.nan
    with pytest.raises(InvalidImageError, match="gives no number"):
        measured(name, damaged, HIGH, None, protocol_name="rgb", scale=0)


def test_metric_of_the_input_needs_the_input() -> None:
    with pytest.raises(InvalidRequestError, match="compares with the low-resolution image"):
        measured("lr_consistency", HIGH, HIGH, None, protocol_name="rgb", scale=2)
