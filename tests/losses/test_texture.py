"""Texture loss: by hand on features that are the red channel."""

from pathlib import Path

import pytest
import torch
from samples.features import random_vgg, red, red_vgg

from superres.errors import InvalidConfigError, InvalidImageError
from superres.losses.texture import TextureSettings, gram, patches, texture

UNUSED = torch.zeros(1, 3, 8, 8)


@pytest.fixture
def weights(tmp_path: Path) -> str:
    return red_vgg(tmp_path / "red.pth")


def test_gram_matrix_is_the_mean_product_of_two_channels() -> None:
    # Rows (1, 2) and (3, 4): products 1+4 = 5, 3+8 = 11, 9+16 = 25, over 2 channels of 2 places.
    features = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])
    torch.testing.assert_close(gram(features), torch.tensor([[[5.0, 11.0], [11.0, 25.0]]]) / 4)


def test_distance_is_the_sum_of_squares_over_the_matrix(weights: str) -> None:
    term = texture(TextureSettings(weights=weights, taps={"relu1_1": 3.0}))
    # Only red's product with itself is there: 0.7² - 0.5² = 0.24, over 64 channels, squared.
    assert term(red(0.7), red(0.5), UNUSED).item() == pytest.approx(3 * (0.24 / 64) ** 2, rel=1e-4)


def halves(left: float, right: float) -> torch.Tensor:
    return torch.cat([red(left), red(right)], dim=3)


def test_whole_images_forget_where_a_texture_is_and_patches_do_not(weights: str) -> None:
    whole, each = (texture(TextureSettings(weights=weights, taps={"relu1_1": 1.0}, patch=side)) for side in (0, 16))
    pair = halves(0.7, 0.5), halves(0.5, 0.7)
    assert whole(*pair, UNUSED).item() == pytest.approx(0, abs=1e-12)
    assert each(*pair, UNUSED).item() == pytest.approx((0.24 / 64) ** 2, rel=1e-4)


def test_patches_are_squares_of_the_features() -> None:
    features = torch.arange(2 * 3 * 4 * 6).view(2, 3, 4, 6)
    cut = patches(features, 2)
    assert cut.shape == (2, 2, 3, 3, 2, 2)
    assert torch.equal(cut[1, 1, 2], features[1, :, 2:4, 4:6])


def test_patches_of_deep_taps_are_smaller_features(tmp_path: Path) -> None:
    settings = TextureSettings(weights=random_vgg(tmp_path / "vgg.pth"), taps={"pool1": 1.0}, patch=8)
    image = torch.rand(1, 3, 16, 16)
    assert texture(settings)(image, image, UNUSED).item() == 0


def test_patch_that_holds_no_whole_feature_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="multiple of 4 for the tap relu3_1, got 18"):
        texture(TextureSettings(patch=18))


def test_image_that_patches_do_not_fill_is_refused(weights: str) -> None:
    term = texture(TextureSettings(weights=weights, taps={"relu1_1": 1.0}, patch=16))
    with pytest.raises(InvalidImageError, match="no whole number of patches of 16 pixels"):
        term(red(0.5, width=24), red(0.5, width=24), UNUSED)


def test_defaults_are_those_of_enhancenet() -> None:
    assert TextureSettings().taps == {"relu1_1": 3e-7, "relu2_1": 1e-6, "relu3_1": 1e-6}


def test_gradient_of_the_gram_matrix_is_its_slope() -> None:
    features = torch.rand(2, 3, 2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(gram, features)
