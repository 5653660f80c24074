"""One metric of one image, under a protocol: the only place where protocols and metrics meet."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import Any

import torch
from torch import Tensor

from superres.errors import InvalidImageError, InvalidRequestError
from superres.image.pixels import to_planes
from superres.metrics.catalogue import metric
from superres.metrics.metric import Metric
from superres.metrics.protocol import protocol


def measured(
    name: str, restored: Tensor, reference: Tensor, low: Tensor | None, *, protocol_name: str, scale: float
) -> float:
    """The value of a metric.

    Metrics of colour images see RGB whatever the protocol compares; those that compare with the input see the
    whole images.

    Args:
        name: Of the metric.
        restored: (1, 3, H, W) in [0, 1].
        reference: The same shape.
        low: (1, 3, H / scale, W / scale), or None where the input is not known.
        protocol_name: Such as `classical`.
        scale: Between input and result; 0 where it is not known, and then no border is left out for it.

    Raises:
        UnknownNameError: If metric or protocol is not known.
        InvalidRequestError: If the metric compares with the input, which is not known.
        InvalidImageError: If the images do not suit the metric, or hold values that are no numbers.
    """
    found, asked = metric(name), protocol(protocol_name)
    if found.compares_with == "low":
        if low is None:
            raise InvalidRequestError(f"{name} compares with the low-resolution image; `superres evaluate` knows it")
        return _number(found, found.function(restored, low))
    under = replace(asked, colour="rgb") if found.colour == "rgb" else asked
    return _number(found, found.function(*under.prepare(restored, reference, scale=scale)))


def _number(found: Metric, values: Tensor) -> float:
    value = float(values)
    if isnan(value):
        raise InvalidImageError(f"{found.title} gives no number: an image holds values that are no numbers")
    return value


def batch(pixels: Any) -> Tensor:
    """(H, W, 1 or 3) integers to (1, 3, H, W) float32 in [0, 1]; grey is repeated."""
    return torch.from_numpy(to_planes(pixels)).expand(3, -1, -1)[None]
