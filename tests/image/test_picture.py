"""A picture is an image, or it is refused at birth."""

from typing import Any

import numpy as np
import pytest
from samples.pictures import noise

from superres.errors import InvalidImageError
from superres.image.picture import Picture, white_of


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_sides_and_grey_are_those_of_the_pixels(channels: int, dtype: Any) -> None:
    picture = Picture(pixels=noise(4, 5, channels, dtype=dtype), alpha=noise(4, 5, dtype=dtype))
    assert (picture.height, picture.width, picture.is_grey) == (4, 5, channels == 1)


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 2), (4, 5, 4), (0, 5, 3), (4, 0, 3), (1, 4, 5, 3)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(
        InvalidImageError, match=r"needs pixels \(height, width, 1 or 3\) of uint8 or uint16, got uint8"
    ):
        Picture(pixels=noise(*shape))


@pytest.mark.parametrize("dtype", [np.float32, np.int16, np.bool_])
def test_other_types_are_refused(dtype: Any) -> None:
    with pytest.raises(InvalidImageError, match="needs pixels"):
        Picture(pixels=np.zeros((4, 5, 3), dtype))


@pytest.mark.parametrize("alpha", [noise(5, 4), noise(4, 5, 1), noise(4, 5, dtype=np.uint16)])
def test_alpha_of_another_size_or_type_is_refused(alpha: Any) -> None:
    with pytest.raises(InvalidImageError, match=r"need alpha of the same type and \(4, 5\), got"):
        Picture(pixels=noise(4, 5, 3), alpha=alpha)


def test_white_is_the_largest_value() -> None:
    assert (white_of(noise(1, 1, 1)), white_of(noise(1, 1, 1, dtype=np.uint16))) == (255, 65535)
