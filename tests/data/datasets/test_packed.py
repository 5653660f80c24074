"""A packed set holds what its files show, and is made anew when they change."""

from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise, png_of

from superres.data.datasets import packed
from superres.data.datasets.packed import pack
from superres.data.degradation.downsample import bicubic_reduction
from superres.errors import (
    InvalidImageError,
    InvalidRequestError,
    MissingFileError,
    UnknownNameError,
    UnreadableFileError,
)
from superres.image.resize import resize_integers


def images(folder: Path, *sizes: tuple[int, int]) -> Path:
    folder.mkdir(parents=True)
    for index, size in enumerate(sizes):
        (folder / f"{index}.png").write_bytes(png_of(noise(*size, 3, seed=index)))
    return folder


def test_images_and_reductions_come_back(tmp_path: Path) -> None:
    folder = images(tmp_path / "images", (12, 18), (25, 13))
    found = pack([folder], tmp_path / "packed", [2, 3])
    assert len(found) == 2
    assert [found.name(index) for index in range(2)] == ["0.png", "1.png"]
    assert [found.size(index) for index in range(2)] == [(12, 18), (24, 12)]
    for index, (height, width) in enumerate([(12, 18), (25, 13)]):
        high = noise(height, width, 3, seed=index)[: height // 6 * 6, : width // 6 * 6]
        np.testing.assert_array_equal(found.high(index), high)
        for scale in (2, 3):
            np.testing.assert_array_equal(found.low(index, scale), bicubic_reduction(high, scale))


def test_several_folders_make_one_set(tmp_path: Path) -> None:
    first, second = images(tmp_path / "a", (8, 8)), images(tmp_path / "b", (12, 8), (8, 12))
    found = pack([second, first], tmp_path / "packed", [2])
    assert [found.size(index) for index in range(len(found))] == [(12, 8), (8, 12), (8, 8)]


def test_file_that_is_left_out_is_not_packed(tmp_path: Path) -> None:
    folder = images(tmp_path / "a", (8, 8), (12, 8))
    whole = pack([folder], tmp_path / "packed", [2])
    found = pack([folder], tmp_path / "packed", [2], without={folder / "0.png"})
    assert [found.name(index) for index in range(len(found))] == ["1.png"]
    assert found.content_hash != whole.content_hash


def test_every_image_is_followed_by_itself_at_other_sizes(tmp_path: Path) -> None:
    folder = images(tmp_path / "images", (24, 36), (27, 13))
    found = pack([folder], tmp_path / "packed", [2], also_at=[0.7, 0.5])
    names = [found.name(index) for index in range(len(found))]
    assert names == ["0.png", "0.png at 0.7", "0.png at 0.5", "1.png", "1.png at 0.7", "1.png at 0.5"]
    # 0.7 of 24 and 36 are 17 and 25 pixels, of which whole multiples of 2 stay; of 27 and 13, 19 and 9.
    assert [found.size(index) for index in (1, 2, 4, 5)] == [(16, 24), (12, 18), (18, 8), (14, 6)]
    reduced = resize_integers(noise(24, 36, 3, seed=0), size=(17, 25))[:16, :24]
    np.testing.assert_array_equal(found.high(1), reduced)
    np.testing.assert_array_equal(found.low(1, 2), bicubic_reduction(reduced, 2))


def test_image_is_never_reduced_to_less_than_its_reductions_need(tmp_path: Path) -> None:
    found = pack([images(tmp_path / "images", (13, 30))], tmp_path / "packed", [3, 4], also_at=[0.5])
    assert [found.size(index) for index in range(2)] == [(12, 24), (12, 12)]


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5])
def test_share_outside_of_zero_and_one_is_refused(tmp_path: Path, share: float) -> None:
    with pytest.raises(InvalidRequestError, match="between 0 and 1"):
        pack([images(tmp_path / "images", (8, 8))], tmp_path / "packed", [2], also_at=[share])


def test_packed_set_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = images(tmp_path / "images", (8, 8))
    pack([folder], tmp_path / "packed", [2])
    monkeypatch.setattr(packed, "_build", pytest.fail)
    assert np.array_equal(pack([folder], tmp_path / "packed", [2]).high(0), noise(8, 8, 3))


@pytest.mark.parametrize("change", ["content", "name", "scales", "sizes"])
def test_change_of_anything_makes_another_set(tmp_path: Path, change: str) -> None:
    folder = images(tmp_path / "images", (8, 8))
    first = pack([folder], tmp_path / "packed", [2])
    if change == "content":
        (folder / "0.png").write_bytes(png_of(noise(8, 8, 3, seed=7)))
    if change == "name":
        (folder / "0.png").rename(folder / "1.png")
    also_at = [0.5] if change == "sizes" else []
    second = pack([folder], tmp_path / "packed", [4] if change == "scales" else [2], also_at=also_at)
    assert first.content_hash != second.content_hash
    assert len(list((tmp_path / "packed").iterdir())) == 2


def test_failed_packing_leaves_nothing(tmp_path: Path) -> None:
    folder = images(tmp_path / "images", (8, 8), (8, 8))
    (folder / "1.png").write_bytes(png_of(noise(8, 8, 3))[:-40])
    with pytest.raises(UnreadableFileError, match=r"1\.png"):
        pack([folder], tmp_path / "packed", [2])
    assert list((tmp_path / "packed").iterdir()) == []


def test_set_that_another_process_finished_first_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = images(tmp_path / "images", (8, 8))
    write = packed._write_pixels

    def overtaken(*arguments: object) -> object:
        monkeypatch.setattr(packed, "_write_pixels", write)
        pack([folder], tmp_path / "packed", [2])
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(packed, "_write_pixels", overtaken)
    assert np.array_equal(pack([folder], tmp_path / "packed", [2]).high(0), noise(8, 8, 3))
    assert len(list((tmp_path / "packed").iterdir())) == 1


def test_damaged_map_is_refused_with_what_to_remove(tmp_path: Path) -> None:
    folder = images(tmp_path / "images", (8, 8))
    pack([folder], tmp_path / "packed", [2])
    (path,) = (tmp_path / "packed").glob("*/pixels.bin")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UnreadableFileError, match=r"should hold 240 bytes and does not; remove .* to make it anew"):
        pack([folder], tmp_path / "packed", [2])


def test_scale_that_was_not_packed_is_refused(tmp_path: Path) -> None:
    found = pack([images(tmp_path / "images", (12, 12))], tmp_path / "packed", [2, 3])
    with pytest.raises(UnknownNameError, match="packed without reductions ×4; it holds ×2, ×3"):
        found.low(0, 4)


def test_image_that_is_too_small_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidImageError, match=r"0\.png: an image of 5×8 pixels is too small"):
        pack([images(tmp_path / "images", (8, 5))], tmp_path / "packed", [2, 3])


def test_set_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no folder of images was given"):
        pack([], tmp_path / "packed", [2])
