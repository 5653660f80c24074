"""Reduce a photograph, restore it, and measure what was lost, under a named protocol. Needs superres[lab]."""

from pathlib import Path

import torch

import superres
from superres.data.degradation.downsample import bicubic_reduction
from superres.image.files import read_picture
from superres.image.pixels import to_eight_bit, to_planes
from superres.image.resize import resize_integers
from superres.metrics.protocol import protocol
from superres.metrics.psnr import psnr

SCALE = 2
photo = to_eight_bit(read_picture(Path(__file__).with_name("lighthouse.webp")).pixels)[150:350, 100:400]
small = bicubic_reduction(photo, SCALE)
for name, restored in (
    ("bicubic", resize_integers(small, scale=SCALE)),
    ("network", superres.upscale(small, scale=SCALE)),
):
    pair = protocol("classical").prepare(
        *(torch.from_numpy(to_planes(pixels))[None] for pixels in (restored, photo)), scale=SCALE
    )
    print(f"{name}: {float(psnr(*pair)):.2f} dB")
