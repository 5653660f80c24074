"""Films that tests make: of any pace, with sound, subtitles and chapters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av.container.core import Chapter

TIME_BASE = Fraction(1, 90000)
_RATE = 48000
_SAMPLES = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What a film shall be like."""

    lengths: Sequence[int]
    """Of each frame, in `TIME_BASE`."""
    height: int = 32
    width: int = 48
    codec: str = "libx264"
    form: str = "yuv420p"
    tags: tuple[int, int, int, int] = (1, 1, 1, 1)
    """Primaries, transfer, matrix and range, as ITU-T H.273 numbers them."""
    options: tuple[tuple[str, str], ...] = (("crf", "10"),)
    sounds: int = 0
    subtitles: Sequence[tuple[float, float, str]] = ()
    """When they come and go [s], and what they say."""
    chapters: Sequence[float] = ()
    """When they begin [s]."""
    aspect: Fraction | None = None
    rotation: int = 0
    metadata: tuple[tuple[str, str], ...] = ()
    still: tuple[int, ...] = ()
    """Frames that equal the one before."""
    is_woven: bool = False
    """Whether each frame shows, in every second line, what the next one would."""
    first: int = 0
    """When the first frame is shown."""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return float(sum(self.lengths) * TIME_BASE)


def uneven(count: int, seconds: float, seed: int = 0) -> list[int]:
    """Lengths of frames that are all different, and take so long together."""
    shares = np.random.default_rng(seed).uniform(0.4, 1.6, count)
    lengths = [int(share) for share in shares / shares.sum() * seconds / float(TIME_BASE)]
    return [*lengths[:-1], lengths[-1] + round(seconds / float(TIME_BASE)) - sum(lengths)]


def picture(number: int, height: int, width: int, channels: int, *, is_wide: bool) -> NDArray[np.uint8 | np.uint16]:
    """A frame: waves that move, and a square that jumps."""
    rows, columns = np.mgrid[0:height, 0:width]
    planes = [
        128 + 60 * np.sin((columns + 2 * number + 9 * channel) / (4 + channel)) + 40 * np.cos(rows / 5 + number / 3)
        for channel in range(channels)
    ]
    values = np.stack(planes, axis=-1)
    at = 7 * number % max(1, width - 8)
    values[4:12, at : at + 8] = 235 - 40 * np.arange(channels)
    return np.round(values * 257).astype(np.uint16) if is_wide else np.round(values).astype(np.uint8)


def make_film(path: Path, sample: Sample) -> None:
    """Write a film; its format follows from the name's ending."""
    is_mp4 = path.suffix in (".mp4", ".mov")
    options = {"video_track_timescale": str(TIME_BASE.denominator)} if is_mp4 else {}
    if any("." in name for name, _ in sample.metadata):
        options["movflags"] = "use_metadata_tags"
    with av.open(str(path), "w", options=options) as film:
        film.metadata.update(dict(sample.metadata))
        pictures = _pictures(film, sample)
        sounds = [_sound(film, number) for number in range(sample.sounds)]
        words = film.add_mux_stream("mov_text" if is_mp4 else "subrip") if sample.subtitles else None
        if words is not None:
            words.time_base = Fraction(1, 1000)
            words.metadata["language"] = "deu"
        if sample.chapters:
            film.set_chapters(_chapters(sample))
        film.start_encoding()
        packets = [*_shown(pictures, sample)]
        for number, sound in enumerate(sounds):
            packets += _heard(sound, number, sample.seconds)
        if words is not None:
            packets += _read(words, sample, is_mp4=is_mp4)
        for packet in sorted(packets, key=lambda each: Fraction(each.dts or 0) * each.time_base):
            film.mux(packet)


def _pictures(film: OutputContainer, sample: Sample) -> av.VideoStream:
    stream = film.add_stream(sample.codec, rate=25, options=dict(sample.options))
    assert isinstance(stream, av.VideoStream)
    stream.width, stream.height, stream.pix_fmt = sample.width, sample.height, sample.form
    context = stream.codec_context
    context.color_primaries, context.color_trc, context.colorspace, context.color_range = sample.tags
    context.time_base = TIME_BASE
    stream.time_base = TIME_BASE
    if sample.aspect is not None:
        context.sample_aspect_ratio = sample.aspect
    if sample.rotation:
        stream.set_display_rotation(sample.rotation)
    return stream


