"""Gradient magnitude similarity deviation."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from superres.metrics.gmsd import gmsd


def image(path: Path) -> Tensor:
    """(1, C, H, W) in [0, 1]."""
    with Image.open(path) as opened:
        pixels = np.atleast_3d(np.asarray(opened.convert("L" if path.suffix == ".gif" else "RGB"), np.float64))
    return torch.from_numpy(pixels / 255).permute(2, 0, 1)[None]


@pytest.mark.data
@pytest.mark.parametrize(
    ("reference", "restored", "published"),
    [
        ("goldhill.gif", "goldhill_jpeg.gif", 0.138012587141798),
        ("I01.BMP", "i01_01_5.bmp", 0.094124655829098),
    ],
)
def test_authors_matlab_gives_the_same_value(
    superres_data: Path, reference: str, restored: str, published: float
) -> None:
    folder = superres_data / "metric_references" / "piq"
    assert gmsd(image(folder / restored), image(folder / reference)).item() == pytest.approx(published, abs=1e-10)


@pytest.mark.parametrize("is_flat", [True, False])
def test_gradient_is_finite_at_equality(is_flat: bool) -> None:
    images = torch.full((1, 3, 20, 20), 0.5) if is_flat else torch.rand(1, 3, 20, 20)
    start = images.clone().requires_grad_()
    gmsd(start, images).sum().backward()
    assert start.grad is not None
    assert torch.isfinite(start.grad).all()
