"""Total variation as a loss, against values worked out by hand."""

import pytest
import torch

from superres.errors import InvalidImageError
from superres.losses.total_variation import EPSILON, total_variation


def test_only_the_corner_has_both_neighbours() -> None:
    image = torch.tensor([[[[0.1, 0.4], [0.5, 0.9]]]])
    # Differences of 0.3 and 0.4 make a length of 0.5; the root is rounded off by epsilon.
    assert total_variation(image).item() == pytest.approx((0.5**2 + EPSILON**2) ** 0.5 - EPSILON)


def test_flat_image_has_none_and_no_slope() -> None:
    image = torch.full((1, 3, 4, 4), 0.3, requires_grad=True)
    value = total_variation(image)
    value.backward()
    assert value.item() == pytest.approx(0, abs=1e-9)
    assert torch.equal(image.grad, torch.zeros_like(image))  # type: ignore[arg-type]


def test_smoother_is_less() -> None:
    image = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    assert total_variation(0.5 * image + 0.25) < total_variation(image)


def test_gradient_is_the_slope() -> None:
    image = torch.rand(1, 2, 4, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(total_variation, image)


def test_single_row_is_refused() -> None:
    with pytest.raises(InvalidImageError, match="two rows and two columns"):
        total_variation(torch.zeros(1, 1, 1, 5))
