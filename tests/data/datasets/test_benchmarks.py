"""Benchmark sets: which image belongs to which, and whether they fit."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from samples.pictures import noise, png_of

from superres.data.datasets.benchmarks import Pair, benchmark_pairs, load_pair, share_not_bicubic
from superres.data.degradation.downsample import bicubic_reduction
from superres.errors import InvalidImageError, InvalidRequestError, MissingFileError
from superres.image.resize import resize


def touch(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()
    return folder


def files(pairs: tuple[Pair, ...], root: Path) -> list[tuple[str, str, str | None]]:
    return [
        (pair.name, str(pair.high.relative_to(root)), str(pair.low.relative_to(root)) if pair.low else None)
        for pair in pairs
    ]


def test_folders_of_both_resolutions_are_paired(tmp_path: Path) -> None:
    touch(tmp_path / "HR", "bird.png", "baby.png")
    touch(tmp_path / "LR_bicubic" / "X2", "babyx2.png", "birdx2.png")
    touch(tmp_path / "LR_bicubic" / "X3", "baby.png", "bird.jpg")
    assert files(benchmark_pairs(tmp_path, 2), tmp_path.resolve()) == [
        ("baby", "HR/baby.png", "LR_bicubic/X2/babyx2.png"),
        ("bird", "HR/bird.png", "LR_bicubic/X2/birdx2.png"),
    ]
    assert [low for _, _, low in files(benchmark_pairs(tmp_path, 3), tmp_path.resolve())] == [
        "LR_bicubic/X3/baby.png",
        "LR_bicubic/X3/bird.jpg",
    ]


@pytest.mark.parametrize("named", ["", "DIV2K_valid_HR"])
def test_validation_set_of_div2k_is_paired(tmp_path: Path, named: str) -> None:
    touch(tmp_path / "DIV2K_valid_HR", "0801.png")
    touch(tmp_path / "DIV2K_valid_LR_bicubic" / "X2", "0801x2.png")
    assert files(benchmark_pairs(tmp_path / named, 2), tmp_path.resolve()) == [
        ("0801", "DIV2K_valid_HR/0801.png", "DIV2K_valid_LR_bicubic/X2/0801x2.png")
    ]


@pytest.mark.parametrize("named", ["", "HR"])
def test_linked_images_keep_the_small_ones_beside_the_link(tmp_path: Path, named: str) -> None:
    touch(tmp_path / "photographs", "bird.png")
    touch(tmp_path / "set" / "LR_camera" / "X4", "bird.png")
    (tmp_path / "set" / "HR").symlink_to(tmp_path / "photographs")
    (pair,) = benchmark_pairs(tmp_path / "set" / named, 4)
    assert pair.low == tmp_path / "set" / "LR_camera" / "X4" / "bird.png"


def test_folder_inside_of_which_one_stands_is_paired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "HR", "bird.png")
    touch(tmp_path / "LR_bicubic" / "X4", "bird.png")
    monkeypatch.chdir(tmp_path / "HR")
    (pair,) = benchmark_pairs(Path(), 4)
    assert pair.low is not None


def test_folder_of_several_sets_asks_which(tmp_path: Path) -> None:
    touch(tmp_path / "DIV2K_valid_HR", "0801.png")
    touch(tmp_path / "DIV2K_train_HR", "0001.png")
    with pytest.raises(InvalidRequestError, match="several sets; name one of its folders: DIV2K_train_HR, DIV2K_valid"):
        benchmark_pairs(tmp_path, 2)


def test_plain_folder_has_only_high_resolution(tmp_path: Path) -> None:
    touch(tmp_path / "photographs", "b.png", "a.jpg")
    pairs = benchmark_pairs(tmp_path / "photographs", 4)
    assert files(pairs, tmp_path) == [("a", "photographs/a.jpg", None), ("b", "photographs/b.png", None)]


def test_scale_that_the_set_lacks_is_made(tmp_path: Path) -> None:
    touch(tmp_path / "HR", "baby.png")
    touch(tmp_path / "LR_bicubic" / "X2", "babyx2.png")
    assert [pair.low for pair in benchmark_pairs(tmp_path, 3)] == [None]


def test_missing_partner_is_named(tmp_path: Path) -> None:
    touch(tmp_path / "HR", "baby.png", "bird.png")
    touch(tmp_path / "LR_bicubic" / "X2", "babyx2.png", "headx2.png")
    with pytest.raises(MissingFileError, match="bird has no low-resolution image: neither birdx2 nor bird is in"):
        benchmark_pairs(tmp_path, 2)


def test_two_images_of_one_name_are_refused(tmp_path: Path) -> None:
    touch(tmp_path / "HR", "baby.png", "baby.jpg")
    with pytest.raises(InvalidRequestError, match=r"holds both baby\.jpg and baby\.png; keep one"):
        benchmark_pairs(tmp_path, 2)


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="absent, but there is no such folder"):
        benchmark_pairs(tmp_path / "absent", 2)


def written(folder: Path, name: str, pixels: np.ndarray) -> Path:
    path = folder / name
    path.write_bytes(png_of(pixels))
    return path


def test_low_resolution_image_is_made_from_the_cropped_high_one(tmp_path: Path) -> None:
    pixels = noise(14, 19, 3)
    loaded = load_pair(Pair("a", written(tmp_path, "a.png", pixels), None), 3)
    np.testing.assert_array_equal(loaded.high, pixels[:12, :18])
    np.testing.assert_array_equal(loaded.low, bicubic_reduction(pixels[:12, :18], 3))
    assert loaded.low_is_made
    assert loaded.name == "a"


def test_low_resolution_image_is_read_where_there_is_one(tmp_path: Path) -> None:
    high, low = noise(13, 18, 1), noise(6, 9, 4, seed=1)
    loaded = load_pair(Pair("a", written(tmp_path, "a.png", high), written(tmp_path, "ax2.png", low)), 2)
    np.testing.assert_array_equal(loaded.high, high[:12].repeat(3, axis=2))
    np.testing.assert_array_equal(loaded.low, low[..., :3])
    assert not loaded.low_is_made


@pytest.mark.parametrize(("height", "width", "scale"), [(37, 41, 2.7), (40, 36, 1.5), (48, 60, 3.3), (7, 9, 6.25)])
def test_fractional_scale_times_the_reduced_side_is_the_cropped_side(
    tmp_path: Path, height: int, width: int, scale: float
) -> None:
    pixels = noise(height, width, 3)
    loaded = load_pair(Pair("a", written(tmp_path, "a.png", pixels), None), scale)
    assert loaded.low.shape[:2] == (int(height / scale), int(width / scale))
    assert loaded.high.shape[:2] == tuple(round(side * scale) for side in loaded.low.shape[:2])
    np.testing.assert_array_equal(loaded.high, pixels[: loaded.high.shape[0], : loaded.high.shape[1]])


def test_sizes_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    pair = Pair("a", written(tmp_path, "a.png", noise(12, 18, 3)), written(tmp_path, "ax2.png", noise(9, 6, 3)))
    with pytest.raises(InvalidImageError, match=r"ax2\.png should be 9×6 pixels, .*a\.png reduced ×2, but is 6×9"):
        load_pair(pair, 2)


def test_own_reduction_differs_nowhere_from_bicubic() -> None:
    high = noise(24, 24, 3)
    assert share_not_bicubic(high, bicubic_reduction(high, 4), 4) == 0


def test_share_counts_the_values_that_differ() -> None:
    high = noise(24, 24, 3)
    low = bicubic_reduction(high, 4)
    low[0, 0, 0] ^= 1
    assert share_not_bicubic(high, low, 4) == pytest.approx(1 / (6 * 6 * 3))


def test_reduction_that_is_rounded_once_is_bicubic_too() -> None:
    high = noise(24, 24, 3)
    exact = resize(high.transpose(2, 0, 1).astype(np.float64), scale=1 / 4).transpose(1, 2, 0)
    low = np.clip(np.floor(exact + 0.5), 0, 255).astype(np.uint8)
    assert not np.array_equal(low, bicubic_reduction(high, 4))
    assert share_not_bicubic(high, low, 4) == 0


def test_other_resizers_are_found_out() -> None:
    high = noise(24, 24, 3)
    low = np.asarray(Image.fromarray(high).resize((6, 6), Image.Resampling.BICUBIC))
    assert share_not_bicubic(high, low, 4) > 0.05


@pytest.mark.data
@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_set_five_is_paired_and_bicubic(superres_data: Path, scale: int) -> None:
    pairs = benchmark_pairs(superres_data / "testsets" / "Set5", scale)
    assert [pair.name for pair in pairs] == ["baby", "bird", "butterfly", "head", "woman"]
    loaded = load_pair(pairs[1], scale)
    assert not loaded.low_is_made
    assert share_not_bicubic(loaded.high, loaded.low, scale) == 0


@pytest.mark.data
def test_grey_image_of_set_fourteen_becomes_colour(superres_data: Path) -> None:
    pairs = {pair.name: pair for pair in benchmark_pairs(superres_data / "testsets" / "Set14", 4)}
    assert len(pairs) == 14
    loaded = load_pair(pairs["bridge"], 4)
    assert loaded.low_is_made
    assert np.ptp(loaded.high, axis=2).max() == 0


def test_images_of_another_degradation_are_paired_where_there_are_no_bicubic_ones(tmp_path: Path) -> None:
    touch(tmp_path / "HR", "baby.png")
    touch(tmp_path / "LR_camera" / "X4", "baby.png")
    touch(tmp_path / "LR_unknown" / "X2", "baby.png")
    assert [low for _, _, low in files(benchmark_pairs(tmp_path, 4), tmp_path.resolve())] == ["LR_camera/X4/baby.png"]
    assert [low for _, _, low in files(benchmark_pairs(tmp_path, 2), tmp_path.resolve())] == [None]
    touch(tmp_path / "LR_bicubic" / "X4", "baby.png")
    assert [low for _, _, low in files(benchmark_pairs(tmp_path, 4), tmp_path.resolve())] == ["LR_bicubic/X4/baby.png"]
