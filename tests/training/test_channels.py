"""What networks see of RGB images, and the RGB images that belong to their answers."""

import numpy as np
import pytest
import torch
from torch import Tensor

from superres.image.enlarging import enlarge
from superres.inference.backends.backend import Planes
from superres.inference.luma import upscale_luma
from superres.models.card import Card
from superres.models.catalogue import build
from superres.training.channels import RGB, Channels, channels_of

LUMA = Channels(count=1, colour="luma")
EACH = Channels(count=1, colour="rgb")


def photographs() -> Tensor:
    return torch.rand(2, 3, 6, 5, generator=torch.Generator().manual_seed(0))


def through(channels: Channels, rgb: Tensor) -> Tensor:
    """Bicubic interpolation as a network of these channels."""
    return channels.restored(enlarge(channels.seen(rgb), 2), rgb, 2)


def test_three_channels_see_the_image_itself_and_answer_with_one() -> None:
    rgb = photographs()
    assert RGB.seen(rgb) is rgb
    assert RGB.restored(rgb, rgb, 1) is rgb


def test_luma_runs_from_16_to_235() -> None:
    black_and_white = torch.stack([torch.zeros(3, 2, 2), torch.ones(3, 2, 2)])
    assert LUMA.seen(black_and_white)[:, 0, 0, 0].tolist() == pytest.approx([16 / 255, 235 / 255])


def test_colours_that_go_one_by_one_come_back_in_their_places() -> None:
    rgb = photographs()
    seen = EACH.seen(rgb)
    assert seen.shape == (6, 1, 6, 5)
    assert torch.equal(seen[:, 0], torch.cat([rgb[0], rgb[1]]))
    assert torch.equal(EACH.restored(seen, rgb, 1), rgb)


@pytest.mark.parametrize("channels", [RGB, LUMA, EACH])
def test_linear_network_gives_the_same_image_whatever_it_sees(channels: Channels) -> None:
    rgb = photographs()
    torch.testing.assert_close(through(channels, rgb), enlarge(rgb, 2), atol=1e-5, rtol=0)


class Brightening:
    """A backend that interpolates luma and makes it brighter."""

    def card(self) -> Card:
        return Card(name="brightening_x2", architecture="none", config={}, scale=2, channels=1, colour="luma")

    def describe(self) -> str:
        return "test"

    def upscale(self, low: Planes) -> Planes:
        return enlarge(low, 2) + np.float32(0.1)


def test_luma_is_put_together_as_upscaling_does_it() -> None:
    rgb = photographs()
    restored = LUMA.restored(enlarge(LUMA.seen(rgb), 2) + 0.1, rgb, 2)
    for image, low in zip(restored, rgb, strict=True):
        np.testing.assert_allclose(image.numpy(), upscale_luma(low.numpy(), Brightening()), atol=1e-5)


@pytest.mark.parametrize(("name", "expected"), [("srcnn_915_x2", LUMA), ("rlfn_compact_x2", RGB)])
def test_channels_are_those_of_the_card(name: str, expected: Channels) -> None:
    assert channels_of(build(name)[1]) == expected
