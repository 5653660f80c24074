"""Films are read frame by frame, with the times at which frames are shown."""

import shutil
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from samples.films import TIME_BASE, Sample, damaged, make_film, picture, uneven

from superres.errors import ImageTooLargeError, MissingFileError, UnreadableFileError
from superres.image.video.film import Tags
from superres.image.video.reading import FilmReader

LENGTHS = uneven(30, 2.0)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    make_film(path, Sample(lengths=LENGTHS, sounds=1))
    return path


def test_times_are_those_of_the_film(clip: Path) -> None:
    reader = FilmReader(clip)
    frames = list(reader.frames())
    assert reader.film.time_base == TIME_BASE
    assert [frame.time for frame in frames] == [sum(LENGTHS[:number]) for number in range(len(LENGTHS))]
    assert [frame.length for frame in frames[:-1]] == LENGTHS[:-1]
    assert reader.film.frames == len(frames)
    assert reader.broken == 0


def test_frames_are_what_was_encoded(clip: Path) -> None:
    for number, frame in enumerate(FilmReader(clip).frames()):
        expected = picture(number, 32, 48, 3, is_wide=False)
        assert np.abs(frame.pixels.astype(int) - expected).mean() < 16  # chroma is halved


def test_frames_can_be_read_again(clip: Path) -> None:
    reader = FilmReader(clip)
    first, second = (list(reader.frames()) for _ in range(2))
    assert len(first) == len(second)
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(first, second, strict=True))


def test_tags_depth_aspect_and_turn_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    sample = Sample(
        lengths=[3000] * 3, height=96, width=128, codec="libx265", form="yuv420p10le", tags=(9, 16, 9, 1),
        aspect=Fraction(4, 3), rotation=90, options=(("x265-params", "log-level=error"),),
    )  # fmt: skip
    make_film(path, sample)
    film = FilmReader(path).film
    assert (film.codec, film.form, film.rate) == ("hevc", "yuv420p10le", 30)
    assert film.tags == Tags(primaries=9, transfer=16, matrix=9, range=1)
    assert film.aspect == Fraction(4, 3)
    assert film.is_turned
    assert film.seen == (128, 96)
    assert next(FilmReader(path).frames()).pixels.dtype == np.uint16


def test_grey_stays_grey(tmp_path: Path) -> None:
    make_film(tmp_path / "a.mkv", Sample(lengths=[3000] * 3, codec="ffv1", form="gray", options=()))
    frames = list(FilmReader(tmp_path / "a.mkv").frames())
    for number, frame in enumerate(frames):
        np.testing.assert_array_equal(frame.pixels, picture(number, 32, 48, 1, is_wide=False))


def test_missing_film_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no such file"):
        FilmReader(tmp_path / "absent.mp4")


@pytest.mark.parametrize("data", [b"", b"no film at all" * 100])
def test_what_is_no_film_is_said(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError, match="cannot be: "):
        FilmReader(path)


def test_sound_alone_is_no_film(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mkv"), "w") as file:
        sound = file.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        file.mux(sound.encode(frame))
    with pytest.raises(UnreadableFileError, match="no pictures"):
        FilmReader(tmp_path / "a.mkv")


def test_frames_beyond_the_limit_are_refused(clip: Path) -> None:
    with pytest.raises(ImageTooLargeError, match="48×32 pixels; the limit is"):
        FilmReader(clip, max_pixels=1000)


def test_damage_is_counted_and_what_is_whole_is_read_always_alike(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.mp4"
    shutil.copy(clip, path)
    damaged(path, share=0.2)
    reader = FilmReader(path)
    first = list(reader.frames())
    assert reader.broken > 0
    second = list(reader.frames())
    assert [frame.time for frame in first] == [frame.time for frame in second]
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(first, second, strict=True))
    assert all(one.time < other.time for one, other in pairwise(first))


def test_end_that_is_cut_off_is_left_out(tmp_path: Path) -> None:
    make_film(tmp_path / "a.mkv", Sample(lengths=[3600] * 30))
    data = (tmp_path / "a.mkv").read_bytes()
    (tmp_path / "b.mkv").write_bytes(data[: len(data) * 2 // 3])
    frames = list(FilmReader(tmp_path / "b.mkv").frames())
    assert 5 < len(frames) < 30


def test_interlaced_film_is_read_as_single_moments_at_the_same_times(tmp_path: Path) -> None:
    woven = (("crf", "5"), ("flags", "+ildct+ilme"), ("x264-params", "tff=1"))
    sample = Sample(lengths=LENGTHS, height=64, width=96, options=woven, is_woven=True)
    make_film(tmp_path / "a.mp4", sample)
    reader = FilmReader(tmp_path / "a.mp4")
    assert reader.film.is_interlaced
    frames = list(reader.frames())
    assert [frame.time for frame in frames] == [sum(LENGTHS[:number]) for number in range(len(LENGTHS))]
    with av.open(str(tmp_path / "a.mp4")) as film:
        stored = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    combs = [np.abs(np.diff(pixels.astype(float), axis=0)).mean() for pixels in (stored[9], frames[9].pixels)]
    assert combs[1] < combs[0] / 2
