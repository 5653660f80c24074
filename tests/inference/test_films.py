"""A film is enlarged, and everything about it but the number of its pixels stays."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from samples.backends import Repeater
from samples.films import Sample, make_film, uneven

from superres.errors import InvalidRequestError, SuperResError
from superres.image.files import read_picture
from superres.image.video.reading import FilmReader
from superres.inference import films
from superres.inference.batch import Job
from superres.inference.files import Outcome, Sizes, Terms
from superres.inference.film_preview import preview_film
from superres.inference.films import upscale_film
from superres.inference.journal import FOLDER
from superres.inference.request import Plan
from superres.inference.sizing import Sizing

WORDS = [(0.5, 1.5, "Guten Abend."), (3.0, 4.25, "Ünïcødé 字幕"), (9.0, 9.9, "Ende")]
TEN_SECONDS = Sample(
    lengths=uneven(250, 10.0),
    sounds=2,
    subtitles=WORDS,
    chapters=(0.0, 4.0, 7.5),
    aspect=Fraction(4, 3),
    metadata=(("title", "A film"), ("artist", "A. Artist")),
)


def plan_for(scale: int = 2) -> Plan:
    return Plan(scale=scale, passes=(Repeater(scale=scale),), tile_size=64)


def enlarged(source: Path, target: Path, plan: Plan | None = None, **terms: Any) -> Outcome:
    """What became of a film; errors are raised."""
    outcome = upscale_film(Job(source, target), plan or plan_for(), Terms(**terms))
    if not isinstance(outcome.result, Sizes):
        raise outcome.result
    return outcome


@dataclass
class Told:
    """What a film holds, as another reading of it tells."""

    times: list[Fraction]
    """Of frames."""
    packets: list[list[tuple[Fraction, Fraction, bytes]]]
    """Of sound and subtitles: when, how long, what."""
    streams: list[tuple[str, str, str | None, int]]
    chapters: list[tuple[Fraction, Fraction, Mapping[str, str]]]
    metadata: Mapping[str, str]
    aspect: Fraction | None
    rotation: int
    tags: tuple[int, int, int, int]
    form: str
    size: tuple[int, int]
    duration: Fraction


def told(path: Path) -> Told:
    with av.open(str(path)) as film:
        pictures = film.streams.video[0]
        first = next(film.decode(pictures))
        film.seek(0)
        times: list[Fraction] = []
        packets: dict[int, list[tuple[Fraction, Fraction, bytes]]] = {}
        for packet in film.demux():
            if not packet.size or packet.pts is None or packet.stream.type == "data":
                continue
            time = packet.pts * packet.time_base
            if packet.stream.index == pictures.index:
                times.append(time)
            else:
                length = (packet.duration or 0) * packet.time_base
                packets.setdefault(packet.stream.index, []).append((time, length, bytes(packet)))
        return Told(
            times=sorted(times),
            packets=list(packets.values()),
            streams=[
                (stream.type, stream.name or "", stream.language, int(stream.disposition)) for stream in film.streams
            ],
            chapters=[
                (
                    each["start"] * Fraction(each["time_base"] or 1),
                    each["end"] * Fraction(each["time_base"] or 1),
                    each["metadata"],
                )
                for each in film.chapters()
            ],
            metadata={name: film.metadata.get(name, "") for name in ("title", "artist")},
            aspect=pictures.sample_aspect_ratio,
            rotation=first.rotation,
            tags=(first.color_primaries, first.color_trc, first.colorspace, first.color_range),
            form=first.format.name,
            size=(first.height, first.width),
            duration=Fraction(film.duration or 0, av.time_base),
        )


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_ten_seconds_of_uneven_pace_keep_every_time_sound_and_subtitle(tmp_path: Path, suffix: str) -> None:
    source, target = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    make_film(source, TEN_SECONDS)
    outcome = enlarged(source, target)
    assert outcome.result == Sizes(32, 48, 64, 96)
    assert outcome.remarks == ()
    before, after = told(source), told(target)
    assert len(before.times) == 250
    assert min(len(packets) for packets in before.packets[:2]) >= 469
    assert [word[2].decode() for word in before.packets[2] if len(word[2]) > 2][-1].endswith("Ende")
    assert after == replace(before, size=(64, 96))


def test_frames_are_the_enlarged_ones_in_order(tmp_path: Path) -> None:
    sample = Sample(lengths=uneven(30, 1.0), codec="ffv1", form="bgr0", options=())
    make_film(tmp_path / "a.mkv", sample)
    enlarged(tmp_path / "a.mkv", tmp_path / "b.mkv")
    before, after = (FilmReader(tmp_path / name).frames() for name in ("a.mkv", "b.mkv"))
    for low, high in zip(before, after, strict=True):
        np.testing.assert_array_equal(high.pixels, low.pixels.repeat(2, 0).repeat(2, 1))
        assert (high.time, high.length) == (low.time, low.length)


@pytest.mark.parametrize("form", ["gray", "gray10le", "yuv420p10le", "yuva444p16le"])
def test_depth_grey_and_alpha_are_kept(tmp_path: Path, form: str) -> None:
    make_film(tmp_path / "a.mkv", Sample(lengths=[3600] * 3, codec="ffv1", form=form, options=()))
    enlarged(tmp_path / "a.mkv", tmp_path / "b.mkv")
    assert told(tmp_path / "b.mkv").form == form


@pytest.mark.parametrize("tags", [(1, 1, 1, 1), (9, 16, 9, 1), (9, 18, 9, 1), (6, 6, 6, 2), (5, 1, 5, 1)])
def test_colour_tags_are_kept_and_colours_with_them(tmp_path: Path, tags: tuple[int, int, int, int]) -> None:
    make_film(tmp_path / "a.mp4", Sample(lengths=[3600] * 5, tags=tags, form="yuv420p10le"))
    enlarged(tmp_path / "a.mp4", tmp_path / "b.mp4", quality=100)
    assert told(tmp_path / "b.mp4").tags == tags
    low, high = (next(FilmReader(tmp_path / name).frames()).pixels / 257 for name in ("a.mp4", "b.mp4"))
    assert np.abs(high.mean(axis=(0, 1)) - low.mean(axis=(0, 1))).max() < 0.5


def test_small_film_without_tags_is_not_taken_for_high_definition_when_it_is_large(tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", Sample(lengths=[3600] * 3, height=360, width=64, tags=(2, 2, 2, 0)))
    enlarged(tmp_path / "a.mp4", tmp_path / "b.mp4")
    assert told(tmp_path / "b.mp4").tags == (6, 6, 6, 1)


@pytest.mark.parametrize(("codec", "suffix"), [("hevc", ".mp4"), ("av1", ".mp4"), ("h264", ".mkv")])
def test_light_of_a_film_of_high_dynamic_range_is_kept(tmp_path: Path, codec: str, suffix: str) -> None:
    display = "G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,50)"
    sample = Sample(
        lengths=[3600] * 4,
        height=96,
        width=128,
        codec="libx265",
        form="yuv420p10le",
        tags=(9, 16, 9, 1),
        options=(("x265-params", f"log-level=error:master-display={display}:max-cll=900,300"),),
    )
    make_film(tmp_path / "a.mp4", sample)
    enlarged(tmp_path / "a.mp4", tmp_path / f"b{suffix}", codec=codec)
    before, after = (FilmReader(path).film.light for path in (tmp_path / "a.mp4", tmp_path / f"b{suffix}"))
    assert before is not None
    assert after is not None
    assert after.content == before.content == (900, 300)
    np.testing.assert_allclose(after.primaries, before.primaries, atol=2e-5)
    np.testing.assert_allclose(after.luminance, before.luminance, rtol=0.01, atol=1e-4)
    assert before.primaries[0] == (0.708, 0.292)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_film_stays_turned_as_it_was_held(tmp_path: Path, rotation: int) -> None:
    make_film(tmp_path / "a.mp4", Sample(lengths=[3600] * 3, rotation=rotation))
    enlarged(tmp_path / "a.mp4", tmp_path / "b.mp4")
    assert told(tmp_path / "b.mp4").rotation == told(tmp_path / "a.mp4").rotation


def test_width_is_that_of_what_is_seen(tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", Sample(lengths=[3600] * 3, rotation=90))
    plan = replace(plan_for(), sizing=Sizing(width=60))
    enlarged(tmp_path / "a.mp4", tmp_path / "b.mp4", plan)
    assert FilmReader(tmp_path / "b.mp4").film.seen == (90, 60)


def test_sides_are_even_and_pixels_keep_their_shape(tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", Sample(lengths=[3600] * 3, height=30, width=46))
    outcome = enlarged(tmp_path / "a.mp4", tmp_path / "b.mp4", replace(plan_for(), scale=1.5))
    assert outcome.result == Sizes(30, 46, 46, 70)


def test_frames_that_equal_the_one_before_are_not_computed(tmp_path: Path) -> None:
    still = tuple(range(3, 20))
    make_film(tmp_path / "a.mkv", Sample(lengths=[3600] * 24, still=still, codec="ffv1", form="bgr0", options=()))
    repeater = Repeater()
    enlarged(tmp_path / "a.mkv", tmp_path / "b.mkv", Plan(scale=2, passes=(repeater,), tile_size=64))
    assert len(repeater.shapes) == 24 - len(still)
    assert len(told(tmp_path / "b.mkv").times) == 24


def test_several_frames_at_a_time_make_the_same_film(tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", Sample(lengths=uneven(40, 2.0), still=(4, 5, 20)))
    enlarged(tmp_path / "a.mp4", tmp_path / "b.mp4")
    enlarged(tmp_path / "a.mp4", tmp_path / "c.mp4", replace(plan_for(), together=3))
    assert (tmp_path / "b.mp4").read_bytes() == (tmp_path / "c.mp4").read_bytes()


def test_segments_make_one_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "_MOST", 7)
    monkeypatch.setattr(films, "_FEWEST", 7)
    source = tmp_path / "a.mp4"
    make_film(source, replace(TEN_SECONDS, lengths=uneven(60, 10.0)))
    enlarged(source, tmp_path / "b.mp4")
    assert told(tmp_path / "b.mp4") == replace(told(source), size=(64, 96))
    assert not (tmp_path / FOLDER).exists()


def test_interrupted_film_goes_on_and_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "_MOST", 8)
    monkeypatch.setattr(films, "_FEWEST", 8)
    source = tmp_path / "a.mp4"
    make_film(source, replace(TEN_SECONDS, lengths=uneven(60, 10.0)))
    enlarged(source, tmp_path / "whole.mp4")

    class Tired(Repeater):
        def upscale(self, low: Any) -> Any:
            if len(self.shapes) == 30:
                raise SuperResError("enough")
            return super().upscale(low)

    with pytest.raises(SuperResError, match="enough"):
        enlarged(source, tmp_path / "b.mp4", Plan(scale=2, passes=(Tired(),), tile_size=64))
    assert not (tmp_path / "b.mp4").exists()
    rested = Repeater()
    enlarged(source, tmp_path / "b.mp4", Plan(scale=2, passes=(rested,), tile_size=64))
    assert len(rested.shapes) == 60 - 24
    assert (tmp_path / "b.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()


@pytest.mark.parametrize("change", ["quality", "source"])
def test_parts_made_otherwise_are_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    monkeypatch.setattr(films, "_MOST", 8)
    monkeypatch.setattr(films, "_FEWEST", 8)
    source = tmp_path / "a.mkv"
    make_film(source, Sample(lengths=[3600] * 24))
    monkeypatch.setattr(films, "join", _refused)
    with pytest.raises(SuperResError, match="not today"):
        enlarged(source, tmp_path / "b.mkv")
    monkeypatch.undo()
    if change == "source":
        make_film(source, Sample(lengths=[3600] * 25))
    again = Repeater()
    plan = Plan(scale=2, passes=(again,), tile_size=64)
    enlarged(source, tmp_path / "b.mkv", plan, quality=50 if change == "quality" else None)
    assert len(again.shapes) == len(told(source).times)


def test_encoder_that_fails_at_small_frames_is_not_asked(tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", Sample(lengths=[3600] * 3, height=16, width=24))
    with pytest.raises(InvalidRequestError, match="needs 64 a side; --codec h264"):
        enlarged(tmp_path / "a.mp4", tmp_path / "b.mp4", codec="hevc")


def _refused(*_: object) -> tuple[str, ...]:
    raise SuperResError("not today")


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1", "vp9", "ffv1"])
def test_codec_can_be_chosen(tmp_path: Path, codec: str) -> None:
    make_film(tmp_path / "a.mp4", replace(TEN_SECONDS, lengths=uneven(20, 10.0)))
    enlarged(tmp_path / "a.mp4", tmp_path / "b.mkv", codec=codec)
    assert FilmReader(tmp_path / "b.mkv").film.codec == codec
    before, after = told(tmp_path / "a.mp4"), told(tmp_path / "b.mkv")
    start = after.times[0]  # the sound begins a little before zero, which this format cannot say
    np.testing.assert_allclose(
        [float(time - start) for time in after.times], [float(time) for time in before.times], atol=0.0011
    )
    assert [word[2].decode() for word in after.packets[2]] == [text for _, _, text in WORDS]


def test_less_quality_takes_less_room(tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", Sample(lengths=[3600] * 20, height=64, width=96))
    sizes: list[int] = []
    for quality in (20, 95):
        target = tmp_path / f"{quality}.mp4"
        enlarged(tmp_path / "a.mp4", target, quality=quality)
        sizes.append(target.stat().st_size)
    assert sizes[0] < sizes[1] / 2


def test_format_that_does_not_take_the_sound_is_refused_before_any_work(tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", replace(TEN_SECONDS, lengths=[90000] * 10))
    repeater = Repeater()
    with pytest.raises(InvalidRequestError, match=r"audio as aac, which webm files do not take; name an \.mkv"):
        enlarged(tmp_path / "a.mp4", tmp_path / "b.webm", Plan(scale=2, passes=(repeater,), tile_size=64))
    assert repeater.shapes == []


def test_note_says_what_made_the_film_unless_it_is_refused(tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", replace(TEN_SECONDS, lengths=[90000] * 10))
    found: list[dict[str, str]] = []
    for name, noted, is_stripped in (("b", True, False), ("c", False, False), ("d", True, True)):
        target = tmp_path / f"{name}.mp4"
        enlarged(tmp_path / "a.mp4", target, is_noted=noted, is_stripped=is_stripped)
        with av.open(str(tmp_path / f"{name}.mp4")) as film:
            found.append(film.metadata)
    full, plain, stripped = found
    assert full["comment"].startswith("superres version=")
    assert "comment" not in plain
    assert plain["title"] == full["title"] == "A film"
    assert "title" not in stripped


def test_tags_of_telephones_are_kept(tmp_path: Path) -> None:
    source = tmp_path / "a.mov"
    make_film(source, Sample(lengths=[3600] * 3, metadata=(("com.apple.quicktime.make", "Apple"),)))
    enlarged(source, tmp_path / "b.mov")
    with av.open(str(tmp_path / "b.mov")) as film:
        assert film.metadata["com.apple.quicktime.make"] == "Apple"


def test_progress_is_that_of_all_frames(tmp_path: Path) -> None:
    make_film(tmp_path / "a.mp4", Sample(lengths=[3600] * 20))
    shown: list[tuple[int, int]] = []
    upscale_film(Job(tmp_path / "a.mp4", tmp_path / "b.mp4"), plan_for(), Terms(), lambda _, *done: shown.append(done))
    assert shown == sorted(shown)
    assert shown[-1] == (20, 20)


@pytest.mark.parametrize(("time", "number"), [(Fraction(0), 0), (Fraction(1, 2), 5), (Fraction(99), 9)])
def test_preview_is_the_frame_that_is_shown_then(tmp_path: Path, time: Fraction, number: int) -> None:
    make_film(tmp_path / "a.mkv", Sample(lengths=[9000] * 10, codec="ffv1", form="bgr0", options=(), first=1800))
    outcome = preview_film(Job(tmp_path / "a.mkv", tmp_path / "b.png"), plan_for(), Terms(), time)
    assert outcome.result == Sizes(32, 48, 64, 96)
    frame = list(FilmReader(tmp_path / "a.mkv").frames())[number]
    np.testing.assert_array_equal(read_picture(tmp_path / "b.png").pixels, frame.pixels.repeat(2, 0).repeat(2, 1))


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_preview_is_upright(tmp_path: Path, rotation: int) -> None:
    sample = Sample(lengths=[9000] * 2, rotation=rotation, form="yuv444p", tags=(1, 1, 1, 1))
    make_film(tmp_path / "a.mp4", sample)
    preview_film(Job(tmp_path / "a.mp4", tmp_path / "b.png"), plan_for(), Terms(), Fraction(0))
    stored = next(FilmReader(tmp_path / "a.mp4").frames()).pixels
    # FFmpeg tells turns against the clock.
    upright = np.rot90(stored, told(tmp_path / "a.mp4").rotation // 90)
    np.testing.assert_array_equal(read_picture(tmp_path / "b.png").pixels, upright.repeat(2, 0).repeat(2, 1))
