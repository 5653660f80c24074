"""Natural image quality evaluator: how far an image's statistics lie from those of undistorted photographs.

Source: Mittal, Soundararajan, Bovik, "Making a 'Completely Blind' Image Quality Analyzer", IEEE Signal Processing
Letters 20(3), 2013, equation 10, and the authors' code. The photographs behind the model are our own choice
(`niqe_pristine.json` names them, `scripts/fit_niqe.py` fits them), because the authors' parameters are theirs: values
differ from those of their MATLAB code, lower by 0.4 on photographs and by up to 2 on distorted ones, and are to be
compared with one another alone. Over 120 images the two correlate with 0.97.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from superres.metrics.metric import Metric, check_pair, numbers
from superres.metrics.natural_statistics import PATCH_SIZE, patch_statistics
from superres.metrics.pristine import Gaussian, fitted, read_model

MODEL = Path(__file__).with_name("niqe_pristine.json")


@torch.no_grad()
def niqe(
    restored: Float[Tensor, "batch channel height width"],
    ignored: Float[Tensor, "batch channel height width"] | None = None,
) -> Float[Tensor, " batch"]:
    """Distance of each image from undistorted photographs; without a reference. It has no gradient.

    Args:
        restored: Any images, in [0, 1]; one or three channels, judged in luma of 8 bit (0 to 255).
        ignored: Stands where other metrics take the reference.

    Returns:
        One value per image, at least 0; lower is better. Kodak's 24 photographs have 1.7 to 3.4; none has 0.

    Raises:
        InvalidImageError: If an image has no two patches of 96×96 pixels with some texture, the channels are neither
            one nor three, or a value is NaN.
    """
    check_pair(restored, restored if ignored is None else ignored)
    features, _ = patch_statistics(restored, "NIQE")
    pristine = _model(restored.device)
    values = torch.stack([_distance(pristine, fitted(one, "NIQE")) for one in features])
    return numbers(values.to(restored.dtype), "NIQE")


def _distance(one: Gaussian, other: Gaussian) -> Tensor:
    """Equation 10."""
    difference = one.mean - other.mean
    inverse = torch.linalg.pinv((one.covariance + other.covariance) / 2)
    return (difference @ inverse @ difference).clamp(min=0).sqrt()


@lru_cache(maxsize=4)
@torch.inference_mode(mode=False)
def _model(device: torch.device) -> Gaussian:
    model = read_model(MODEL)
    return Gaussian(model.mean.to(device), model.covariance.to(device), model.patches)


METRIC = Metric(
    name="niqe",
    title="NIQE",
    unit="",
    higher_is_better=False,
    best=0.0,
    source="doi:10.1109/LSP.2012.2227726; model of our own, see niqe_pristine.json",
    function=niqe,
    compares_with="nothing",
    colour="rgb",
    minimum_size=PATCH_SIZE,
)
