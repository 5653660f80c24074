"""Training sets decoded once."""

from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise

from superres.data.datasets import packed
from superres.data.datasets.packed import pack
from superres.data.degradation.downsample import bicubic_reduction
from superres.errors import InvalidImageError, MissingFileError, UnreadableFileError
from superres.image.files import write_picture
from superres.image.picture import Picture


def photographs(folder: Path, *sizes: tuple[int, int]) -> Path:
    folder.mkdir(parents=True)
    for index, size in enumerate(sizes):
        write_picture(folder / f"{index}.png", Picture(pixels=noise(*size, 3, seed=index)))
    return folder


def test_images_and_reductions_come_back(tmp_path: Path) -> None:
    folder = photographs(tmp_path / "set", (24, 36), (50, 13))
    images = pack([folder], tmp_path / "cache", [2, 3])
    assert [images.name(index) for index in range(len(images))] == ["0.png", "1.png"]
    assert [images.size(index) for index in range(len(images))] == [(24, 36), (48, 12)]
    for index in range(2):
        high = noise(*((24, 36), (50, 13))[index], 3, seed=index)[: images.size(index)[0], : images.size(index)[1]]
        assert np.array_equal(images.high(index), high)
        for scale in (2, 3):
            assert np.array_equal(images.low(index, scale), bicubic_reduction(high, scale))


def test_grey_becomes_rgb_and_alpha_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    grey = noise(8, 8, 1, dtype=np.uint16)
    write_picture(tmp_path / "set" / "grey.png", Picture(pixels=grey, alpha=noise(8, 8, dtype=np.uint16)))
    high = pack([tmp_path / "set"], tmp_path / "cache", [2]).high(0)
    assert high.shape == (8, 8, 3)
    assert np.all(high == high[..., :1])


def test_second_opening_decodes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = photographs(tmp_path / "set", (24, 36))
    first = pack([folder], tmp_path / "cache", [2])
    monkeypatch.setattr(packed, "_build", lambda *_: pytest.fail("decoded again"))
    assert np.array_equal(pack([folder], tmp_path / "cache", [2]).high(0), first.high(0))


def test_changed_image_is_decoded_anew(tmp_path: Path) -> None:
    folder = photographs(tmp_path / "set", (24, 36))
    before = pack([folder], tmp_path / "cache", [2])
    write_picture(folder / "0.png", Picture(pixels=noise(24, 36, 3, seed=9)), overwrite=True)
    after = pack([folder], tmp_path / "cache", [2])
    assert before.content_hash != after.content_hash
    assert np.array_equal(after.high(0), noise(24, 36, 3, seed=9))


def test_damaged_image_is_named_and_nothing_half_made_stays(tmp_path: Path) -> None:
    folder = photographs(tmp_path / "set", (24, 36))
    (folder / "1.png").write_bytes((folder / "0.png").read_bytes()[:200])
    with pytest.raises(UnreadableFileError, match=r"1\.png"):
        pack([folder], tmp_path / "cache", [2])
    assert list((tmp_path / "cache").iterdir()) == []


def test_image_smaller_than_the_scale_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidImageError, match=r"0\.png: an image of 9×3 pixels is too small"):
        pack([photographs(tmp_path / "set", (3, 9))], tmp_path / "cache", [4])


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no such folder"):
        pack([tmp_path / "absent"], tmp_path / "cache", [2])
