"""Features of a learned metric."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from superres.errors import InvalidImageError, UnknownNameError
from superres.metrics.gmsd import gmsd
from superres.metrics.learned.features import WITH_REFERENCE, WITHOUT_REFERENCE, feature_names, features
from superres.metrics.psnr import psnr
from superres.metrics.ssim import ssim


@pytest.fixture
def pair() -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(0)
    reference = functional.interpolate(torch.rand(2, 3, 12, 12, generator=random), size=(60, 64), mode="bilinear")
    return (reference + 0.05 * torch.randn(reference.shape, generator=random)).clamp(0, 1), reference


def test_metrics_among_the_features_are_the_metrics(pair: tuple[Tensor, Tensor]) -> None:
    found = features(*pair, ("psnr", "gmsd_1", "ssim_2"))
    halved = [functional.avg_pool2d(images, 2) for images in pair]
    expected = torch.stack([psnr(*pair), gmsd(*pair), ssim(halved[0], halved[1])], dim=1)
    torch.testing.assert_close(found, expected.double())


def test_perfect_copy_has_finite_features_and_no_change(pair: tuple[Tensor, Tensor]) -> None:
    found = features(pair[1], pair[1], WITH_REFERENCE)
    assert found[:, 0].tolist() == [50, 50]
    assert not found[:, 6:].any()


def test_image_alone_needs_no_reference_and_grey_is_colour_without_colour(pair: tuple[Tensor, Tensor]) -> None:
    grey = pair[0][:, :1]
    found = features(grey, None, WITHOUT_REFERENCE)
    torch.testing.assert_close(
        found, features(grey.expand(-1, 3, -1, -1), None, WITHOUT_REFERENCE), atol=1e-3, rtol=1e-3
    )
    assert found.shape == (2, len(WITHOUT_REFERENCE))


def test_kinds_have_their_names() -> None:
    assert feature_names("nothing") == WITHOUT_REFERENCE
    assert feature_names("reference", ("lpips",)) == (*WITH_REFERENCE, "lpips")
    with pytest.raises(UnknownNameError, match="no feature to be added is called 'lpip'; nearest: lpips"):
        feature_names("reference", ("lpip",))


def test_what_has_no_features_is_refused(pair: tuple[Tensor, Tensor]) -> None:
    restored, reference = pair
    with pytest.raises(InvalidImageError, match="at least 44 pixels, got 40×60"):
        features(restored[..., :40], reference[..., :40], WITH_REFERENCE)
    with pytest.raises(InvalidImageError, match="got none"):
        features(restored, None, WITH_REFERENCE)
    with pytest.raises(InvalidImageError, match="no numbers"):
        features(restored * torch.nan, None, WITHOUT_REFERENCE)
    with pytest.raises(UnknownNameError, match="no feature is called 'charm'"):
        features(restored, reference, ("charm",))


@pytest.mark.data
def test_deep_metric_may_be_added(pair: tuple[Tensor, Tensor], superres_data: object) -> None:
    from superres.metrics.lpips import lpips

    torch.testing.assert_close(features(*pair, ("lpips",))[:, 0], lpips(*pair).double())
