"""What is done to two images before a metric sees them."""

import pytest
import torch
from torch import Tensor

from superres.errors import InvalidImageError, UnknownNameError
from superres.metrics.protocol import PROTOCOLS, Protocol, protocol

EXACT = Protocol(name="exact", colour="rgb", border=0, is_rounded=False, source="")


def grey(value: float, channels: int = 3, size: int = 12) -> Tensor:
    return torch.full((1, channels, size, size), value)


def prepared(name: str, image: Tensor, scale: int = 2) -> Tensor:
    return protocol(name).prepare(image, image, scale=scale)[0]


@pytest.mark.parametrize(("value", "luma"), [(0.0, 16), (1.0, 235)])
def test_luma_of_black_is_16_and_of_white_235(value: float, luma: int) -> None:
    torch.testing.assert_close(prepared("classical", grey(value)) * 255, torch.full((1, 1, 8, 8), float(luma)))


def test_luma_weighs_the_colours_as_matlab_does() -> None:
    # 16 + 65.481 R + 128.553 G + 24.966 B, the formula of MATLAB's rgb2ycbcr.
    image = torch.tensor([1.0, 0.2, 0.6]).reshape(1, 3, 1, 1).expand(1, 3, 12, 12)
    luma = prepared("classical", image)[0, 0, 0, 0].item() * 255
    assert luma == pytest.approx(16 + 65.481 + 0.2 * 128.553 + 0.6 * 24.966, abs=1e-3)


def test_grey_image_has_the_luma_of_its_rgb_copy() -> None:
    image = torch.rand(1, 1, 12, 12)
    torch.testing.assert_close(prepared("classical", image), prepared("classical", image.expand(1, 3, 12, 12)))


@pytest.mark.parametrize(("name", "scale", "left"), [("classical", 2, 8), ("classical", 4, 4), ("ntire", 2, 4)])
def test_border_is_left_out_on_each_side(name: str, scale: int, left: int) -> None:
    assert prepared(name, grey(0.5), scale).shape[-2:] == (left, left)


def test_what_is_left_is_the_middle() -> None:
    image = torch.zeros(1, 3, 12, 12)
    image[..., 4:8, 4:8] = 1
    assert prepared("ntire", image).min() == 1


def test_halves_are_rounded_up_as_matlab_does() -> None:
    torch.testing.assert_close(prepared("rgb", grey(2.5 / 255)) * 255, torch.full((1, 3, 8, 8), 3.0))


def test_values_outside_are_clipped() -> None:
    assert prepared("rgb", grey(1.3)).unique().item() == 1
    assert prepared("rgb", grey(-0.2)).unique().item() == 0


def test_unrounded_protocol_keeps_the_values() -> None:
    image = torch.rand(1, 3, 12, 12)
    assert torch.equal(EXACT.prepare(image, image, scale=2)[0], image)


def test_caller_keeps_its_images() -> None:
    image = torch.rand(1, 3, 12, 12)
    before = image.clone()
    prepared("classical", image)
    assert torch.equal(image, before)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_caption_says_all_that_was_done(name: str) -> None:
    caption = protocol(name).caption(3)
    assert caption.startswith(f"{name}: ")
    assert ("border 4" if name == "ntire" else "border 3") in caption
    assert "rounded to 8 bit" in caption


def test_border_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(InvalidImageError, match="leaves nothing"):
        prepared("ntire", grey(0.5, size=8))


def test_two_channels_are_refused() -> None:
    with pytest.raises(InvalidImageError, match="1 or 3 channels"):
        prepared("rgb", grey(0.5, channels=2))


def test_unknown_protocol_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no protocol is called 'clasical'; nearest: classical"):
        protocol("clasical")
