"""Deep image structure and texture similarity."""

from pathlib import Path

import pytest
import torch
from samples.benchmarks import pixels, planes
from torch import Tensor
from torch.nn import functional

from superres.errors import InvalidImageError
from superres.metrics.dists import L2Pooling, dists


def example(data: Path, name: str) -> Tensor:
    return planes(pixels(data / "metric_references" / "lpips" / name))


def blurred(images: Tensor, radius: int) -> Tensor:
    padded = functional.pad(images, (radius,) * 4, mode="replicate")
    return functional.avg_pool2d(padded, 2 * radius + 1, stride=1)


@pytest.mark.data
def test_identical_images_have_no_distance(superres_data: Path) -> None:
    image = example(superres_data, "ex_ref.png")
    assert dists(image, image).item() == pytest.approx(0, abs=1e-6)


@pytest.mark.data
def test_distance_grows_with_blur(superres_data: Path) -> None:
    image = example(superres_data, "ex_ref.png")
    distances = [dists(blurred(image, radius), image).item() for radius in (1, 2, 4)]
    assert 0.01 < distances[0] < distances[1] < distances[2] < 1


@pytest.mark.data
def test_either_image_may_be_the_reference(superres_data: Path) -> None:
    one, two = example(superres_data, "ex_p0.png"), example(superres_data, "ex_ref.png")
    torch.testing.assert_close(dists(one, two), dists(two, one))


@pytest.mark.data
def test_another_piece_of_the_same_texture_is_closer_than_blur(superres_data: Path) -> None:
    texture = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(4))
    one, two = texture[:1], texture[1:]
    assert (dists(two, one) < dists(blurred(one, 1), one)).all()


@pytest.mark.data
def test_gradient_at_a_black_copy_is_finite(superres_data: Path) -> None:
    restored = torch.zeros(1, 3, 32, 32, requires_grad=True)
    dists(restored, torch.zeros(1, 3, 32, 32)).sum().backward()
    assert restored.grad is not None
    assert restored.grad.isfinite().all()


def test_pooling_keeps_a_constant_away_from_the_border() -> None:
    pooled = L2Pooling()(torch.full((1, 2, 9, 8), 3.0))
    assert pooled.shape == (1, 2, 5, 4)
    torch.testing.assert_close(pooled[..., 1:-1, 1:], torch.full((1, 2, 3, 3), 3.0))


def test_too_small_and_grey_images_are_refused() -> None:
    with pytest.raises(InvalidImageError, match="at least 16 pixels, got 15×16"):
        dists(torch.zeros(1, 3, 16, 15), torch.zeros(1, 3, 16, 15))
    with pytest.raises(InvalidImageError, match="compares RGB images, got 1 channels"):
        dists(torch.zeros(1, 1, 16, 16), torch.zeros(1, 1, 16, 16))
