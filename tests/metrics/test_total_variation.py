"""Total variation."""

import pytest
import torch

from superres.errors import InvalidImageError
from superres.metrics.total_variation import total_variation


def test_constant_image_has_none() -> None:
    assert total_variation(torch.full((2, 3, 5, 6), 0.3)).tolist() == [0, 0]


def test_ramp_has_its_slope() -> None:
    down, across = torch.meshgrid(torch.arange(6.0), torch.arange(7.0), indexing="ij")
    assert total_variation((0.03 * down + 0.04 * across)[None, None]).item() == pytest.approx(0.05)


def test_gradient_is_finite_where_an_image_is_flat() -> None:
    image = torch.full((1, 1, 5, 5), 0.5)
    image[..., 2, 2] = 0.7
    total_variation(image.requires_grad_()).sum().backward()
    assert image.grad is not None
    assert torch.isfinite(image.grad).all()
    assert image.grad.abs().sum() > 0


def test_single_row_is_refused() -> None:
    with pytest.raises(InvalidImageError, match="two rows and two columns"):
        total_variation(torch.rand(1, 1, 1, 9))
