"""Frozen features: whose weights, and which."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from samples.checkpoints import with_code_in_it
from samples.features import random_vgg, red, red_vgg
from torch.nn.functional import relu

from superres.errors import (
    InvalidConfigError,
    InvalidImageError,
    InvalidWeightsError,
    MissingFileError,
    UnknownNameError,
)
from superres.losses.features import features
from superres.metrics.lpips import SCALE, SHIFT


def test_taps_come_before_and_after_activations(tmp_path: Path) -> None:
    seen = features("vgg16", ("relu1_2", "conv1_2"), random_vgg(tmp_path / "vgg.pth"))
    found = seen(torch.rand(1, 3, 8, 8))
    assert list(found) == ["relu1_2", "conv1_2"]
    assert torch.equal(found["relu1_2"], relu(found["conv1_2"]))


def test_both_kinds_of_files_are_read(tmp_path: Path) -> None:
    path = red_vgg(tmp_path / "red.pth")
    save_file(torch.load(path, weights_only=True), tmp_path / "red.safetensors")
    values = [
        features("vgg19", ("relu1_2",), str(tmp_path / name))(red(0.3))["relu1_2"]
        for name in ("red.pth", "red.safetensors")
    ]
    assert torch.equal(*values)
    assert values[0][0, 0, 3, 4].item() == pytest.approx(0.3)


def test_nothing_is_learned_but_gradients_pass(tmp_path: Path) -> None:
    seen = features("vgg16", ("conv1_2",), random_vgg(tmp_path / "vgg.pth"))
    image = torch.rand(1, 3, 8, 8, requires_grad=True)
    seen(image)["conv1_2"].sum().backward()
    assert image.grad is not None
    assert all(parameter.grad is None for parameter in seen.network.parameters())


def test_deeper_network_without_a_file_says_what_would_work() -> None:
    with pytest.raises(InvalidConfigError, match=r"vgg19 need weights = a file of torchvision's classifier"):
        features("vgg19", ("conv5_4",))


def test_file_with_too_few_convolutions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidWeightsError, match="does not hold the convolutions of vgg16"):
        features("vgg16", ("conv2_1",), random_vgg(tmp_path / "short.pth"))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"absent\.pth was to be read"):
        features("vgg19", ("conv5_4",), str(tmp_path / "absent.pth"))


def test_code_in_a_file_is_refused_and_not_run(tmp_path: Path) -> None:
    with pytest.raises(InvalidWeightsError, match="never run"):
        features("vgg16", ("conv1_1",), str(with_code_in_it(tmp_path / "evil.pth", tmp_path / "touched")))
    assert not (tmp_path / "touched").exists()


def test_unknown_tap_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no tap of vgg16 is called 'conv5_4'; nearest: conv5_"):
        features("vgg16", ("conv5_4",))


def test_grey_and_small_images_are_refused(tmp_path: Path) -> None:
    seen = features("vgg16", ("conv1_2",), random_vgg(tmp_path / "vgg.pth"))
    with pytest.raises(InvalidImageError, match="RGB"):
        seen(torch.zeros(1, 1, 8, 8))


@pytest.mark.data
@pytest.mark.usefixtures("superres_data")
def test_trained_network_agrees_with_the_metric_that_uses_it() -> None:
    from superres.layers.backbones.vgg import VGGFeatures
    from superres.metrics.perceptual_weights import frozen_features

    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    theirs = frozen_features(VGGFeatures, "vgg16_features.npz", "VGG16_0")
    # LPIPS's constants are ImageNet's for values in [-1, 1], rounded to three digits.
    shift, scale = (torch.tensor(values).view(1, 3, 1, 1) for values in (SHIFT, SCALE))
    expected = theirs((2 * image - 1 - shift) / scale)
    taps = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")
    for tap, other in zip(taps, expected, strict=True):
        torch.testing.assert_close(features("vgg16", taps)(image)[tap], other, atol=0.02, rtol=0.02)


@pytest.mark.data
@pytest.mark.usefixtures("superres_data")
def test_image_without_a_pixel_left_at_the_tap_is_refused() -> None:
    with pytest.raises(InvalidImageError, match="need sides of 16 pixels"):
        features("vgg16", ("conv5_3",))(torch.zeros(1, 3, 15, 20))


@pytest.mark.data
@pytest.mark.usefixtures("superres_data")
def test_half_precision_points_the_same_way() -> None:
    random = torch.Generator().manual_seed(0)
    image, truth = (torch.rand(1, 3, 32, 32, generator=random) for _ in range(2))
    ways = []
    for precision in ("float32", "bfloat16"):
        seen = features("vgg16", ("conv3_3",), precision=precision)  # type: ignore[arg-type]
        asked = image.clone().requires_grad_()
        (seen(asked)["conv3_3"] - seen(truth)["conv3_3"]).square().mean().backward()
        ways.append(asked.grad.flatten())  # type: ignore[union-attr]
    assert torch.nn.functional.cosine_similarity(*ways, dim=0).item() > 0.99
