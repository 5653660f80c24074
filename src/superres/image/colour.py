"""Colour spaces, for NumPy arrays and tensors alike; planes (..., 3, H, W), values in [0, 1].

Source: Recommendation ITU-R BT.601-7, sections 2.5.1 to 2.5.3, for both forms of YCbCr.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidImageError
from superres.image.arrays import namespace_of

Image = TypeVar("Image", bound=Any)
Range = Literal["studio", "full"]
"""`studio`: Y from 16 to 235 of 255, chroma 16 to 240, as MATLAB's `rgb2ycbcr`; `full`: 0 to 255, as JPEG."""

_RED, _BLUE = 0.299, 0.114
_LUMA = (_RED, 1 - _RED - _BLUE, _BLUE)


def rgb_to_ycbcr(image: Image, form: Range = "studio") -> Image:
    """RGB to YCbCr of BT.601.

    Args:
        image: (..., 3, H, W) in [0, 1].
        form: The range of the result; black has Y = 16/255 in `studio`, 0 in `full`.

    Returns:
        The same layout; chroma is 128/255 where there is no colour.

    Raises:
        InvalidImageError: If there are not three channels.
    """
    matrix, offset = _matrix(form)
    return _mixed(_three_channels(image), matrix, offset)


def ycbcr_to_rgb(image: Image, form: Range = "studio") -> Image:
    """YCbCr of BT.601 to RGB, the inverse of `rgb_to_ycbcr`; not clipped."""
    matrix, offset = _matrix(form)
    inverse = np.asarray(np.linalg.inv(matrix), np.float64)
    return _mixed(_three_channels(image), inverse, -inverse @ offset)


def rgb_to_luma(image: Image, form: Range = "studio") -> Image:
    """The Y of `rgb_to_ycbcr` alone; (..., 3, H, W) to (..., 1, H, W)."""
    matrix, offset = _matrix(form)
    return _mixed(_three_channels(image), matrix[:1], offset[:1])


def _matrix(form: Range) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    luma = np.array(_LUMA)
    chroma_blue = (np.array([0.0, 0.0, 1.0]) - luma) / (2 * (1 - _BLUE))
    chroma_red = (np.array([1.0, 0.0, 0.0]) - luma) / (2 * (1 - _RED))
    full = np.stack([luma, chroma_blue, chroma_red])
    if form == "full":
        return full, np.array([0.0, 128.0, 128.0]) / 255
    return full * np.array([[219.0], [224.0], [224.0]]) / 255, np.array([16.0, 128.0, 128.0]) / 255


def _three_channels(image: Image) -> Image:
    if image.ndim < 3 or image.shape[-3] != 3:
        raise InvalidImageError(
            f"a change of colour space needs planes (..., 3, height, width), got the shape {tuple(image.shape)}; "
            "repeat a grey plane three times first"
        )
    return image


def _mixed(image: Any, matrix: NDArray[np.float64], offset: NDArray[np.float64]) -> Any:
    """Each output channel as a weighted sum of the three input channels."""
    space: Any = namespace_of(image)
    channels = [image[..., index : index + 1, :, :] for index in range(3)]
    return space.concat(
        [_sum(row, channels) + shift for row, shift in zip(matrix.tolist(), offset.tolist(), strict=True)], axis=-3
    )


def _sum(weights: Sequence[float], channels: Sequence[Any]) -> Any:
    return weights[0] * channels[0] + weights[1] * channels[1] + weights[2] * channels[2]
