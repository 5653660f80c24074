"""Interpolation as an engine."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from samples.pictures import noise

from superres.errors import InvalidRequestError
from superres.inference.backends.catalogue import open_model
from superres.inference.backends.interpolation import SCALES
from superres.inference.upscaler import upscale
from superres.models.catalogue import architecture, build


def test_names_are_those_of_the_architecture() -> None:
    assert set(SCALES) == set(architecture("bicubic").variants)


@pytest.mark.parametrize("name", SCALES)
def test_card_and_answer_are_those_of_the_network(name: str) -> None:
    network, card = build(name)
    low = np.random.default_rng(0).random((2, 3, 9, 12), np.float32)
    opened = open_model(name)
    assert opened.card() == card
    np.testing.assert_allclose(opened.upscale(low), network(torch.from_numpy(low)).numpy(), atol=1e-6)


def test_tiles_together_are_the_whole() -> None:
    pixels = noise(40, 31, 3)
    assert np.array_equal(upscale(pixels, model="bicubic_x4", tile_size=12), upscale(pixels, model="bicubic_x4"))


def test_image_of_one_pixel_is_enlarged() -> None:
    assert upscale(noise(1, 1, 3), model="bicubic_x3").shape == (3, 3, 3)


def test_another_scale_in_one_pass_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="bicubic_x4 was to enlarge ×3"):
        open_model("bicubic_x4", "auto", 3.0)


def test_interpolation_needs_no_pytorch() -> None:
    program = (
        "from superres import upscale; import numpy, sys\nupscale(numpy.zeros((4, 4, 3), 'uint8'), model='bicubic_x2')"
    )
    program += "\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
