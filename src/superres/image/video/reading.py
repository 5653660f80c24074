"""Films, read frame by frame."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.error import FFmpegError, InvalidDataError
from av.stream import Disposition
from av.video.stream import VideoStream

from superres.errors import ImageTooLargeError, SuperResError, UnreadableFileError
from superres.image.decoding import reason
from superres.image.files import MAX_PIXELS, check_input
from superres.image.video.conversion import form_of, to_pixels
from superres.image.video.deinterlacing import deinterlaced
from superres.image.video.film import Film, Frame, Tags
from superres.image.video.light import light_of, side_data

_FULL_RANGE = "yuvj"
"""How FFmpeg's older formats begin that say the range by their name."""

_PROGRESSIVE = 1
"""Among FFmpeg's orders of fields, after the unknown one and before those that alternate."""


@contextmanager
def opened(path: Path) -> Generator[InputContainer]:
    """Yield the open file.

    Raises:
        MissingFileError: If there is none.
        UnreadableFileError: If it is no film, or cannot be read.
    """
    check_input(path, "a film")
    try:
        with path.open("rb") as file, av.open(file, "r", metadata_errors="replace") as container:
            yield container
    except SuperResError:
        raise
    except (FFmpegError, OSError) as error:
        raise UnreadableFileError(f"{path} was to be read as a film, but cannot be: {_told(error)}") from error


def _told(error: FFmpegError | OSError) -> str:
    return str(error.strerror).lower() if isinstance(error, FFmpegError) else reason(error)


def stream_of(container: InputContainer, path: Path) -> VideoStream:
    """The pictures of a film, which a cover is not.

    Raises:
        UnreadableFileError: If it has none.
    """
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic and stream.codec_context is not None:
            return stream
    raise UnreadableFileError(f"{path} was to be read as a film, but it has no pictures that can be decoded")


class FilmReader:
    """Of one file. Frames always come from the first on: what is decoded is the same then, damaged or not.

    Args:
        path: The film.
        max_pixels: Frames that claim more are refused.

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is no film, or not one frame of it can be decoded.
        ImageTooLargeError: If frames claim more pixels than the limit.
    """

    def __init__(self, path: Path, *, max_pixels: int = MAX_PIXELS) -> None:
        self._path = path
        self._max_pixels = max_pixels
        self.broken = 0
        """Packets that could not be decoded so far."""
        with closing(self._decoded()) as frames:
            first = next(frames, None)
        if first is None:
            raise UnreadableFileError(f"{path} was to be read as a film, but not one frame of it can be decoded")
        with opened(path) as container:
            stream = stream_of(container, path)
            self.film = _film(stream, first)
            self._end = (stream.start_time or 0) + stream.duration if stream.duration else 0
            """When the last frame is no longer shown; 0 where the film does not say."""
        self._length = max(1, round(1 / (self.film.rate * self.film.time_base)))
        """Of a frame that does not say how long it is shown."""

    def frames(self) -> Generator[Frame]:
        """All frames in the order in which they are shown, each later than the one before.

        Raises:
            SuperResError: As when it was opened.
        """
        self.broken = 0
        waiting: Frame | None = None
        with closing(self._decoded(is_woven=self.film.is_interlaced)) as decoded:
            for frame in decoded:
                pixels = to_pixels(frame, self.film.tags, (self.film.height, self.film.width))
                usual = frame.duration or self._length
                if waiting is None:
                    waiting = Frame(pixels, frame.pts or 0, usual)
                    continue
                time = waiting.time + waiting.length if frame.pts is None else max(frame.pts, waiting.time + 1)
                # What formats say of the length of a frame is often that until the next one is decoded.
                yield replace(waiting, length=time - waiting.time)
                waiting = Frame(pixels, time, usual)
        if waiting is not None:
            yield replace(waiting, length=max(self._end - waiting.time, 0) or waiting.length)

    def _decoded(self, *, is_woven: bool = False) -> Generator[av.VideoFrame]:
        self.broken = 0
        with opened(self._path) as container:
            stream = stream_of(container, self._path)
            # Frames decoded in parallel would hide damage differently from time to time.
            stream.thread_type = "SLICE"
            self._check_size(stream.width, stream.height)
            frames = self._of_packets(container, stream)
            yield from deinterlaced(frames, stream) if is_woven else frames

    def _of_packets(self, container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame]:
        for packet in _packets(container, stream):
            try:
                frames = stream.decode(packet)
            except InvalidDataError:
                self.broken += 1
                continue
            for frame in frames:
                self._check_size(frame.width, frame.height)
                self.broken += bool(frame.is_corrupt)
                yield frame

    def _check_size(self, width: int, height: int) -> None:
        if width * height > self._max_pixels:
            raise ImageTooLargeError(
                f"{self._path} claims frames of {width}×{height} pixels; the limit is {self._max_pixels / 1e6:g} "
                "million, more with --max-pixels"
            )


def _packets(container: InputContainer, stream: VideoStream) -> Iterator[av.Packet[VideoStream] | None]:
    """Those of a stream, and None at the end, wherever that is."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except FFmpegError:  # what follows is damaged, or missing
            packet = None
        yield packet if packet is not None and packet.size else None
        if packet is None or not packet.size:
            return


def _film(stream: VideoStream, frame: av.VideoFrame) -> Film:
    name = frame.format.name
    is_full = name.startswith(_FULL_RANGE)
    tags = Tags(
        primaries=frame.color_primaries,
        transfer=frame.color_trc,
        matrix=frame.colorspace,
        range=2 if is_full else frame.color_range,
    )
    aspect = stream.sample_aspect_ratio
    base = stream.time_base or Fraction(1, 90000)
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    seconds = Fraction(stream.duration * base) if stream.duration else Fraction(0)
    if not seconds:
        seconds = Fraction(cast("InputContainer", stream.container).duration or 0, av.time_base)
    return Film(
        height=frame.height,
        width=frame.width,
        codec=stream.codec_context.codec.canonical_name,
        form=name.replace(_FULL_RANGE, "yuv") if is_full else name,
        time_base=base,
        rate=rate,
        frames=stream.frames or max(1, round(seconds * rate)),
        tags=tags.resolved(frame.height, is_rgb=form_of(name).is_rgb),
        light=light_of(frame),
        aspect=aspect if aspect and aspect != 1 else None,
        matrix=_matrix(frame),
        is_interlaced=frame.interlaced_frame or stream.codec_context.field_order > _PROGRESSIVE,
    )


def _matrix(frame: av.VideoFrame) -> tuple[int, ...] | None:
    numbers = side_data(frame, "DISPLAYMATRIX")
    return None if numbers is None else tuple(int(number) for number in numbers)
