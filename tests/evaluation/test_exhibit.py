"""Excerpts of images for a report."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from samples.pictures import noise, seen_by_pillow, slopes

from superres.evaluation.exhibit import error_map, has_exhibit, read_exhibit, worst_square, write_exhibit

Pixels = NDArray[np.uint8]

# Ends of the colour map as S. van der Walt and N. Smith published it (inferno, 2015); its black has a trace of blue.
BLACK, BRIGHTEST = (
    pytest.approx([255 * share for share in shares], abs=1)
    for shares in ((0.001462, 0.000466, 0.013866), (0.988362, 0.998364, 0.644924))
)


def spoiled(pixels: Pixels, top: int, left: int, side: int = 96) -> Pixels:
    """A copy with an error in a square."""
    copy = pixels.copy()
    copy[top : top + side, left : left + side] ^= 64
    return copy


@pytest.mark.parametrize(("top", "left"), [(0, 0), (37, 81), (104, 154), (0, 154), (104, 0)])
def test_worst_square_is_where_the_error_was_put(top: int, left: int) -> None:
    high = noise(200, 250, 3)
    assert worst_square(high, spoiled(high, top, left)) == (top, left, 96)


@pytest.mark.parametrize("seed", range(3))
def test_worst_square_is_the_worst_of_all_squares(seed: int) -> None:
    high, answer = noise(104, 110, 3, seed=seed), noise(104, 110, 3, seed=seed + 9)
    errors = (high.astype(int) - answer) ** 2
    sums = {(top, left): int(errors[top : top + 96, left : left + 96].sum()) for top in range(9) for left in range(15)}
    assert worst_square(high, answer) == (*max(sums, key=sums.__getitem__), 96)


def test_worst_square_holds_a_small_error_at_the_border_whole() -> None:
    high = slopes(150, 120)
    top, left, side = worst_square(high, spoiled(high, 140, 110, 10))
    assert (side, top, left) == (96, 150 - 96, 120 - 96)


def test_worst_square_weighs_squares_of_errors() -> None:
    high = np.full((300, 100, 3), 100, np.uint8)
    answer = high.copy()
    answer[:96] += 2  # more in sum
    answer[250:260, :10] += 60  # more in squares
    top, _, side = worst_square(high, answer)
    assert top <= 250
    assert top + side >= 260


@pytest.mark.parametrize(("height", "width", "side"), [(40, 60, 40), (60, 40, 40), (96, 96, 96), (1, 7, 1)])
def test_image_smaller_than_a_crop_gives_a_square_of_its_shorter_side(height: int, width: int, side: int) -> None:
    high = noise(height, width, 3)
    top, left = height - side, width - side
    assert worst_square(high, spoiled(high, top, left, side)) == (top, left, side)


def test_equal_images_have_a_square_too() -> None:
    assert worst_square(noise(100, 100, 3), noise(100, 100, 3)) == (0, 0, 96)


def test_map_of_no_error_is_black() -> None:
    found = error_map(noise(20, 30, 3), noise(20, 30, 3))
    assert found.shape == (20, 30, 3)
    assert found.min(axis=(0, 1)).tolist() == BLACK
    assert found.max(axis=(0, 1)).tolist() == BLACK


@pytest.mark.parametrize("step", [32, 33, 200])
def test_map_is_brightest_from_thirty_two_steps_on(step: int) -> None:
    high = np.full((20, 30, 3), 40, np.uint8)
    bright = high + np.uint8(step)
    for found in (error_map(high, bright), error_map(bright, high)):
        assert found.min(axis=(0, 1)).tolist() == BRIGHTEST
        assert found.max(axis=(0, 1)).tolist() == BRIGHTEST


def test_map_grows_brighter_with_the_error_up_to_there() -> None:
    high = np.zeros((8, 8, 3), np.uint8)
    sums = [int(error_map(high, np.full_like(high, step))[0, 0].astype(int).sum()) for step in range(0, 33, 4)]
    assert sums == sorted(set(sums))


def test_map_takes_the_mean_of_the_three_colours() -> None:
    high = np.zeros((8, 8, 3), np.uint8)
    red, grey = high.copy(), np.full_like(high, 10)
    red[..., 0] = 30
    assert (error_map(high, red) == error_map(high, grey)).all()


def test_map_of_a_large_image_is_small_and_keeps_its_shape() -> None:
    high = slopes(300, 720)
    assert error_map(high, high).shape == (150, 360, 3)


def test_exhibit_comes_back_as_it_was_written(tmp_path: Path) -> None:
    high = noise(200, 400, 3)
    answers = {"ours (small)": spoiled(high, 50, 100), "bicubic": spoiled(high, 0, 0, 200)}
    write_exhibit(tmp_path / "a" / "b", high, answers, {"ours (small)": "1", "bicubic": "2"})
    found = read_exhibit(tmp_path / "a" / "b")
    assert found is not None
    assert found.models == ("ours (small)", "bicubic")
    assert found.box == (100 / 400, 50 / 200, 96 / 400, 96 / 200)
    crop = (slice(50, 146), slice(100, 196))
    assert (seen_by_pillow(found.crop) == high[crop]).all()
    for model, answer in answers.items():
        assert (seen_by_pillow(found.crop_of(model)) == answer[crop]).all()
        assert seen_by_pillow(found.error_of(model)).shape == (180, 360, 3)
    assert seen_by_pillow(found.picture).shape == (180, 360, 3)


def test_model_called_reference_does_not_replace_the_reference(tmp_path: Path) -> None:
    high = noise(100, 100, 3)
    write_exhibit(tmp_path, high, {"reference": spoiled(high, 0, 0)}, {"reference": "1"})
    found = read_exhibit(tmp_path)
    assert found is not None
    assert (seen_by_pillow(found.crop) == high[:96, :96]).all()


def test_where_nothing_was_written_there_is_no_exhibit(tmp_path: Path) -> None:
    assert read_exhibit(tmp_path / "absent") is None
    assert not has_exhibit(tmp_path / "absent", {"ours": "1"})
    assert not has_exhibit(tmp_path / "absent", {})


@pytest.mark.parametrize(
    "fingerprints",
    [
        {"ours": "1", "theirs": "3"},
        {"ours": "1"},
        {"ours": "1", "theirs": "2", "third": "3"},
        {"theirs": "2", "ours": "1"},  # the crop is chosen by the first
    ],
)
def test_exhibit_holds_for_exactly_the_answers_it_was_made_from(tmp_path: Path, fingerprints: dict[str, str]) -> None:
    high = slopes(20, 20)
    write_exhibit(tmp_path, high, {"ours": high, "theirs": high}, {"ours": "1", "theirs": "2"})
    assert has_exhibit(tmp_path, {"ours": "1", "theirs": "2"})
    assert not has_exhibit(tmp_path, fingerprints)


def test_exhibit_of_which_a_file_is_missing_is_none(tmp_path: Path) -> None:
    high = slopes(20, 20)
    write_exhibit(tmp_path, high, {"ours": high}, {"ours": "1"})
    found = read_exhibit(tmp_path)
    assert found is not None
    found.error_of("ours").unlink()
    assert read_exhibit(tmp_path) is None
    assert not has_exhibit(tmp_path, {"ours": "1"})
