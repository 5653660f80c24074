"""Animations and files of several pages: each frame is enlarged, and shown when and as long as it was."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageSequence
from samples.backends import Repeater
from samples.enlarged import upscale_file
from samples.pictures import noise, png_of, slopes

from superres.errors import InvalidImageError, UnreadableFileError, UnwritableFileError
from superres.image.files import open_picture, read_picture
from superres.inference.files import Terms
from superres.inference.request import Plan, Request, plan

PLAN = Plan(scale=2, passes=(Repeater(grid=2, overlap=2),), tile_size=16)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
DELAYS = (100, 40, 250)


def frames(*, alpha: bool) -> list[NDArray[Any]]:
    """Three frames of a few colours, all different."""
    found = [noise(10, 14, 3, seed=seed) // 128 * 255 for seed in range(3)]
    shown = noise(10, 14, 1, seed=9) // 128 * 255
    return [np.dstack([frame * (shown // 255), shown]) if alpha else frame for frame in found]


def saved(path: Path, *, alpha: bool = False, runs: int = 3) -> list[NDArray[Any]]:
    """An animation that Pillow has written; GIF files count how often it is repeated."""
    made = frames(alpha=alpha)
    first, *others = (Image.fromarray(frame) for frame in made)
    options: dict[str, Any] = {"lossless": True} if path.suffix == ".webp" else {}
    first.save(
        path,
        save_all=True,
        append_images=others,
        duration=list(DELAYS),
        loop=runs - (path.suffix == ".gif" and runs > 0),
        disposal=2,
        exact=True,
        **options,
    )
    return made


def seen(path: Path, mode: str) -> tuple[list[NDArray[Any]], tuple[int, ...], int]:
    """Frames, delays and runs as Pillow reads them."""
    with Image.open(path) as image:
        loop = image.info.get("loop", 0)
        runs = loop + (path.suffix == ".gif" and loop > 0)
        found: list[NDArray[Any]] = []
        delays: list[int] = []
        for frame in ImageSequence.Iterator(image):
            found.append(np.array(frame.convert(mode)))
            delays.append(round(frame.info["duration"]))
    return found, tuple(delays), runs


def shown(pixels: NDArray[Any]) -> NDArray[Any]:
    """Without the colours that nobody sees."""
    return pixels * (pixels[..., 3:] > 0) if pixels.shape[2] == 4 else pixels


def twice(pixels: NDArray[Any]) -> NDArray[Any]:
    return pixels.repeat(2, 0).repeat(2, 1)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("target", [".gif", ".webp", ".png"])
@pytest.mark.parametrize("source", [".gif", ".webp", ".png"])
def test_animation_stays_one(tmp_path: Path, source: str, target: str, alpha: bool) -> None:
    made = saved(tmp_path / f"a{source}", alpha=alpha)
    upscale_file(tmp_path / f"a{source}", tmp_path / f"b{target}", PLAN)
    found, delays, runs = seen(tmp_path / f"b{target}", "RGBA" if alpha else "RGB")
    assert (delays, runs) == (DELAYS, 3)
    for frame, expected in zip(found, made, strict=True):
        wanted = twice(expected)
        np.testing.assert_array_equal(shown(frame), shown(wanted))


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_animation_for_ever_is_for_ever(tmp_path: Path, suffix: str) -> None:
    saved(tmp_path / f"a{suffix}", runs=0)
    upscale_file(tmp_path / f"a{suffix}", tmp_path / f"b{suffix}", PLAN)
    assert seen(tmp_path / f"b{suffix}", "RGB")[2] == 0


def test_profile_and_author_of_an_animated_png_are_kept(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x013B] = "A. Artist"
    first, *others = (Image.fromarray(frame) for frame in frames(alpha=False))
    first.save(tmp_path / "a.png", save_all=True, append_images=others, duration=50, icc_profile=PROFILE, exif=exif)
    upscale_file(tmp_path / "a.png", tmp_path / "b.png", PLAN)
    with Image.open(tmp_path / "b.png") as image:
        assert image.info["icc_profile"] == PROFILE
        assert image.getexif()[0x013B] == "A. Artist"


def test_animation_beyond_pillows_own_limit_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(UnreadableFileError, match="exceeds limit"):
        open_picture(tmp_path / "a.png", all_pages=True)


@pytest.mark.parametrize("target", [".jpg", ".avif", ".tif"])
def test_animation_is_not_cut_to_its_first_frame(tmp_path: Path, target: str) -> None:
    saved(tmp_path / "a.gif")
    with pytest.raises(UnwritableFileError, match=r"3 frames, which .* no place for; use \.gif, \.webp or \.png"):
        upscale_file(tmp_path / "a.gif", tmp_path / f"b{target}", PLAN)
    assert not (tmp_path / f"b{target}").exists()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_pages_of_a_tiff_file_stay_pages(tmp_path: Path, dtype: Any, channels: int) -> None:
    pages = noise(4, 10, 14, channels, dtype=dtype)
    kind = "minisblack" if channels == 1 else "rgb"
    tifffile.imwrite(tmp_path / "a.tif", pages[..., 0] if channels == 1 else pages, photometric=kind)
    upscale_file(tmp_path / "a.tif", tmp_path / "b.tif", PLAN)
    found = tifffile.imread(tmp_path / "b.tif").reshape(4, 20, 28, channels)
    np.testing.assert_array_equal(found, pages.repeat(2, 1).repeat(2, 2))


def test_turned_pages_are_turned_upright(tmp_path: Path) -> None:
    pages = noise(2, 10, 14, 3)
    tags = [(274, 3, 1, 6, False)]
    tifffile.imwrite(tmp_path / "a.tif", pages, photometric="rgb", extratags=tags)
    reader = open_picture(tmp_path / "a.tif", all_pages=True)
    rows = np.concatenate(list(reader.strips()))
    np.testing.assert_array_equal(rows, np.concatenate([np.rot90(page, -1) for page in pages]))
    assert (reader.layout.pages, reader.layout.height, reader.layout.width) == (2, 14, 10)


def test_pages_of_different_sizes_are_refused(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(noise(10, 14, 3), photometric="rgb")
        file.write(noise(12, 14, 3), photometric="rgb")
    with pytest.raises(InvalidImageError, match="2 pages of different sizes or kinds"):
        open_picture(tmp_path / "a.tif", all_pages=True)


def test_smaller_copies_in_a_tiff_file_are_no_pages(tmp_path: Path) -> None:
    image = noise(40, 60, 3)
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(image, photometric="rgb")
        file.write(image[::2, ::2], photometric="rgb")
        file.write(image[::4, ::4], photometric="rgb")
    assert open_picture(tmp_path / "a.tif", all_pages=True).layout.pages == 1


def test_pages_are_no_animation(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", noise(2, 10, 14, 3), photometric="rgb")
    with pytest.raises(UnwritableFileError, match=r"2 pages, which \.png files have no place for; use \.tif"):
        upscale_file(tmp_path / "a.tif", tmp_path / "b.png", PLAN)


def test_progress_is_that_of_all_frames(tmp_path: Path) -> None:
    saved(tmp_path / "a.gif")
    told: list[tuple[int, int]] = []
    upscale_file(tmp_path / "a.gif", tmp_path / "b.gif", PLAN, Terms(), lambda _, *done: told.append(done))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] == 3 * 10 * 14


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_mask_stays_a_mask(tmp_path: Path, dtype: Any) -> None:
    white = np.iinfo(dtype).max
    pixels = noise(20, 30, 4, dtype=dtype)
    pixels[..., 3] = (np.add.outer(np.arange(20), np.arange(30)) % 9 > 4) * white
    (tmp_path / "a.png").write_bytes(png_of(pixels))
    upscale_file(tmp_path / "a.png", tmp_path / "b.png", plan(Request(scale=2.7, tier="tiny", engine="openvino")))
    alpha = read_picture(tmp_path / "b.png").alpha
    assert alpha is not None
    assert set(np.unique(alpha)) == {0, white}


def test_soft_edge_stays_soft(tmp_path: Path) -> None:
    pixels = noise(20, 30, 4)
    pixels[..., 3] = np.linspace(0, 255, 30).astype(np.uint8)
    (tmp_path / "a.png").write_bytes(png_of(pixels))
    upscale_file(tmp_path / "a.png", tmp_path / "b.png", PLAN)
    alpha = read_picture(tmp_path / "b.png").alpha
    assert alpha is not None
    assert len(np.unique(alpha)) > 20


@pytest.mark.skipif(importlib.util.find_spec("pillow_heif") is None, reason="pillow-heif is not installed")
@pytest.mark.parametrize("orientation", [1, 6])
def test_photograph_of_a_telephone_is_read_upright_with_its_profile_and_author(
    tmp_path: Path, orientation: int
) -> None:
    import pillow_heif

    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x013B] = orientation, "ACME", "A. Artist"
    upright = slopes(48, 64)
    lying = upright if orientation == 1 else np.rot90(upright)
    pillow_heif.register_heif_opener()
    Image.fromarray(np.ascontiguousarray(lying)).save(
        tmp_path / "a.heic", quality=95, exif=exif.tobytes(), icc_profile=PROFILE
    )
    upscale_file(tmp_path / "a.heic", tmp_path / "b.jpg", PLAN)
    found = read_picture(tmp_path / "b.jpg")
    assert np.abs(found.pixels.astype(int) - twice(upright)).mean() < 3
    assert found.metadata.icc == PROFILE
    with Image.open(tmp_path / "b.jpg") as image:
        tags = image.getexif()
    assert (tags[0x010F], tags[0x013B], tags.get(0x0112, 1)) == ("ACME", "A. Artist", 1)
