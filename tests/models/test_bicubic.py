"""Interpolation as a network."""

from pathlib import Path

import numpy as np
import pytest
import torch
from samples.pictures import noise

from superres.errors import InvalidConfigError, InvalidRequestError
from superres.evaluation.efficiency import count
from superres.export.onnx import export_onnx
from superres.image.resize import resize, resize_integers
from superres.inference.upscaler import upscale
from superres.models.bicubic import Bicubic, BicubicConfig
from superres.models.catalogue import build
from superres.models.weights import load_network
from superres.training.target import Model


def planes(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pixels / 255).permute(2, 0, 1)[None]


@pytest.mark.parametrize("scale", [2, 3, 4, 7])
@pytest.mark.parametrize("kernel", ["nearest", "bilinear", "bicubic"])
def test_answer_is_that_of_imresize(scale: int, kernel: str) -> None:
    network, low = Bicubic(BicubicConfig(scale=scale, kernel=kernel)), torch.rand(1, 3, 9, 14).double()  # type: ignore[arg-type]
    torch.testing.assert_close(network(low), resize(low, scale=scale, kernel=kernel))  # type: ignore[arg-type]


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_eight_bit_answer_is_within_a_level_of_the_baseline_of_tables(scale: int) -> None:
    # The baseline is MATLAB's for integers, which rounds to whole levels between its two passes too; the network rounds
    # once, at the end. They may differ by that first rounding wherever the image changes from row to row.
    pixels = noise(24, 31, 3) // 2 + 64
    high = (Bicubic(BicubicConfig(scale=scale))(planes(pixels)) * 255 + 0.5).floor().clamp(0, 255)
    difference = np.abs(high[0].permute(1, 2, 0).numpy() - resize_integers(pixels, scale=scale).astype(float))
    assert difference.max() <= 1
    assert (difference == 0).mean() > 0.7


def test_baseline_of_tables_also_clips_between_its_passes() -> None:
    # Beside an edge from black to white, rows overshoot; what integers cannot hold is lost before the columns are
    # weighted. Only there do the two differ by more than a level.
    pixels = np.zeros((12, 12, 3), np.uint8)
    pixels[:6, :6] = pixels[6:, 6:] = 255
    difference = np.abs(upscale(pixels, model="bicubic_x2").astype(int) - resize_integers(pixels, scale=2))
    assert difference.max() > 1
    assert not difference[:6].any()
    assert not difference[-6:].any()


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_where_rows_do_not_change_both_baselines_agree_to_the_bit(scale: int) -> None:
    pixels = np.broadcast_to(noise(1, 31, 3), (12, 31, 3)).copy()
    assert np.array_equal(upscale(pixels, model=f"bicubic_x{scale}"), resize_integers(pixels, scale=scale))


def test_its_name_is_enough_to_load_it() -> None:
    network, card = load_network("bicubic_x3")
    assert card == build("bicubic_x3")[1]
    assert not list(network.parameters())


def test_another_scale_than_its_name_says_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="bicubic_x3 was to enlarge ×2, but it is for ×3"):
        load_network("bicubic_x3", scale=2)


def test_it_is_exported_without_weights(tmp_path: Path) -> None:
    card = export_onnx("bicubic_x2", tmp_path / "bicubic.onnx")
    pixels = noise(9, 8, 3)
    assert card.scale == 2
    given = upscale(pixels, model=str(tmp_path / "bicubic.onnx"), precision="float32")
    assert np.abs(given.astype(int) - upscale(pixels, model="bicubic_x2")).max() <= 1


def test_nothing_in_it_is_counted_and_that_raises_no_doubts() -> None:
    counts = count("bicubic_x4", height=18, width=25)
    assert (counts.cost.parameters, counts.cost.macs, counts.share) == (0, 0, 0)
    assert not counts.doubts()


def test_training_it_is_refused() -> None:
    with pytest.raises(
        InvalidConfigError, match="model 'mine': nothing in bicubic is learned, so it cannot be trained"
    ):
        Model(name="mine", architecture="bicubic", config={})


def test_unknown_kernel_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="one of nearest, bilinear, bicubic, got 'lanczos'"):
        BicubicConfig(kernel="lanczos")  # type: ignore[arg-type]
