"""Segments put together into a film, with all that the source holds beside its pictures, and its times.

Nothing is encoded anew: packets are copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from io import BytesIO
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.container.core import Flags
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream

from superres.errors import InvalidRequestError, UnreadableFileError, UnwritableFileError
from superres.image.decoding import reason
from superres.image.video.reading import opened, stream_of
from superres.image.video.segment import FORMAT, Making

Times = Sequence[tuple[int, int]]
"""When frames are shown, and how long, counted in the film's time base; in order."""

_CHAPTERS = "bin_data"
"""What the names of chapters are kept as in MP4; they are written anew."""

_GAP = b"\0\0"
"""What MP4 has where no subtitle is shown; written anew, too."""

_OWN_TAGS = ("encoder", "major_brand", "minor_version", "compatible_brands", "duration")
"""What a container says of itself."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Frames that lie in a file, and when they are shown."""

    path: Path
    times: Times


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """What segments become."""

    source: Path
    """Whose sound, subtitles, chapters, covers, fonts and tags are taken along."""
    form: str
    """Its format, as a film's ending."""
    made: Making
    """How the pictures are stored."""
    note: Mapping[str, str] | None = None
    """Tags to add; None leaves out the source's own, too."""


def join(whole: Whole, segments: Sequence[Segment], target: Path) -> tuple[str, ...]:
    """Put segments together.

    Args:
        whole: What they become.
        segments: At least one.
        target: The file, replaced where it exists; its name may be any.

    Returns:
        What of the source could not be taken along.

    Raises:
        InvalidRequestError: If the format does not take a stream of the source.
        UnreadableFileError: If a segment is not what it was.
        UnwritableFileError: If the place does not take the file.
    """
    with opened(whole.source) as source:
        try:
            with av.open(target.absolute(), "w", format=_muxer(whole.form), options=_options(source, whole)) as film:
                film.flags |= Flags.bitexact.value
                return _joined(source, segments, film, whole)
        except FFmpegError as error:
            raise UnwritableFileError(f"{target} could not be written: {error.strerror}") from error
        except OSError as error:
            raise UnwritableFileError(f"{target} could not be written: {reason(error)}") from error


def check_streams(source: Path, form: str) -> None:
    """Refuse a film whose sound or subtitles a format does not take, before any work is done for it.

    Args:
        source: The film.
        form: As `join` takes it.

    Raises:
        InvalidRequestError: If the format does not take one of its streams.
        UnreadableFileError: If it cannot be read.
    """
    with opened(source) as container, av.open(BytesIO(), "w", format=_muxer(form)) as film:
        pictures = stream_of(container, source)
        for stream in container.streams:
            if stream.index != pictures.index:
                _copy(film, stream)


def _muxer(form: str) -> str:
    return {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}[form]


def _options(source: InputContainer, whole: Whole) -> dict[str, str]:
    if whole.form in (".mkv", ".webm"):
        return {}
    flags = "+faststart"
    if any("." in name for name in source.metadata):  # as telephones write them
        flags += "+use_metadata_tags"
    return {"movflags": flags, "video_track_timescale": str(whole.made.film.time_base.denominator)}


def _joined(
    source: InputContainer, segments: Sequence[Segment], film: OutputContainer, whole: Whole
) -> tuple[str, ...]:
    pictures = stream_of(source, whole.source)
    placed = _pictures(film, segments[0], pictures, whole.made)
    copies: dict[int, Stream] = {}
    left_out: list[str] = []
    has_chapters = bool(source.chapters())
    for stream in source.streams:
        if stream.index == pictures.index:
            continue
        if (copy := _copy(film, stream)) is not None:
            copies[stream.index] = copy
        elif not (has_chapters and stream.name == _CHAPTERS):
            left_out.append(f"{stream.type} ({stream.name or 'of an unknown kind'})")
    if whole.note is not None:
        film.metadata.update({name: value for name, value in source.metadata.items() if name not in _OWN_TAGS})
        film.metadata.update(whole.note)
    film.set_chapters(source.chapters())
    film.start_encoding()
    for packet in _in_order(_placed(segments, placed, whole.made), _others(source, copies)):
        film.mux(packet)
    return tuple(left_out)


def _pictures(film: OutputContainer, first: Segment, source: av.VideoStream, made: Making) -> av.VideoStream:
    with av.open(first.path, "r", format=FORMAT) as segment:
        stream = film.add_stream_from_template(segment.streams.video[0], opaque=True)
    stream.time_base = made.film.time_base
    context, tags = stream.codec_context, made.film.tags
    context.color_primaries, context.color_trc = tags.primaries, tags.transfer
    context.colorspace, context.color_range = tags.matrix, tags.range
    context.framerate = made.film.rate
    if made.film.aspect is not None:
        context.sample_aspect_ratio = made.film.aspect
    if made.film.matrix is not None:
        stream.set_display_matrix(made.film.matrix)
    stream.metadata.update(_tags(source))
    stream.disposition = source.disposition
    return stream


