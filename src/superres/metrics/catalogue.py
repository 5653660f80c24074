"""The list of metrics. A file is imported only when its metric is asked for."""

from __future__ import annotations

from importlib import import_module

from superres.errors import unknown_name
from superres.metrics.metric import Metric

METRICS = (
    "psnr",
    "ssim",
    "ms_ssim",
    "gmsd",
    "fsim",
    "fsimc",
    "vif",
    "lr_consistency",
    "total_variation",
    "lpips",
    "lpips_vgg",
    "dists",
    "niqe",
)
"""Names of the metrics; each is a file of this folder with a constant `METRIC`."""
LEARNED_SUFFIX = ".safetensors"
"""A name that ends so is the file of a metric learned from raters."""


def metric(name: str) -> Metric:
    """The metric of this name, or the learned one in the file of this name.

    Args:
        name: One of `METRICS`, or a file that ends in .safetensors, as `superres study fit` writes it.

    Raises:
        UnknownNameError: If none is called so.
        MissingFileError: If there is no such file.
        InvalidWeightsError: If the file is no learned metric.
    """
    if name.endswith(LEARNED_SUFFIX):
        return import_module("superres.metrics.learned.quality").learned_metric(name)
    if name not in METRICS:
        raise unknown_name("metric", name, METRICS)
    return import_module(f"superres.metrics.{name}").METRIC
