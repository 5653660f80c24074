"""What undistorted photographs look like to NIQE: the mean and covariance of their features.

Source: Mittal, Soundararajan, Bovik, "Making a 'Completely Blind' Image Quality Analyzer", IEEE Signal Processing
Letters 20(3), 2013, sections II.B and II.D.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from superres.errors import InvalidImageError, InvalidWeightsError
from superres.metrics.natural_statistics import FEATURES, patch_statistics

SHARPNESS_SHARE = 0.75
"""Patches count that have more than this share of the sharpness of their photograph's sharpest patch."""


@dataclass(frozen=True, slots=True, eq=False)
class Gaussian:
    """A multivariate Gaussian of features."""

    mean: Tensor
    """(feature,), float64."""
    covariance: Tensor
    """(feature, feature), float64."""
    patches: int
    """How many it was fitted to."""


def fitted(features: Float[Tensor, "patch feature"], title: str) -> Gaussian:
    """Mean and covariance of features; those that are NaN are left out, as in the authors' code.

    Raises:
        InvalidImageError: If fewer than two patches have all their features.
    """
    complete = features[~features.isnan().any(dim=1)]
    if len(complete) < 2:
        raise InvalidImageError(
            f"{title} needs two patches with some texture, of which the image has {len(complete)}: "
            "it is too small, or constant"
        )
    return Gaussian(features.nanmean(dim=0), torch.cov(complete.T), len(complete))


def fitted_to_photographs(photographs: Iterable[Float[Tensor, "1 channel height width"]]) -> Gaussian:
    """The model of undistorted photographs, from their sharp patches.

    Args:
        photographs: In [0, 1], sides of at least 96 pixels.

    Raises:
        InvalidImageError: If one is too small or holds NaN, or there are not two sharp patches.
    """
    features = [_sharp_features(photograph) for photograph in photographs]
    return fitted(torch.cat([torch.empty(0, FEATURES, dtype=torch.float64), *features]), "a model for NIQE")


def write_model(path: Path, model: Gaussian, provenance: Mapping[str, str | int | float | list[str]]) -> None:
    """Write a model as JSON, with where it comes from."""
    numbers = {"mean": model.mean.tolist(), "covariance": model.covariance.tolist()}
    lines = [f'"{key}": {json.dumps(value)}' for key, value in (*provenance.items(), ("patches", model.patches))]
    lines += [f'"{key}": {json.dumps(value)}' for key, value in numbers.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def read_model(path: Path) -> Gaussian:
    """Read a model.

    Raises:
        InvalidWeightsError: If the file holds none.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        mean, covariance = (torch.tensor(content[key], dtype=torch.float64) for key in ("mean", "covariance"))
        patches = int(content["patches"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidWeightsError(f"{path} holds no model of undistorted photographs: {error}") from error
    if mean.shape != (FEATURES,) or covariance.shape != (FEATURES, FEATURES):
        raise InvalidWeightsError(
            f"a model of undistorted photographs has {FEATURES} means and {FEATURES}×{FEATURES} covariances, "
            f"but {path} has {tuple(mean.shape)} and {tuple(covariance.shape)}"
        )
    return Gaussian(mean, covariance, patches)


def _sharp_features(photograph: Tensor) -> Tensor:
    features, sharpness = patch_statistics(photograph, "a model for NIQE")
    return features[0][sharpness[0] > SHARPNESS_SHARE * sharpness[0].max()]
