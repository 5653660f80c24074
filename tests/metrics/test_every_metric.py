"""What every metric promises."""

from collections.abc import Iterator

import pytest
import torch
from jaxtyping import config
from torch import Tensor
from torch.nn import functional

from superres.errors import InvalidImageError, MissingFileError
from superres.image.resize import resize
from superres.metrics.catalogue import METRICS, metric
from superres.metrics.metric import Metric


def names(*kinds: str) -> list[str]:
    """Metrics that compare with one of these."""
    return [name for name in METRICS if metric(name).compares_with in kinds]


@pytest.fixture(scope="module")
def any_metric(request: pytest.FixtureRequest) -> Metric:
    """The metric of the parameter; skips the test where its weights are absent."""
    found = metric(request.param)
    images = smooth(found)
    try:
        found.function(images, companion(found, images))
    except MissingFileError as error:
        pytest.skip(str(error))
    return found


of_every_metric = pytest.mark.parametrize("any_metric", METRICS, indirect=True)
of_metrics_with_a_reference = pytest.mark.parametrize("any_metric", names("reference"), indirect=True)
of_metrics_without = pytest.mark.parametrize("any_metric", names("nothing"), indirect=True)


def smooth(found: Metric) -> Tensor:
    """Three smooth colour images with some detail, little larger than the metric needs; sides are multiples of 3."""
    side = 3 * (2 * ((max(48, found.minimum_size) + 5) // 6) + 1)
    coarse = torch.rand(3, 3, side // 7, 2 * side // 7, generator=torch.Generator().manual_seed(5))
    return functional.interpolate(coarse, size=(side, 2 * side), mode="bicubic", align_corners=False).clamp(0, 1)


def companion(found: Metric, images: Tensor) -> Tensor:
    """What these images are compared with where nothing is wrong with them."""
    return resize(images, scale=1 / 3) if found.compares_with == "low" else images


def blurred(images: Tensor, radius: int) -> Tensor:
    padded = functional.pad(images, (radius,) * 4, mode="replicate")
    return functional.avg_pool2d(padded, 2 * radius + 1, stride=1)


def noisy(images: Tensor) -> Tensor:
    noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(6))
    return (images + 0.1 * noise).clamp(0, 1)


def values_or_sentence(found: Metric, restored: Tensor, other: Tensor) -> Tensor | str:
    try:
        return found.function(restored, other)
    except InvalidImageError as error:
        return str(error)


@of_metrics_with_a_reference
def test_perfect_copies_give_the_best_value(any_metric: Metric) -> None:
    images = smooth(any_metric)
    torch.testing.assert_close(any_metric.function(images, images), torch.full((3,), any_metric.best))


@of_metrics_with_a_reference
def test_either_image_may_be_the_reference_where_the_card_says_so(any_metric: Metric) -> None:
    images = smooth(any_metric)
    there, back = any_metric.function(images, noisy(images)), any_metric.function(noisy(images), images)
    if any_metric.is_symmetric:
        torch.testing.assert_close(there, back)
    else:
        assert not torch.isclose(there, back, rtol=0.01).any()


@of_metrics_with_a_reference
def test_more_blur_never_scores_better(any_metric: Metric) -> None:
    images = smooth(any_metric)
    values = torch.stack([any_metric.function(blurred(images, radius), images) for radius in range(1, 6)])
    change = values.diff(dim=0) if any_metric.higher_is_better else -values.diff(dim=0)
    assert (change <= 0).all()


@of_metrics_with_a_reference
def test_noise_scores_worse_than_a_perfect_copy(any_metric: Metric) -> None:
    images = smooth(any_metric)
    value = any_metric.function(noisy(images), images)
    assert (value < any_metric.best if any_metric.higher_is_better else value > any_metric.best).all()


@of_metrics_with_a_reference
def test_more_contrast_scores_better_than_a_perfect_copy_only_where_the_card_says_so(any_metric: Metric) -> None:
    images = smooth(any_metric)
    faint = 0.5 + 0.5 * (images - 0.5)
    value = any_metric.function(images, faint)
    is_better = value > any_metric.best if any_metric.higher_is_better else value < any_metric.best
    assert (~is_better if any_metric.is_bounded_by_best else is_better).all()


@of_every_metric
def test_imperfect_images_give_one_finite_number_each(any_metric: Metric) -> None:
    images = smooth(any_metric)
    values = any_metric.function(noisy(images), companion(any_metric, images))
    assert values.shape == (3,)
    assert values.dtype == images.dtype
    assert torch.isfinite(values).all()


@of_every_metric
def test_a_batch_equals_its_images_one_by_one(any_metric: Metric) -> None:
    images = smooth(any_metric)
    other = companion(any_metric, noisy(images))
    single = [any_metric.function(one[None], two[None]) for one, two in zip(images, other, strict=True)]
    torch.testing.assert_close(any_metric.function(images, other), torch.cat(single))


@of_every_metric
def test_a_constant_image_gives_a_number_or_a_sentence(any_metric: Metric) -> None:
    images = smooth(any_metric)
    constant = torch.full_like(images, 0.4)
    for restored in (constant, images):
        answer = values_or_sentence(any_metric, restored, companion(any_metric, constant))
        assert "constant" in answer if isinstance(answer, str) else not answer.isnan().any()


@of_every_metric
def test_pixels_that_are_no_numbers_never_give_a_number(any_metric: Metric) -> None:
    images = smooth(any_metric)
    spoilt = images.clone()
    spoilt[1, :, 20, 30] = torch.nan
    answer = values_or_sentence(any_metric, spoilt, companion(any_metric, images))
    assert "no number" in answer if isinstance(answer, str) else answer.isnan().tolist() == [False, True, False]


@of_every_metric
def test_the_smallest_size_of_the_card_is_taken(any_metric: Metric) -> None:
    side = any_metric.minimum_size
    images = torch.rand(1, 3, side, 2 * side, generator=torch.Generator().manual_seed(7))
    low = images[..., :1, :2] if any_metric.compares_with == "low" else images
    assert not any_metric.function(images, low).isnan().any()


@pytest.mark.parametrize("any_metric", [name for name in METRICS if metric(name).minimum_size > 1], indirect=True)
def test_smaller_images_are_refused_with_a_sentence(any_metric: Metric) -> None:
    images = torch.rand(1, 3, any_metric.minimum_size - 1, 200, generator=torch.Generator().manual_seed(8))
    with pytest.raises(InvalidImageError, match="needs"):
        any_metric.function(images, images)


@pytest.fixture
def without_type_checks() -> Iterator[None]:
    """As users run it: the shapes in the signatures are checked in tests only."""
    config.update("jaxtyping_disable", value=True)
    yield
    config.update("jaxtyping_disable", value=False)


@of_every_metric
@pytest.mark.usefixtures("without_type_checks")
def test_mismatching_shapes_are_refused(any_metric: Metric) -> None:
    images = smooth(any_metric)
    with pytest.raises(InvalidImageError, match=r"one shape|no whole multiple"):
        any_metric.function(images, companion(any_metric, images)[..., 1:])


@of_every_metric
def test_images_are_left_as_they_were(any_metric: Metric) -> None:
    images = noisy(smooth(any_metric))
    other = companion(any_metric, smooth(any_metric))
    before = images.clone(), other.clone()
    any_metric.function(images, other)
    assert torch.equal(images, before[0])
    assert torch.equal(other, before[1])


@of_metrics_without
def test_the_other_image_changes_nothing_where_nothing_is_compared(any_metric: Metric) -> None:
    images = smooth(any_metric)
    assert torch.equal(any_metric.function(images, noisy(images)), any_metric.function(images, images))
