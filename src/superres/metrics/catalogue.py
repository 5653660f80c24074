"""The list of metrics. A file is imported only when its metric is asked for."""

from __future__ import annotations

from importlib import import_module

from superres.errors import unknown_name
from superres.metrics.metric import Metric

METRICS = ("psnr", "ssim", "ms_ssim", "gmsd", "lr_consistency", "total_variation", "lpips", "lpips_vgg", "dists")
"""Names of the metrics; each is a file of this folder with a constant `METRIC`."""


def metric(name: str) -> Metric:
    """The metric of this name.

    Raises:
        UnknownNameError: If none is called so.
    """
    if name not in METRICS:
        raise unknown_name("metric", name, METRICS)
    return import_module(f"superres.metrics.{name}").METRIC
