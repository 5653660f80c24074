"""What bad files and places get, and what folders hold."""

import logging
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from samples.pictures import noise

from superres.errors import (
    ExistingFileError,
    InvalidRequestError,
    MissingFileError,
    UnreadableFileError,
    UnwritableFileError,
)
from superres.image import files
from superres.image.files import check_output, image_files, read_picture, write_picture
from superres.image.formats import FORMATS
from superres.image.picture import Layout, Picture

PICTURE = Picture(pixels=noise(4, 5, 3))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"absent\.png was to be read as an image, but there is no such file"):
        read_picture(tmp_path / "absent.png")


def test_address_of_the_web_is_told_to_be_none_of_a_file() -> None:
    with pytest.raises(MissingFileError, match="nothing is read from the web, so save the file first"):
        read_picture(Path("https://example.com/photo.jpg"))


def test_folder_is_no_image(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="it is a folder; name a file in it"):
        read_picture(tmp_path)


def test_name_that_no_system_allows_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="its name is not allowed"):
        read_picture(Path("a\0b.png"))


def test_device_is_no_image() -> None:
    with pytest.raises(UnreadableFileError, match="a device or a pipe"):
        read_picture(Path("/dev/null"))


def test_folder_lists_its_images_by_name(tmp_path: Path) -> None:
    for name in ("b.PNG", "a.jpg", "notes.txt", "._a.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert [path.name for path in image_files(tmp_path)] == ["a.jpg", "b.PNG"]


def test_folder_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"holds no image; files that end in \.png"):
        image_files(tmp_path)
    with pytest.raises(MissingFileError, match="there is no such folder"):
        image_files(tmp_path / "absent")


def test_only_the_finished_file_is_left(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", PICTURE)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_existing_file_is_kept_unless_overwriting_is_asked(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"mine")
    with pytest.raises(ExistingFileError, match="give --overwrite"):
        write_picture(tmp_path / "a.png", PICTURE)
    assert (tmp_path / "a.png").read_bytes() == b"mine"
    write_picture(tmp_path / "a.png", PICTURE, overwrite=True)
    assert np.array_equal(read_picture(tmp_path / "a.png").pixels, PICTURE.pixels)


def test_failed_writing_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_strips: object, _layout: object, unfinished: Path, *_: object) -> None:
        unfinished.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "encode", full)
    (tmp_path / "a.png").write_bytes(b"mine")
    with pytest.raises(UnwritableFileError, match="could not be written: No space left on device"):
        write_picture(tmp_path / "a.png", PICTURE, overwrite=True)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.png", b"mine")]


@pytest.mark.parametrize("name", ["a.bmp", "a", "a.png.txt"])
def test_name_of_no_format_is_refused_with_those_that_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"names no format; use \.png"):
        check_output(tmp_path / name)


def test_folder_cannot_be_written_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(UnwritableFileError, match="it is a folder"):
        check_output(tmp_path / "a.png", overwrite=True)


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFileError, match="there is no folder"):
        check_output(tmp_path / "absent" / "a.png")


def test_file_in_place_of_a_folder_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnwritableFileError, match="there is no folder"):
        write_picture(tmp_path / "file" / "a.png", PICTURE)


def test_closed_folder_is_refused_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.os, "access", lambda *_: False)
    with pytest.raises(UnwritableFileError, match="does not allow it"):
        check_output(tmp_path / "a.png")


@pytest.mark.parametrize(("suffix", "side"), [(".webp", 16_384), (".jpg", 65_501)])
def test_side_beyond_the_format_is_refused(tmp_path: Path, suffix: str, side: int) -> None:
    layout = Layout(height=side - 1, width=1, channels=3, dtype=np.dtype(np.uint8))
    check_output(tmp_path / f"a{suffix}", layout=layout)
    with pytest.raises(UnwritableFileError, match=r"use \.png or \.tif"):
        check_output(tmp_path / f"a{suffix}", layout=replace(layout, height=side))


@pytest.mark.parametrize("quality", [0, 101, -5])
def test_quality_out_of_range_is_refused(tmp_path: Path, quality: int) -> None:
    with pytest.raises(InvalidRequestError, match="between 1 and 100"):
        write_picture(tmp_path / "a.jpg", PICTURE, quality=quality)


def test_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / f"{'n' * 251}.png"
    write_picture(path, PICTURE)
    assert path.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files by setrlimit")
@pytest.mark.parametrize("suffix", FORMATS)
def test_full_disk_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    import resource

    picture = Picture(pixels=noise(200, 200, 3))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, before[1]))
    try:
        with pytest.raises(UnwritableFileError, match="could not be written"):
            write_picture(tmp_path / f"a{suffix}", picture)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["n" * 300 + ".png", "a\0b.png"])
def test_name_that_the_system_does_not_take_is_refused(tmp_path: Path, name: str) -> None:
    for action in (lambda path: write_picture(path, PICTURE), check_output):
        with pytest.raises(UnwritableFileError, match="cannot be written"):
            action(tmp_path / name)
    with pytest.raises(UnreadableFileError, match="was to be read as an image, but cannot be"):
        read_picture(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["日本 ü.png", "a[Q=1].png", "%20;$(x).png"])
def test_strange_names_are_only_names(tmp_path: Path, name: str) -> None:
    write_picture(tmp_path / name, PICTURE)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert np.array_equal(read_picture(tmp_path / name).pixels, PICTURE.pixels)


def test_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    write_picture(tmp_path / "a.png", PICTURE)
    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(
        UnreadableFileError, match=r"a\.png was to be read as an image, but cannot be: Permission denied"
    ):
        read_picture(tmp_path / "a.png")


def test_folder_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(UnreadableFileError, match=r"images were to be read from .*: Permission denied"):
        image_files(tmp_path)


def test_reading_leaves_the_loggers_of_the_application_alone() -> None:
    logger = logging.getLogger("pyvips")
    assert logger.propagate
    assert [type(handler) for handler in logger.handlers] == [logging.NullHandler]  # pyvips's own


def test_uppercase_endings_name_formats_too(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.PNG", PICTURE)
    assert np.array_equal(read_picture(tmp_path / "a.PNG").pixels, PICTURE.pixels)
