"""A reduction that is learned."""

from pathlib import Path

import pytest
import torch
from torch.nn import functional

from superres.errors import InvalidConfigError, InvalidWeightsError
from superres.image.resize import resize
from superres.models.resampler import Resampler, ResamplerConfig, read_resampler, resampled, write_resampler

SMALL = ResamplerConfig(scale=2, width=8, blocks=1)


def network(config: ResamplerConfig = SMALL) -> Resampler:
    torch.manual_seed(0)
    return Resampler(config).eval()


def high(height: int = 16, width: int = 20) -> torch.Tensor:
    return torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_image_becomes_smaller_by_the_scale(scale: int) -> None:
    assert network(ResamplerConfig(scale=scale, width=4, blocks=1))(high(12 * scale, 5 * scale)).shape == (2, 3, 12, 5)


def test_even_weights_without_offsets_are_the_mean_of_each_block() -> None:
    weights = torch.full((2, 4, 8, 10), 0.25)
    found = resampled(high(), weights, torch.zeros(2, 2, 4, 8, 10), 2)
    torch.testing.assert_close(found, functional.avg_pool2d(high(), 2), atol=1e-6, rtol=0)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_single_weight_takes_the_pixel_of_its_place(row: int, column: int) -> None:
    weights = torch.zeros(2, 4, 8, 10)
    weights[:, 2 * row + column] = 1
    found = resampled(high(), weights, torch.zeros(2, 2, 4, 8, 10), 2)
    torch.testing.assert_close(found, high()[..., row::2, column::2], atol=1e-5, rtol=0)


def test_offset_moves_a_sample_down_and_across() -> None:
    weights, offsets = torch.zeros(2, 4, 8, 10), torch.zeros(2, 2, 4, 8, 10)
    weights[:, 0], offsets[:, 0], offsets[:, 1] = 1, 1.0, 0.5
    found = resampled(high(), weights, offsets, 2)
    torch.testing.assert_close(found, (high()[..., 1::2, 0::2] + high()[..., 1::2, 1::2]) / 2, atol=1e-5, rtol=0)


def test_flat_image_stays_flat() -> None:
    flat = torch.full((1, 3, 12, 12), 0.3)
    torch.testing.assert_close(network()(flat), torch.full((1, 3, 6, 6), 0.3), atol=1e-6, rtol=0)


@pytest.mark.parametrize(("scale", "reach", "bound"), [(2, 4, 1e-5), (3, 5, 1e-5), (4, 4, 1e-5), (4, 3, 0.03)])
@torch.no_grad()
def test_it_begins_as_bicubic_reduction_as_far_as_it_reaches(scale: int, reach: int, bound: float) -> None:
    image = high(16 * scale, 12 * scale)
    found = network(ResamplerConfig(scale=scale, width=4, blocks=1, reach=reach))(image)
    # At the border bicubic reduction mirrors, and this repeats.
    difference = (found - resize(image, size=(16, 12)))[..., 2:-2, 2:-2]
    assert difference.abs().max() < bound


def test_weights_and_offsets_learn() -> None:
    resampler = network()
    low, offsets = resampler.with_offsets(high())
    (low.square().sum() + offsets.sum()).backward()
    for layer in (resampler.weigh, resampler.move):
        assert layer.weight.grad is not None
        assert layer.weight.grad.any()


def test_first_steps_of_a_usual_learning_rate_change_the_reduction_little() -> None:
    resampler = network(ResamplerConfig(scale=4, width=32, blocks=2))
    optimiser, before = torch.optim.Adam(resampler.parameters(), 1e-3), resampler(high(32, 40)).detach()
    for _ in range(3):
        optimiser.zero_grad()
        resampler(high(32, 40)).square().mean().backward()
        optimiser.step()
    # With answers taken for weights and pixels as they are, it is 0.4.
    assert 0.001 < (resampler(high(32, 40)) - before).abs().mean() < 0.1


def test_file_brings_the_resampler_back(tmp_path: Path) -> None:
    resampler = network()
    write_resampler(tmp_path / "small.safetensors", resampler)
    again = read_resampler(tmp_path / "small.safetensors")
    assert again.config == SMALL
    assert torch.equal(again(high()), resampler(high()))


def test_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.safetensors").write_bytes(b"nothing")
    with pytest.raises(InvalidWeightsError, match="holds no readable resampler"):
        read_resampler(tmp_path / "no.safetensors")


def test_size_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="every size of a resampler must be at least 1"):
        ResamplerConfig(blocks=0)
