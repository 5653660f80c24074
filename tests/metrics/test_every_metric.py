"""What every metric of two images promises."""

from collections.abc import Iterator

import pytest
import torch
from jaxtyping import config
from torch import Tensor
from torch.nn import functional

from superres.errors import InvalidImageError, MissingFileError
from superres.metrics.catalogue import METRICS, metric
from superres.metrics.metric import Metric


@pytest.fixture(params=[name for name in METRICS if metric(name).compares_with == "reference"])
def any_metric(request: pytest.FixtureRequest, images: Tensor) -> Metric:
    """Skips the test where the metric's weights are absent or the images are too small for it."""
    found = metric(request.param)
    if min(images.shape[-2:]) < found.minimum_size:
        pytest.skip(f"{found.name} needs sides of at least {found.minimum_size} pixels")
    try:
        found.function(images, images)
    except MissingFileError as error:
        pytest.skip(str(error))
    return found


@pytest.fixture
def images() -> Tensor:
    """Three smooth colour images with some detail, large enough for every metric."""
    coarse = torch.rand(3, 3, 24, 24, generator=torch.Generator().manual_seed(5))
    return functional.interpolate(coarse, size=(168, 164), mode="bicubic", align_corners=False).clamp(0, 1)


def blurred(images: Tensor, radius: int) -> Tensor:
    padded = functional.pad(images, (radius,) * 4, mode="replicate")
    return functional.avg_pool2d(padded, 2 * radius + 1, stride=1)


def noisy(images: Tensor) -> Tensor:
    noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(6))
    return (images + 0.1 * noise).clamp(0, 1)


def test_perfect_copies_give_the_best_value(any_metric: Metric, images: Tensor) -> None:
    torch.testing.assert_close(any_metric.function(images, images), torch.full((3,), any_metric.best))


def test_either_image_may_be_the_reference(any_metric: Metric, images: Tensor) -> None:
    other = noisy(images)
    torch.testing.assert_close(any_metric.function(images, other), any_metric.function(other, images))


def test_a_batch_equals_its_images_one_by_one(any_metric: Metric, images: Tensor) -> None:
    other = noisy(images)
    single = [any_metric.function(one[None], two[None]) for one, two in zip(images, other, strict=True)]
    torch.testing.assert_close(any_metric.function(images, other), torch.cat(single))


def test_more_blur_never_scores_better(any_metric: Metric, images: Tensor) -> None:
    values = torch.stack([any_metric.function(blurred(images, radius), images) for radius in range(1, 6)])
    change = values.diff(dim=0) if any_metric.higher_is_better else -values.diff(dim=0)
    assert (change <= 0).all()


def test_no_pair_scores_better_than_a_perfect_one(any_metric: Metric, images: Tensor) -> None:
    value = any_metric.function(noisy(images), images)
    assert (value < any_metric.best if any_metric.higher_is_better else value > any_metric.best).all()


@pytest.fixture
def without_type_checks() -> Iterator[None]:
    """As users run it: the shapes in the signatures are checked in tests only."""
    config.update("jaxtyping_disable", value=True)
    yield
    config.update("jaxtyping_disable", value=False)


@pytest.mark.usefixtures("without_type_checks")
def test_mismatching_shapes_are_refused(any_metric: Metric, images: Tensor) -> None:
    with pytest.raises(InvalidImageError, match="one shape"):
        any_metric.function(images, images[..., 1:])


def test_images_are_left_as_they_were(any_metric: Metric, images: Tensor) -> None:
    other = noisy(images)
    before = images.clone(), other.clone()
    any_metric.function(images, other)
    assert torch.equal(images, before[0])
    assert torch.equal(other, before[1])
