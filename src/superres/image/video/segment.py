"""Some frames of a film in a file of their own, until all are there."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from superres.errors import InvalidRequestError, UnwritableFileError
from superres.image.decoding import reason
from superres.image.picture import Integers
from superres.image.video.conversion import to_frame
from superres.image.video.encoders import Encoder, Options, options_of, quieten
from superres.image.video.film import Film

FORMAT = "matroska"
"""Holds whatever codec; the times of frames are kept elsewhere, since it rounds them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Making:
    """How the frames of a result are stored."""

    height: int
    width: int
    encoder: Encoder
    form: str
    """How pixels are stored, as FFmpeg names it."""
    film: Film
    """Whose frames were enlarged: rate, colours, light and the shape of pixels stay."""
    quality: int | None = None
    """1 to 100; see `superres.image.video.encoders`."""
    has_avx512: bool = False
    """Whether the processor does."""

    @property
    def options(self) -> Options:
        """Of the encoder."""
        return options_of(self.encoder, self.quality, self.film.light, has_avx512=self.has_avx512)


def check_making(made: Making) -> None:
    """Refuse what cannot be encoded here, before any work is done for it.

    Raises:
        InvalidRequestError: If the encoder does not work, or not at this size.
    """
    encoder, height, width = made.encoder, made.height, made.width
    if min(height, width) < encoder.least:
        raise InvalidRequestError(
            f"{encoder.library} was to encode frames of {width}×{height} pixels, but needs {encoder.least} a side; "
            "--codec h264 takes smaller ones"
        )
    try:
        with av.open("nowhere", "w", format="null") as container:
            _stream(container, made).codec_context.open()
    except (FFmpegError, ValueError) as error:
        raise InvalidRequestError(
            f"{encoder.library} was to encode frames of {width}×{height} pixels, but does not here: "
            f"{_told(error)}; another --codec may"
        ) from error


class SegmentWriter:
    """Takes frames, and leaves a file when left.

    Args:
        path: The file; replaced where it exists.
        made: How frames are stored.

    Raises:
        UnwritableFileError: If the place does not take it.
    """

    def __init__(self, path: Path, made: Making) -> None:
        self._path = path
        self._made = made
        self._count = 0
        try:
            self._container = av.open(path.absolute(), "w", format=FORMAT)
        except (FFmpegError, OSError) as error:
            raise self._unwritable(error) from error
        self._stream = _stream(self._container, made)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if kind is None:
                self._container.mux(self._stream.encode(None))
            self._container.close()
        except (FFmpegError, OSError) as failure:
            if kind is None:
                raise self._unwritable(failure) from failure

    def write(self, pixels: Integers) -> None:
        """Add a frame, (H, W, C).

        Raises:
            UnwritableFileError: If the place is full.
        """
        frame = to_frame(pixels, self._made.form, self._made.film.tags)
        # Encoders are told an even pace; the true times are put in when all segments come together.
        frame.pts, frame.time_base = self._count, 1 / self._made.film.rate
        self._count += 1
        try:
            self._container.mux(self._stream.encode(frame))
        except (FFmpegError, OSError) as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError | FFmpegError) -> UnwritableFileError:
        return UnwritableFileError(f"frames could not be written to {self._path}: {_told(error)}")


def _told(error: Exception) -> str:
    if isinstance(error, FFmpegError):
        return str(error.strerror).lower()
    return reason(error) if isinstance(error, OSError) else " ".join(str(error).split())


def _stream(container: OutputContainer, made: Making) -> VideoStream:
    film = made.film
    quieten()
    options = made.options
    bit_rate = options.pop("b", None)
    stream = cast("VideoStream", container.add_stream(made.encoder.library, rate=film.rate, options=options))
    stream.width, stream.height, stream.pix_fmt = made.width, made.height, made.form
    context = stream.codec_context
    context.time_base = 1 / film.rate
    if bit_rate is not None:
        context.bit_rate = int(bit_rate)
    context.color_primaries, context.color_trc = film.tags.primaries, film.tags.transfer
    context.colorspace, context.color_range = film.tags.matrix, film.tags.range
    if film.aspect is not None:
        context.sample_aspect_ratio = film.aspect * Fraction(made.height * film.width, made.width * film.height)
    return stream
