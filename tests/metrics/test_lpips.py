"""Learned perceptual image patch similarity, on AlexNet and on VGG16."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from samples.benchmarks import pixels, planes
from torch import Tensor
from torch.nn import functional

from superres.errors import InvalidImageError
from superres.metrics import lpips as on_alexnet
from superres.metrics.catalogue import metric
from superres.metrics.lpips import lpips
from superres.metrics.lpips_vgg import lpips_vgg

# The authors print these for the example images of their repository.
PUBLISHED = {"ex_p0.png": 0.722, "ex_p1.png": 0.138}
BOTH = pytest.mark.parametrize("name", ["lpips", "lpips_vgg"])


@pytest.fixture
def without_judge() -> Iterator[None]:
    """As the first call of a process finds it."""
    on_alexnet._judge.cache_clear()
    yield
    on_alexnet._judge.cache_clear()


def example(data: Path, name: str) -> Tensor:
    return planes(pixels(data / "metric_references" / "lpips" / name))


@pytest.mark.data
@pytest.mark.parametrize("name", PUBLISHED)
def test_alexnet_agrees_with_the_authors_examples(superres_data: Path, name: str) -> None:
    distance = lpips(example(superres_data, name), example(superres_data, "ex_ref.png"))
    assert distance.item() == pytest.approx(PUBLISHED[name], abs=1e-3)


@pytest.mark.data
def test_vgg_prefers_the_example_that_people_prefer(superres_data: Path) -> None:
    reference = example(superres_data, "ex_ref.png")
    far, near = (lpips_vgg(example(superres_data, name), reference) for name in PUBLISHED)
    assert near < far


@pytest.mark.data
@BOTH
def test_smallest_images_have_a_distance_and_smaller_ones_are_refused(superres_data: Path, name: str) -> None:
    found = metric(name)
    restored = torch.rand(1, 3, found.minimum_size, found.minimum_size, generator=torch.Generator().manual_seed(1))
    assert found.function(restored, torch.zeros_like(restored)).isfinite().all()
    with pytest.raises(InvalidImageError, match=f"at least {found.minimum_size} pixels"):
        found.function(restored[..., 1:], restored[..., 1:])


@BOTH
def test_grey_images_are_refused(name: str) -> None:
    grey = torch.zeros(1, 1, 32, 32)
    with pytest.raises(InvalidImageError, match="compares RGB images, got 1 channels"):
        metric(name).function(grey, grey)


@pytest.mark.data
@BOTH
def test_following_the_gradient_brings_the_image_closer(superres_data: Path, name: str) -> None:
    coarse = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(2))
    reference = functional.interpolate(coarse, size=(32, 32), mode="bicubic").clamp(0, 1)
    restored = functional.avg_pool2d(reference, 3, stride=1, padding=1).requires_grad_()
    distance = metric(name).function(restored, reference)
    (gradient,) = torch.autograd.grad(distance.sum(), restored)
    closer = restored.detach() - 1e-2 * gradient / gradient.norm()
    assert (metric(name).function(closer, reference) < distance).all()


@pytest.mark.data
@BOTH
def test_gradient_at_a_black_copy_is_finite(superres_data: Path, name: str) -> None:
    restored = torch.zeros(1, 3, 32, 32, requires_grad=True)
    metric(name).function(restored, torch.zeros(1, 3, 32, 32)).sum().backward()
    assert restored.grad is not None
    assert restored.grad.isfinite().all()


@pytest.mark.data
@pytest.mark.usefixtures("without_judge")
def test_a_first_call_in_inference_mode_leaves_later_gradients_possible(superres_data: Path) -> None:
    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        lpips(image.clone(), image.clone())
    restored = (image / 2).requires_grad_()
    lpips(restored, image).sum().backward()
    assert restored.grad is not None


@pytest.mark.data
@pytest.mark.usefixtures("without_judge")
def test_first_call_leaves_the_random_numbers_alone(superres_data: Path) -> None:
    image = torch.zeros(1, 3, 32, 32)
    before = torch.get_rng_state()
    lpips(image, image)
    assert torch.equal(torch.get_rng_state(), before)
