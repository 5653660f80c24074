"""VGG networks, tapped anywhere."""

import pytest
import torch

from superres.errors import UnknownNameError
from superres.layers.backbones.taps import TappedVGG, tap_names, tap_stride
from superres.layers.backbones.vgg import VGGFeatures


@pytest.mark.parametrize(("network", "convolutions"), [("vgg16", 13), ("vgg19", 16)])
def test_networks_have_the_convolutions_of_their_names(network: str, convolutions: int) -> None:
    # Three fully connected layers, which are not here, make 16 and 19.
    assert sum(name.startswith("conv") for name in tap_names(network)) == convolutions


def test_names_come_in_the_order_of_the_layers() -> None:
    assert tap_names("vgg19")[:6] == ["conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1", "conv2_1"]
    assert tap_names("vgg19")[-3:] == ["conv5_4", "relu5_4", "pool5"]


def test_parameters_are_those_of_the_paper() -> None:
    # arXiv:1409.1556, table 2, less the 123,642,856 of the fully connected layers: 138,357,544 and 143,667,240.
    with torch.device("meta"):
        counts = [
            sum(parameter.numel() for parameter in TappedVGG(network, ["pool5"]).parameters())
            for network in ("vgg16", "vgg19")
        ]
    assert counts == [138_357_544 - 123_642_856, 143_667_240 - 123_642_856]


def test_taps_agree_with_the_features_of_the_metrics() -> None:
    torch.manual_seed(0)
    known = VGGFeatures()
    tapped = TappedVGG("vgg16", ["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"])
    tapped.load_state_dict(dict(zip(tapped.state_dict(), known.state_dict().values(), strict=True)))
    image = torch.rand(1, 3, 32, 32)
    for found, expected in zip(tapped(image).values(), known(image), strict=True):
        assert torch.equal(found, expected)


def test_nothing_is_made_behind_the_last_tap() -> None:
    with torch.device("meta"):
        assert list(TappedVGG("vgg19", ["relu1_1", "conv1_2"]).layers) == ["conv1_1", "relu1_1", "conv1_2"]


@pytest.mark.parametrize(
    ("tap", "stride"), [("conv1_1", 1), ("relu1_2", 1), ("pool1", 2), ("conv2_1", 2), ("relu5_4", 16), ("pool5", 32)]
)
def test_stride_is_how_much_smaller_the_features_are(tap: str, stride: int) -> None:
    with torch.device("meta"):
        features = TappedVGG("vgg19", [tap])(torch.zeros(1, 3, 64, 32))[tap]
    assert tap_stride(tap) == stride
    assert features.shape[2:] == (64 // stride, 32 // stride)


def test_order_is_that_of_the_question() -> None:
    with torch.device("meta"):
        assert list(TappedVGG("vgg16", ["relu2_1", "conv1_1"])(torch.zeros(1, 3, 8, 8))) == ["relu2_1", "conv1_1"]


def test_unknown_network_and_tap_are_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no VGG network is called 'vgg91'; nearest: vgg19"):
        TappedVGG("vgg91", ["conv1_1"])
    with pytest.raises(UnknownNameError, match="no tap of vgg16 is called 'relu2_3'; nearest: relu"):
        TappedVGG("vgg16", ["relu2_3"])
