"""Files that are written while their rows are made."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from superres.errors import ExistingFileError, UnwritableFileError
from superres.image import files
from superres.image.files import write_picture
from superres.image.formats import FORMATS
from superres.image.picture import Metadata, Picture
from superres.image.writer import PictureWriter


def noise(*shape: int, dtype: Any = np.uint8) -> Any:
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def written(path: Path, picture: Picture, *cuts: int) -> None:
    """In strips."""
    rows = picture.pixels if picture.alpha is None else np.dstack([picture.pixels, picture.alpha])
    give(PictureWriter(path, picture.layout), np.split(rows, cuts))


def give(writer: PictureWriter, strips: list[Any]) -> None:
    for strip in strips:
        writer.write(strip)
    writer.finish()


@pytest.mark.parametrize("suffix", sorted(FORMATS))
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
def test_strips_make_the_file_that_the_whole_makes(
    tmp_path: Path, suffix: str, dtype: Any, alpha: bool, channels: int
) -> None:
    metadata = Metadata(xmp=b"<x:xmpmeta/>", resolution=(4.0, 5.0))
    cover = noise(40, 33, dtype=dtype) if alpha else None
    picture = Picture(pixels=noise(40, 33, channels, dtype=dtype), alpha=cover, metadata=metadata)
    written(tmp_path / f"strips{suffix}", picture, 7, 8, 30)
    write_picture(tmp_path / f"whole{suffix}", picture)
    assert (tmp_path / f"strips{suffix}").read_bytes() == (tmp_path / f"whole{suffix}").read_bytes()


def test_nothing_is_left_of_an_abandoned_file(tmp_path: Path) -> None:
    writer = PictureWriter(tmp_path / "a.png", Picture(pixels=noise(40, 33, 3)).layout)
    writer.write(noise(7, 33, 3))
    writer.abandon()
    assert list(tmp_path.iterdir()) == []


def test_file_is_abandoned_before_its_first_rows(tmp_path: Path) -> None:
    before = threading.active_count()
    writer = PictureWriter(tmp_path / "a.png", Picture(pixels=noise(40, 33, 3)).layout)
    writer.abandon()
    assert threading.active_count() == before
    assert list(tmp_path.iterdir()) == []


def test_failure_is_told_at_the_next_rows_or_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "encode", full)
    writer = PictureWriter(tmp_path / "a.png", Picture(pixels=noise(40, 33, 3)).layout)
    with pytest.raises(UnwritableFileError, match="No space left on device"):
        give(writer, [noise(1, 33, 3)] * 40)
    assert list(tmp_path.iterdir()) == []


def test_file_that_appeared_meanwhile_is_kept(tmp_path: Path) -> None:
    writer = PictureWriter(tmp_path / "a.png", Picture(pixels=noise(4, 3, 3)).layout)
    (tmp_path / "a.png").write_bytes(b"mine")
    with pytest.raises(ExistingFileError):
        give(writer, [noise(1, 3, 3)] * 4)
    assert (tmp_path / "a.png").read_bytes() == b"mine"


def test_no_thread_is_left(tmp_path: Path) -> None:
    before = threading.active_count()
    written(tmp_path / "a.png", Picture(pixels=noise(4, 3, 3)), 2)
    assert threading.active_count() == before
