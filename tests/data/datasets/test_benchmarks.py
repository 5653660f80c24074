"""Layouts of benchmark sets."""

from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise

from superres.data.datasets.benchmarks import benchmark_pairs, load_pair, share_not_bicubic
from superres.data.degradation.downsample import bicubic_reduction
from superres.errors import InvalidImageError, InvalidRequestError, MissingFileError
from superres.image.files import write_picture
from superres.image.picture import Picture


def store(path: Path, height: int, width: int, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_picture(path, Picture(pixels=noise(height, width, 3, seed=seed)))
    return path


@pytest.mark.parametrize(
    ("high", "low"),
    [
        ("HR/baby.png", "LR_bicubic/X2/babyx2.png"),
        ("HR/baby.png", "LR_bicubic/X2/baby.png"),
        ("DIV2K_valid_HR/0801.png", "DIV2K_valid_LR_bicubic/X2/0801x2.png"),
    ],
)
def test_partner_is_found_in_every_layout(tmp_path: Path, high: str, low: str) -> None:
    paths = store(tmp_path / high, 9, 8), store(tmp_path / low, 4, 4)
    for folder in (tmp_path, paths[0].parent):
        (pair,) = benchmark_pairs(folder, 2)
        assert pair.name == paths[0].stem
        assert (pair.high.name, pair.low and pair.low.name) == (paths[0].name, paths[1].name)
    loaded = load_pair(benchmark_pairs(tmp_path, 2)[0], 2)
    assert (loaded.high.shape, loaded.low.shape, loaded.low_is_made) == ((8, 8, 3), (4, 4, 3), False)


def test_plain_folder_has_its_low_resolution_images_made(tmp_path: Path) -> None:
    store(tmp_path / "a.png", 9, 8)
    (pair,) = benchmark_pairs(tmp_path, 4)
    loaded = load_pair(pair, 4)
    assert pair.low is None
    assert loaded.low_is_made
    assert np.array_equal(loaded.low, bicubic_reduction(loaded.high, 4))


def test_scale_that_the_set_does_not_have_is_made(tmp_path: Path) -> None:
    store(tmp_path / "HR" / "a.png", 9, 9)
    store(tmp_path / "LR_bicubic" / "X2" / "a.png", 4, 4)
    assert benchmark_pairs(tmp_path, 3)[0].low is None


def test_image_without_a_partner_is_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        store(tmp_path / "HR" / f"{name}.png", 8, 8)
    store(tmp_path / "LR_bicubic" / "X2" / "ax2.png", 4, 4)
    with pytest.raises(MissingFileError, match="b has no low-resolution image: neither bx2 nor b is in"):
        benchmark_pairs(tmp_path, 2)


def test_sizes_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    store(tmp_path / "HR" / "a.png", 8, 8)
    store(tmp_path / "LR_bicubic" / "X2" / "a.png", 4, 5)
    with pytest.raises(InvalidImageError, match="should be 4×4 pixels"):
        load_pair(benchmark_pairs(tmp_path, 2)[0], 2)


def test_folder_of_several_sets_is_refused(tmp_path: Path) -> None:
    store(tmp_path / "DIV2K_train_HR" / "a.png", 8, 8)
    store(tmp_path / "DIV2K_valid_HR" / "a.png", 8, 8)
    with pytest.raises(InvalidRequestError, match="holds several sets"):
        benchmark_pairs(tmp_path, 2)


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no such folder"):
        benchmark_pairs(tmp_path / "absent", 2)


def test_reduction_by_another_way_is_noticed() -> None:
    from PIL import Image

    high = noise(32, 40, 3)
    other = np.asarray(Image.fromarray(high).resize((20, 16), Image.Resampling.BILINEAR))
    assert share_not_bicubic(high, bicubic_reduction(high, 2), 2) == 0
    assert share_not_bicubic(high, other, 2) > 0.3
