"""Meta-upscale."""

from math import floor

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidRequestError
from superres.layers.upsampling.meta import MetaUpsampling

SCALES = [1.1, 1.5, 2, 2.7, 4, 3.14159]


def layer(width: int = 4, channels: int = 3) -> MetaUpsampling:
    torch.manual_seed(0)
    return MetaUpsampling(width, channels, hidden=8)


def features(height: int, width: int, channels: int = 4) -> Tensor:
    return torch.randn(2, channels, height, width, generator=torch.Generator().manual_seed(1))


def kernel_of(meta: MetaUpsampling, row: float, column: float, scale: float) -> Tensor:
    """Of one output pixel, straight from the two layers; (width · 9, channels)."""
    seen = torch.tensor([1 / scale, row / scale - floor(row / scale), column / scale - floor(column / scale)])
    return meta.kernel(functional.relu(meta.hidden(seen))).view(-1, meta.channels)


def pixel_by_pixel(meta: MetaUpsampling, image: Tensor, scale: float) -> Tensor:
    """Equation 3 of the paper, as it stands there."""
    batch, _, height, width = image.shape
    patches = functional.unfold(image, kernel_size=3, padding=1).view(batch, -1, height, width)
    output = torch.empty(batch, meta.channels, round(height * scale), round(width * scale))
    for row in range(output.shape[2]):
        for column in range(output.shape[3]):
            patch = patches[:, :, floor(row / scale), floor(column / scale)]
            output[:, :, row, column] = patch @ kernel_of(meta, row, column, scale)
    return output


@pytest.mark.parametrize("size", [(7, 12), (23, 3), (1, 1)])
@pytest.mark.parametrize("scale", SCALES)
def test_any_scale_has_its_size_rounded(scale: float, size: tuple[int, int]) -> None:
    high = layer()(features(*size), scale)
    assert high.shape == (2, 3, round(scale * size[0]), round(scale * size[1]))


@pytest.mark.parametrize("scale", SCALES)
@torch.no_grad()
def test_every_pixel_is_its_patch_times_the_kernel_made_for_it(scale: float) -> None:
    meta, image = layer(), features(13, 22)
    torch.testing.assert_close(meta(image, scale), pixel_by_pixel(meta, image, scale), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("scale", [2, 3, 4])
@torch.no_grad()
def test_kernels_repeat_after_as_many_pixels_as_a_whole_scale(scale: int) -> None:
    meta = layer()
    first = kernel_of(meta, 1, 2 * scale - 1, scale)
    torch.testing.assert_close(kernel_of(meta, 1 + scale, 3 * scale - 1, scale), first, atol=1e-6, rtol=1e-5)
    assert not torch.allclose(kernel_of(meta, 0, 0, scale), first)


@pytest.mark.parametrize("scale", [2, 3])
@torch.no_grad()
def test_flat_features_become_a_pattern_that_repeats(scale: int) -> None:
    high = layer()(torch.ones(1, 4, 8, 8), scale)[..., scale:-scale, scale:-scale]  # without what the border sees
    torch.testing.assert_close(high[..., scale:, scale:], high[..., :-scale, :-scale])
    assert high.std() > 0.01


@pytest.mark.parametrize("scale", [2, 3, 4])
@torch.no_grad()
def test_a_whole_scale_is_a_subpixel_convolution_with_the_made_weights(scale: int) -> None:
    meta, image = layer(), features(6, 5)
    convolution = nn.Conv2d(4, 3 * scale**2, kernel_size=3, padding=1, bias=False)
    for row in range(scale):
        for column in range(scale):
            # The shuffle wants an image channel's pixels of a block side by side.
            made = kernel_of(meta, row, column, scale).T.reshape(3, 4, 3, 3)
            convolution.weight.data[row * scale + column :: scale**2] = made
    expected = functional.pixel_shuffle(convolution(image), scale)
    torch.testing.assert_close(meta(image, scale), expected, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_small_network_is_asked_once_for_each_distinct_offset() -> None:
    meta = layer()
    asked: list[int] = []
    meta.hidden.register_forward_hook(lambda _module, seen, _answer: asked.append(seen[0].shape[:2].numel()))
    meta(features(40, 50), 2)
    assert sum(asked) == 2 * 2
    asked.clear()
    meta(features(40, 50), 2.7)
    assert sum(asked) == 27 * 27


def test_gradient_at_a_broken_scale_reaches_features_and_small_network() -> None:
    meta, image = layer(), features(11, 12).requires_grad_()
    meta(image, 2.7).square().sum().backward()
    assert image.grad is not None
    assert (image.grad != 0).all()
    assert all(each.grad is not None and each.grad.abs().sum() > 0 for each in meta.parameters())


def test_scale_below_one_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match=r"at least 1, got 0\.5"):
        layer()(features(4, 4), 0.5)