def _shown(stream: av.VideoStream, sample: Sample) -> list[Packet[Stream]]:
    form = av.VideoFormat(sample.form)
    is_grey = len(form.components) == 1
    is_wide = form.components[0].bits > 8
    names = {(True, False): "gray", (True, True): "gray16le", (False, False): "rgb24", (False, True): "rgb48le"}
    packets: list[Packet[Stream]] = []
    time, number = sample.first, 0
    for index, length in enumerate(sample.lengths):
        number = number if index in sample.still else index
        pixels = picture(number, sample.height, sample.width, 1 if is_grey else 3, is_wide=is_wide)
        if sample.is_woven:
            pixels[1::2] = picture(number + 1, *pixels.shape, is_wide=is_wide)[1::2]
        values: Any = pixels[..., 0] if is_grey else pixels
        frame = av.VideoFrame.from_ndarray(values, names[is_grey, is_wide])
        frame = frame.reformat(format=sample.form, dst_colorspace=sample.tags[2], dst_color_range=sample.tags[3])
        frame.pts, frame.time_base, frame.duration = time, TIME_BASE, length
        time += length
        packets += stream.encode(frame)
    packets += stream.encode(None)
    return _in_step(packets, sample)


def _in_step(packets: list[Packet[Stream]], sample: Sample) -> list[Packet[Stream]]:
    """With times of decoding that rise, which encoders do not give where the pace is uneven."""
    lengths: dict[int, int] = {}
    time = sample.first
    for length in sample.lengths:
        lengths[time] = length
        time += length
    times = sorted(lengths)
    delay = max(number - times.index(packet.pts or 0) for number, packet in enumerate(packets))
    for number, packet in enumerate(packets):
        before = number - delay
        packet.dts = times[before] if before >= 0 else times[0] + before
        packet.duration = lengths[packet.pts or 0]
    return packets


def _sound(film: OutputContainer, number: int) -> av.AudioStream:
    stream = film.add_stream("aac", rate=_RATE, options={"b": "64k"})
    assert isinstance(stream, av.AudioStream)
    stream.codec_context.layout = "mono"
    stream.metadata["language"] = ("eng", "fra")[number % 2]
    return stream


def _heard(stream: av.AudioStream, number: int, seconds: float) -> Iterator[Packet[Stream]]:
    for start in range(0, int(seconds * _RATE), _SAMPLES):
        wave = np.sin(np.arange(start, start + _SAMPLES) * 2 * np.pi * (220 + 110 * number) / _RATE)
        frame = av.AudioFrame.from_ndarray((0.3 * wave).astype(np.float32)[None], "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = _RATE, start, Fraction(1, _RATE)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _read(stream: Stream, sample: Sample, *, is_mp4: bool) -> Iterator[Packet[Stream]]:
    for begin, end, text in sample.subtitles:
        spoken = text.encode()
        packet: Packet[Stream] = Packet(len(spoken).to_bytes(2, "big") + spoken if is_mp4 else spoken)
        packet.stream, packet.time_base = stream, Fraction(1, 1000)
        packet.pts = packet.dts = round(begin * 1000)
        packet.duration = round((end - begin) * 1000)
        yield packet


def _chapters(sample: Sample) -> list[Chapter]:
    ends = [*sample.chapters[1:], sample.seconds]
    return [
        {
            "id": number,
            "start": round(begin * 1000),
            "end": round(end * 1000),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": f"Chapter {number}"},
        }
        for number, (begin, end) in enumerate(zip(sample.chapters, ends, strict=True), start=1)
    ]


def damaged(path: Path, share: float, seed: int = 0) -> None:
    """Overwrite bytes within a share of the packets of a film's pictures, but the first."""
    places: list[tuple[int, int]] = []
    with av.open(str(path)) as film:
        places += [
            (packet.pos, packet.size)
            for packet in film.demux(video=0)
            if packet.size and packet.pos is not None and not packet.is_keyframe
        ]
    random = np.random.default_rng(seed)
    data = bytearray(path.read_bytes())
    for number in sorted(random.choice(len(places), max(1, round(share * len(places))), replace=False)):
        begin, size = places[number]
        # Behind the first bytes, which give the length of what follows.
        at = begin + min(5, size - 1)
        data[at : begin + size] = random.integers(0, 256, begin + size - at, np.uint8).tobytes()
    path.write_bytes(data)
