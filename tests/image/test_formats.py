"""What is stated about the formats is what the library does."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips

from superres.image.formats import FORMATS
from superres.image.signatures import READABLE_SUFFIXES


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".avif"])
def test_longest_side_is_the_longest_that_can_be_written(tmp_path: Path, suffix: str) -> None:
    form, path = FORMATS[suffix], os.fsencode(tmp_path / "a")
    save = form.save
    assert save is not None

    def line(length: int) -> Any:
        image: Any = pyvips.Image.new_from_array(np.full((1, length, 1), 7, np.uint8), interpretation="b-w")
        return image

    save(line(form.longest_side), path, 50)
    with pytest.raises(pyvips.Error):
        save(line(form.longest_side + 1), path, 50)


def test_what_can_be_written_can_be_read() -> None:
    assert set(FORMATS) <= set(READABLE_SUFFIXES)


@pytest.mark.parametrize(("first", "second"), [(".jpg", ".jpeg"), (".tif", ".tiff")])
def test_both_endings_of_a_format_are_one_format(first: str, second: str) -> None:
    assert FORMATS[first] is FORMATS[second]
