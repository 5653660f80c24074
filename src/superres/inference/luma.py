"""A colour image through a network of luma: the network enlarges Y, bicubic interpolation the colours.

The eye sees detail in luma and hardly in colour, so that SRCNN (arXiv:1501.00092, section 4.2) and its followers
learn the Y of BT.601 alone and interpolate Cb and Cr.
"""

from __future__ import annotations

import numpy as np

from superres.image.colour import rgb_to_ycbcr, ycbcr_to_rgb
from superres.image.enlarging import enlarge
from superres.image.geometry import pad_to
from superres.inference.backends.backend import Backend, Planes

CHROMA_OVERLAP = 2
"""Input pixels of context that bicubic interpolation needs for a tile to agree with the whole."""


def upscale_luma(low: Planes, backend: Backend) -> Planes:
    """Enlarge a grey or colour image by a network of luma.

    A grey image is an RGB image without colour, so that its values enter the studio range (0 becomes 16/255, 1
    becomes 235/255) and leave it again; both forms of the same image have one answer.

    Args:
        low: (C, h, w) in [0, 1]; C is 1 for grey, 3 for RGB.
        backend: A network whose card says `luma`.

    Returns:
        (C, scale·h, scale·w), not clipped.
    """
    scale, least = backend.card().scale, backend.card().minimum_size
    height, width = low.shape[1:]
    ycbcr = rgb_to_ycbcr(np.broadcast_to(low, (3, height, width)))
    luma = backend.upscale(pad_to(ycbcr[None, :1], least, least))[0, :, : scale * height, : scale * width]
    if low.shape[0] == 1:
        return ycbcr_to_rgb(np.concatenate([luma, np.full((2, *luma.shape[1:]), 128 / 255, luma.dtype)]))[:1]
    return ycbcr_to_rgb(np.concatenate([luma, enlarge(ycbcr[1:], scale)]))
