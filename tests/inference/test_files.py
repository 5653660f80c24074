"""Image files enlarged into others."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from samples.backends import Altered, Repeater
from samples.enlarged import upscale_file

from superres.errors import ExistingFileError, InvalidWeightsError, MissingFileError, UnreadableFileError
from superres.image import files
from superres.image.files import read_picture, write_picture
from superres.image.picture import Picture
from superres.image.writer import PictureWriter
from superres.inference.batch import Job
from superres.inference.files import Sizes, Terms, upscale_files
from superres.inference.request import Plan
from superres.inference.upscaler import upscale_picture


def noise(*shape: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def repeating(together: int = 1) -> Plan:
    return Plan(scale=2, passes=(Repeater(grid=2, overlap=2),), tile_size=16, together=together)


def jobs_in(folder: Path, count: int) -> list[Job]:
    """Images of different sizes, to become others beside them."""
    jobs = [Job(folder / f"{number}.png", folder / f"{number}_x2.png") for number in range(count)]
    for number, job in enumerate(jobs):
        write_picture(job.source, Picture(pixels=noise(5 + number, 50, 3)))
    return jobs


@pytest.mark.parametrize("together", [1, 3])
def test_every_file_becomes_another_in_order(tmp_path: Path, together: int) -> None:
    jobs = jobs_in(tmp_path, 9)
    outcomes = list(upscale_files(jobs, repeating(together)))
    assert [outcome.job for outcome in outcomes] == jobs
    for number, (job, outcome) in enumerate(zip(jobs, outcomes, strict=True)):
        assert outcome.result == Sizes(5 + number, 50, 10 + 2 * number, 100)
        expected = read_picture(job.source).pixels.repeat(2, 0).repeat(2, 1)
        assert np.array_equal(read_picture(job.target).pixels, expected)


@pytest.mark.parametrize("together", [1, 3])
def test_what_goes_wrong_with_one_does_not_stop_the_rest(tmp_path: Path, together: int) -> None:
    jobs = jobs_in(tmp_path, 6)
    jobs[0].source.unlink()
    jobs[2].source.write_bytes(jobs[2].source.read_bytes()[:100])
    jobs[4].target.write_bytes(b"mine")
    kinds = [type(outcome.result) for outcome in upscale_files(jobs, repeating(together))]
    assert kinds == [MissingFileError, Sizes, UnreadableFileError, Sizes, ExistingFileError, Sizes]
    assert jobs[4].target.read_bytes() == b"mine"
    assert not jobs[2].target.exists()
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


def test_how_may_depend_on_the_size(tmp_path: Path) -> None:
    jobs = jobs_in(tmp_path, 4)
    seen: list[tuple[int, int]] = []

    def planned(height: int, width: int) -> Plan:
        seen.append((height, width))
        return repeating(2 if height % 2 else 1)

    assert all(isinstance(outcome.result, Sizes) for outcome in upscale_files(jobs, planned))
    assert seen == [(5, 50), (6, 50), (7, 50), (8, 50)]


@pytest.mark.parametrize("together", [1, 3])
def test_who_takes_no_more_leaves_nothing_half_done(tmp_path: Path, together: int) -> None:
    jobs, before = jobs_in(tmp_path, 9), threading.active_count()
    outcomes = upscale_files(jobs, repeating(together))
    next(outcomes)
    outcomes.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert threading.active_count() == before
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]
    done = [job for job in jobs if job.target.exists()]
    assert 1 <= len(done) < 9
    for job in done:
        assert read_picture(job.target).width == 100


def test_interruption_leaves_nothing(tmp_path: Path) -> None:
    jobs = jobs_in(tmp_path, 1)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upscale_file(jobs[0].source, jobs[0].target, repeating(), watch=interrupted)
    assert [path.name for path in tmp_path.iterdir()] == ["0.png"]


@pytest.mark.parametrize("together", [1, 3])
def test_interruption_while_a_file_is_completed_leaves_nothing(
    tmp_path: Path, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, before, encode = jobs_in(tmp_path, 9), threading.active_count(), files.encode

    def encode_slowly(*arguments: Any) -> None:
        arguments[2].touch()
        if arguments[1].height == 10:
            threading.Event().wait(0.5)  # the first one
        encode(*arguments)

    def interrupted(_: PictureWriter) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "encode", encode_slowly)
    monkeypatch.setattr(PictureWriter, "finish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(upscale_files(jobs, repeating(together)))
    assert threading.active_count() == before
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


def test_failure_of_a_network_leaves_nothing(tmp_path: Path) -> None:
    def fail(_: Any) -> Any:
        raise InvalidWeightsError("no numbers")

    jobs = jobs_in(tmp_path, 1)
    with pytest.raises(InvalidWeightsError):
        upscale_file(jobs[0].source, jobs[0].target, Plan(scale=1, passes=(Altered(fail),), tile_size=16))
    assert [path.name for path in tmp_path.iterdir()] == ["0.png"]


def test_watcher_sees_every_file_to_its_end(tmp_path: Path) -> None:
    jobs = jobs_in(tmp_path, 3)
    last: dict[Job, tuple[int, int]] = {}
    list(upscale_files(jobs, repeating(), watch=lambda job, done, total: last.update({job: (done, total)})))
    assert last == {job: (50 * (5 + number), 50 * (5 + number)) for number, job in enumerate(jobs)}


def test_terms_hold_for_all(tmp_path: Path) -> None:
    jobs = jobs_in(tmp_path, 2)
    for job in jobs:
        job.target.write_bytes(b"old")
    terms = Terms(overwrite=True, max_pixels=250)
    results = [outcome.result for outcome in upscale_files(jobs, repeating(), terms)]
    assert isinstance(results[0], Sizes)
    assert "limit of 0.00025 million" in str(results[1])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".tif", ".webp"])
def test_turned_files_become_what_the_upright_picture_becomes(tmp_path: Path, suffix: str, orientation: int) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(noise(300, 40, 3)).save(tmp_path / f"in{suffix}", exif=exif)
    upscale_file(tmp_path / f"in{suffix}", tmp_path / "out.png", repeating())
    upright = read_picture(tmp_path / f"in{suffix}").pixels
    assert np.array_equal(read_picture(tmp_path / "out.png").pixels, upright.repeat(2, 0).repeat(2, 1))


def _kinds(folder: Path) -> None:
    """Files that libvips reads in different ways: in rows, in tiles, as a whole, by a palette."""
    colours = noise(300, 50, 3)
    image: Any = pyvips.Image.new_from_array(colours).copy(interpretation="srgb")
    cover: Any = pyvips.Image.new_from_array(np.dstack([colours, noise(300, 50) // 128 * 255]).astype(np.uint8))
    cover = cover.copy(interpretation="srgb")
    image.pngsave(str(folder / "interlaced.png"), interlace=True)
    image.pngsave(str(folder / "palette.png"), palette=True)
    image.jpegsave(str(folder / "progressive.jpg"), interlace=True)
    image.colourspace("cmyk").jpegsave(str(folder / "cmyk.jpg"))
    cover.cast("ushort").copy(interpretation="rgb16").tiffsave(str(folder / "tiles.tif"), tile=True, compression="lzw")
    cover.webpsave(str(folder / "alpha.webp"), lossless=True)
    cover.heifsave(str(folder / "alpha.avif"), compression="av1")
    image.gifsave(str(folder / "colours.gif"))


def test_streams_of_every_kind_become_what_their_pictures_become(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    _kinds(tmp_path / "in")
    for path in (tmp_path / "in").iterdir():
        upscale_file(path, tmp_path / f"{path.name}.tif", repeating())
        found, expected = read_picture(tmp_path / f"{path.name}.tif"), upscale_picture(read_picture(path), repeating())
        assert np.array_equal(found.pixels, expected.pixels), path.name
        assert (found.alpha is None) == (expected.alpha is None), path.name
        if found.alpha is not None and expected.alpha is not None:
            assert np.array_equal(found.alpha, expected.alpha), path.name
