"""LapSRN."""

from pathlib import Path

import pytest
import torch
from samples.benchmarks import planes, set5_pairs

from superres.errors import InvalidConfigError
from superres.evaluation.benchmark import evaluate
from superres.evaluation.subject import subjects
from superres.image.colour import rgb_to_luma
from superres.image.geometry import shave
from superres.image.resize import resize
from superres.metrics.psnr import psnr
from superres.models.lapsrn import LapSRN, LapSRNConfig
from superres.models.weights import load_network


def small(scale: int = 4) -> LapSRN:
    torch.manual_seed(0)
    return LapSRN(LapSRNConfig(scale=scale, width=4, depth=2))


@torch.no_grad()
def test_pyramid_has_every_level_and_the_answer_is_its_top() -> None:
    network, low = small(), torch.rand(1, 1, 6, 7)
    images = network.pyramid(low)
    assert [tuple(image.shape[-2:]) for image in images] == [(12, 14), (24, 28)]
    assert torch.equal(network(low), images[-1])


@torch.no_grad()
def test_network_without_residuals_begins_as_bilinear_interpolation() -> None:
    network, low = small(2), torch.rand(1, 1, 8, 9)
    for name, parameter in network.named_parameters():
        if ".residual." in name:
            parameter.zero_()
    expected = torch.nn.functional.interpolate(low, scale_factor=2.0, mode="bilinear", align_corners=False)
    inside = (..., slice(1, -1), slice(1, -1))  # the border meets zeros
    torch.testing.assert_close(network(low)[inside], expected[inside])


@pytest.mark.parametrize("scale", [1, 3, 6])
def test_scale_that_is_no_power_of_two_is_refused(scale: int) -> None:
    with pytest.raises(InvalidConfigError, match="doubles the image"):
        LapSRNConfig(scale=scale)


def test_size_below_one_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="at least 1"):
        LapSRNConfig(depth=0)


@pytest.mark.data
@pytest.mark.parametrize(("scale", "published"), [(2, 37.52), (4, 31.54)])
@torch.no_grad()
def test_authors_weights_give_their_published_figure(superres_data: Path, scale: int, published: float) -> None:
    # Their evaluation reduces luma in floating point; low-resolution images of 8 bit give 37.48 at x2.
    network, _ = load_network(superres_data / "weights" / "lapsrn" / f"LapSRN_x{scale}.mat")
    values: list[float] = []
    for _, high in set5_pairs(superres_data, scale):
        luma = rgb_to_luma(planes(high).double())
        restored = network(resize(luma, scale=1 / scale).float()).double()
        values.append(float(psnr(shave(restored, scale), shave(luma, scale))))
    assert sum(values) / 5 == pytest.approx(published, abs=0.01)


@pytest.mark.data
def test_authors_weights_serve_colour_images(superres_data: Path) -> None:
    weights = superres_data / "weights" / "lapsrn" / "LapSRN_x4.mat"
    folder = superres_data / "testsets" / "Set5"
    (row,) = evaluate({"Set5": folder}, subjects([str(weights)], (), "float32"), metrics=["psnr"]).rows
    assert row.mean("psnr") == pytest.approx(31.54, abs=0.02)
