"""Comparing files and folders."""

from math import inf, log10
from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise

from superres.errors import InvalidImageError, InvalidRequestError, MissingFileError, UnknownNameError
from superres.evaluation.comparison import compare, reference_by_name
from superres.image.files import write_picture
from superres.image.picture import Picture


def store(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_picture(path, Picture(pixels=pixels))
    return path


def test_constant_offset_has_the_closed_form(tmp_path: Path) -> None:
    dark, bright = np.full((20, 20, 3), 100, np.uint8), np.full((20, 20, 3), 105, np.uint8)
    found = compare(store(tmp_path / "a.png", dark), store(tmp_path / "b.png", bright), metrics=["psnr"])
    assert found.mean("psnr") == pytest.approx(20 * log10(255 / 5))


def test_equal_images_are_infinitely_alike(tmp_path: Path) -> None:
    first = store(tmp_path / "a.png", noise(20, 20, 3))
    found = compare(first, first)
    assert (found.mean("psnr"), found.mean("ssim")) == (inf, pytest.approx(1))


def test_grey_and_colour_of_the_same_look_are_equal(tmp_path: Path) -> None:
    grey = noise(20, 20, 1)
    first = store(tmp_path / "a.png", grey)
    assert compare(first, store(tmp_path / "b.png", grey.repeat(3, 2)), metrics=["psnr"]).mean("psnr") == inf


def test_scale_is_the_border(tmp_path: Path) -> None:
    pixels = noise(20, 20, 3)
    other = pixels.copy()
    other[:2] = 255 - other[:2]
    first, second = store(tmp_path / "a.png", pixels), store(tmp_path / "b.png", other)
    assert compare(first, second, metrics=["psnr"]).mean("psnr") < 30
    assert compare(first, second, metrics=["psnr"], scale=2).mean("psnr") == inf


def test_folders_are_matched_by_the_longest_name_that_fits(tmp_path: Path) -> None:
    images = {"photo": noise(12, 12, 3, seed=1), "photo_old": noise(12, 12, 3, seed=2)}
    for name, pixels in images.items():
        store(tmp_path / "true" / f"{name}.png", pixels)
        store(tmp_path / "new" / f"{name}_x4.tif", pixels)
    found = compare(tmp_path / "new", tmp_path / "true", metrics=["psnr"])
    assert {name: values["psnr"] for name, values in found.images.items()} == {
        "photo_old_x4.tif": inf,
        "photo_x4.tif": inf,
    }


@pytest.mark.parametrize("name", ["0801", "0801x4", "0801x4_RLFN", "0801_x4", "0801-larger", "0801.x2"])
def test_names_as_they_are_usual_find_their_reference(tmp_path: Path, name: str) -> None:
    references = [tmp_path / "0801.png", tmp_path / "080.png"]
    assert reference_by_name(tmp_path / f"{name}.png", references, tmp_path) == references[0]


@pytest.mark.parametrize("name", ["08010", "0801a", "0801xl", "x0801"])
def test_other_names_do_not(tmp_path: Path, name: str) -> None:
    with pytest.raises(MissingFileError, match="has no reference"):
        reference_by_name(tmp_path / f"{name}.png", [tmp_path / "0801.png"], tmp_path)


def test_image_without_a_reference_is_named(tmp_path: Path) -> None:
    store(tmp_path / "new" / "b.png", noise(12, 12, 3))
    store(tmp_path / "true" / "a.png", noise(12, 12, 3))
    with pytest.raises(MissingFileError, match=r"b\.png has no reference"):
        compare(tmp_path / "new", tmp_path / "true")


def test_sizes_that_differ_are_named(tmp_path: Path) -> None:
    first, second = store(tmp_path / "a.png", noise(12, 14, 3)), store(tmp_path / "b.png", noise(12, 12, 3))
    with pytest.raises(InvalidImageError, match=r"14×12 pixels, its reference .*b\.png 12×12"):
        compare(first, second)


def test_image_smaller_than_the_window_is_refused(tmp_path: Path) -> None:
    first = store(tmp_path / "a.png", noise(9, 14, 3))
    with pytest.raises(InvalidImageError, match="at least 11 pixels"):
        compare(first, first, metrics=["ssim"])


def test_file_is_not_compared_with_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="one is a folder and one a file"):
        compare(store(tmp_path / "a.png", noise(12, 14, 3)), tmp_path)


def test_unknown_metric_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="nearest: ssim"):
        compare(tmp_path / "absent", tmp_path / "absent", metrics=["sssim"])
