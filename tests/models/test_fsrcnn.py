"""FSRCNN: counts as papers print them, foreign weights. What every network promises: `test_every_architecture`."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from samples.benchmarks import pixels

from superres.errors import InvalidConfigError, InvalidWeightsError
from superres.evaluation.benchmark import evaluate
from superres.evaluation.subject import subjects
from superres.models.catalogue import build
from superres.models.cost import cost
from superres.models.fsrcnn import FSRCNN, FSRCNNConfig, from_retraining
from superres.models.weights import load_network


def test_weights_and_biases_are_as_many_as_papers_print() -> None:
    # 12,464 weights: arXiv:1608.00367, table 1; with biases 12,637, which later papers print as 12K.
    network = build("fsrcnn_x3")[0]
    weights = sum(each.numel() for each in network.parameters() if each.ndim == 4)
    biases = sum(each.numel() for name, each in network.named_parameters() if name.endswith("bias"))
    assert (weights, weights + biases) == (12_464, 12_637)


# CARN (arXiv:1803.08664), tables 1 to 3, for a 1280×720 output.
@pytest.mark.parametrize(("scale", "published"), [(2, 6.0), (3, 5.0), (4, 4.6)])
def test_papers_count_the_transposed_convolution_at_every_output_pixel(scale: int, published: float) -> None:
    network, height, width = build(f"fsrcnn_x{scale}")[0], 720 // scale, 1280 // scale
    last = 56 * 9 * 9 * height * width
    counted = cost(network, channels=1, height=height, width=width).macs
    assert (counted + last * (scale**2 - 1)) / 1e9 == pytest.approx(published, abs=0.05)


def retrained_name(ours: str) -> str:
    """What the retraining's files call one of our tensors, with four mappings."""
    if ours.startswith("upsample."):
        return ours.replace("upsample.convolution", "last_part")
    part, rest = ours.split(".", 1)
    if part == "extract":
        return f"first_part.{rest}"
    start = {"shrink": 0, "map": 2, "expand": 10}[part]
    *layer, member, kind = rest.split(".")
    return f"mid_part.{start + 2 * int(layer[0] if layer else 0) + int(member)}.{kind}"


def test_names_and_shapes_of_the_retraining_give_back_the_configuration() -> None:
    network = FSRCNN(FSRCNNConfig(width=20, shrunk_width=6))
    state = network.state_dict()
    config, tensors = from_retraining({retrained_name(name): tensor for name, tensor in state.items()}, 3)
    assert config == network.config
    assert all(torch.equal(tensors[name], tensor) for name, tensor in state.items())
    assert tensors.keys() == state.keys()


def saved(path: Path) -> Path:
    torch.save({retrained_name(name): tensor for name, tensor in build("fsrcnn_x3")[0].state_dict().items()}, path)
    return path


def test_scale_of_a_foreign_file_stands_in_its_name(tmp_path: Path) -> None:
    assert load_network(saved(tmp_path / "mine_x4.pth"))[1].scale == 4


def test_foreign_file_that_does_not_say_its_scale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidWeightsError, match=r"does not say for which scale.*mine_x2\.pth"):
        load_network(saved(tmp_path / "mine.pth"))


@pytest.mark.parametrize("settings", [{"width": 0}, {"scale": 10}])
def test_sizes_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigError, match=r"at least 1|at most ×9"):
        FSRCNNConfig(**settings)


def retraining_luma(image: Image.Image) -> NDArray[np.float64]:
    """Y as the retraining computes it: in 256ths, so that white is 234 rather than 235."""
    return (16 + np.asarray(image, np.float64) @ [64.738, 129.057, 25.064] / 256) / 255


# README of github.com/yjn870/FSRCNN-pytorch, Set5. Its test.py resizes the originals to a multiple of the scale, where
# others crop them, reduces with Pillow, and compares unrounded values to the edge.
@pytest.mark.data
@pytest.mark.parametrize(("scale", "published"), [(2, 37.12), (3, 33.22)])
@torch.no_grad()
def test_retrained_weights_reach_their_figures_as_their_author_measures(
    superres_data: Path, scale: int, published: float
) -> None:
    network, _ = load_network(superres_data / "weights" / "fsrcnn" / f"fsrcnn_x{scale}.pth")
    values: list[float] = []
    for path in (superres_data / "testsets" / "Set5" / "HR").iterdir():
        whole = Image.fromarray(pixels(path))
        high = whole.resize((whole.width // scale * scale, whole.height // scale * scale), Image.Resampling.BICUBIC)
        low = high.resize((high.width // scale, high.height // scale), Image.Resampling.BICUBIC)
        restored = network(torch.from_numpy(retraining_luma(low)).float()[None, None])[0, 0].clamp(0, 1).numpy()
        values.append(float(-10 * np.log10(((restored - retraining_luma(high)) ** 2).mean())))
    assert np.mean(values) == pytest.approx(published, abs=0.01)


@pytest.mark.data
def test_colour_images_through_retrained_weights_keep_the_figure(superres_data: Path) -> None:
    # 37.10 dB for Y alone; clipping to RGB takes away what no colour can be, and gains a little.
    judged = subjects([str(superres_data / "weights" / "fsrcnn" / "fsrcnn_x2.pth")], [2], "float32")
    table = evaluate({"Set5": superres_data / "testsets" / "Set5"}, judged, metrics=["psnr"])
    assert table.rows[0].mean("psnr") == pytest.approx(37.12, abs=0.02)