def _copy(film: OutputContainer, stream: Stream) -> Stream | None:
    """A stream of the result like one of the source; None for kinds that are not taken along."""
    if stream.type in ("data", "unknown") or (stream.type != "attachment" and stream.codec_context is None):
        return None
    try:
        copy = film.add_stream_from_template(stream, opaque=True)
    except ValueError as error:
        if stream.name == "mov_text" and film.format.name == FORMAT:
            return _plain(film, stream)
        raise InvalidRequestError(
            f"the film has {stream.type} as {stream.name}, which {film.format.name} files do not take; name an .mkv, "
            "which takes all"
        ) from error
    copy.metadata.update(_tags(stream))
    copy.disposition = stream.disposition
    return copy


def _plain(film: OutputContainer, stream: Stream) -> Stream:
    """Subtitles of MP4 without their looks, for Matroska."""
    copy = film.add_mux_stream("subrip", time_base=stream.time_base)
    copy.metadata.update(_tags(stream))
    copy.disposition = stream.disposition
    return copy


def _tags(stream: Stream) -> dict[str, str]:
    kept = {name: value for name, value in stream.metadata.items() if name.lower() not in _OWN_TAGS}
    # Matroska counts what is in a stream, in tags that are no longer true.
    return {name: value for name, value in kept.items() if not name.startswith(("_STATISTICS", "BPS", "NUMBER_OF_"))}


def _others(source: InputContainer, copies: Mapping[int, Stream]) -> Iterator[Packet[Stream]]:
    """Packets of the source that are copied."""
    streams = [source.streams[index] for index in copies]
    if not streams:
        return
    for packet in source.demux(*streams):
        if packet.dts is None and packet.pts is None:
            continue
        copy = copies[packet.stream.index]
        if packet.stream.name == "mov_text":
            if bytes(packet) == _GAP:
                continue
            if copy.codec_context is None:
                packet = _as_text(packet)  # noqa: PLW2901 - the same subtitle
        packet.stream = copy
        yield packet


def _as_text(packet: Packet[Stream]) -> Packet[Stream]:
    """The words of a subtitle of MP4, whose length comes first, and whose looks last."""
    data = bytes(packet)
    text: Packet[Stream] = Packet(data[2 : 2 + int.from_bytes(data[:2], "big")])
    text.pts, text.dts, text.duration, text.time_base = packet.pts, packet.dts, packet.duration, packet.time_base
    return text


def _placed(segments: Sequence[Segment], stream: Stream, made: Making) -> Iterator[Packet[Stream]]:
    """Packets of the pictures with their true times, in the order in which they are decoded."""
    orders = [_order(segment) for segment in segments]
    times = [time for segment in segments for time in segment.times]
    decoded: list[int] = []
    for order in orders:
        decoded += [len(decoded) + place for place in order]
    delay = _delay(decoded)
    numbers = iter(range(len(decoded)))
    for segment in segments:
        with av.open(segment.path, "r", format=FORMAT) as container:
            for packet in container.demux(container.streams[0]):
                if not packet.size:
                    continue
                number = next(numbers)
                packet.pts, packet.duration = times[decoded[number]]
                before = number - delay
                packet.dts = times[before][0] if before >= 0 else times[0][0] + before
                packet.time_base = made.film.time_base
                packet.stream = stream
                yield packet


def _order(segment: Segment) -> list[int]:
    """Of each packet, in the order in which they are decoded, the place of its frame in the order shown.

    Raises:
        UnreadableFileError: If these are not the frames that were put there.
    """
    try:
        with av.open(segment.path, "r", format=FORMAT) as container:
            paces = [packet.pts or 0 for packet in container.demux(video=0) if packet.size]
    except (FFmpegError, OSError) as error:
        raise UnreadableFileError(f"{segment.path} is no longer what it was: {error}") from error
    places = {pace: place for place, pace in enumerate(sorted(paces))}
    if len(places) != len(segment.times):
        raise UnreadableFileError(
            f"{segment.path} has {len(places)} frames, but {len(segment.times)} were put there; remove it and its "
            "folder to begin anew"
        )
    return [places[pace] for pace in paces]


def _delay(decoded: Sequence[int]) -> int:
    """Frames that decoding must be ahead of showing, so that none is decoded after it is shown."""
    return max((number - place for number, place in enumerate(decoded)), default=0)


def _in_order(*streams: Iterator[Packet[Stream]]) -> Iterator[Packet[Stream]]:
    """Packets of all by the times of their decoding."""

    def time(packet: Packet[Stream]) -> Fraction:
        stamp = packet.dts if packet.dts is not None else packet.pts
        return Fraction(stamp or 0) * packet.time_base

    return merge(*streams, key=time)
