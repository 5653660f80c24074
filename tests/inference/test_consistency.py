"""Back-projection."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from samples.backends import AnyScale, Repeater

from superres.errors import InvalidRequestError
from superres.image.files import read_picture
from superres.image.resize import resize, resize_integers
from superres.inference.consistency import ConsistentBackend
from superres.inference.upscaler import upscale

KODAK = Path(__file__).parents[2] / "examples" / "lighthouse.webp"


def distance(high: Any, low: Any) -> float:
    """Root of the mean square between a reduced answer and what it was made of."""
    return float(np.sqrt(np.square(resize(high, size=low.shape[-2:]) - low).mean()))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_answer_becomes_consistent_with_what_it_was_made_of(scale: int) -> None:
    low = np.random.default_rng(0).random((1, 3, 20, 31), np.float32)
    plain = Repeater(scale=scale)
    corrected = ConsistentBackend(plain, scale).upscale(low)
    assert corrected.dtype == np.float32
    assert distance(corrected, low) < 0.4 * distance(plain.upscale(low), low)


def test_fraction_of_a_factor_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match=r"enlarges ×2\.5; whole factors can be"):
        ConsistentBackend(AnyScale(2.5), 2.5)


def test_photograph_comes_back_when_its_result_is_reduced() -> None:
    low = resize_integers(read_picture(KODAK).pixels[:360, :480], scale=0.5)
    plain, corrected = (upscale(low, 4, is_consistent=asked) for asked in (False, True))
    errors = [np.abs(resize_integers(high, scale=0.25).astype(int) - low).mean() for high in (plain, corrected)]
    assert errors[1] < 0.5 * errors[0]


def test_tiles_are_the_whole() -> None:
    low = read_picture(KODAK).pixels[:200, :240]
    whole, tiles = (
        upscale(low, 2, is_consistent=True, precision="float32", tile_size=side).astype(int) for side in (768, 128)
    )
    assert np.abs(whole - tiles).max() <= 1
