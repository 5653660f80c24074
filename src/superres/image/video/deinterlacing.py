"""Frames in which lines of two moments alternate, each made into one of a single moment.

By FFmpeg's bwdif, after the BBC's w3fdif and yadif: as many frames as before, shown at the same times.
"""

from __future__ import annotations

from collections.abc import Iterator

from av import VideoFrame
from av.error import BlockingIOError as NothingYetError
from av.error import EOFError as NoMoreError
from av.filter import Graph
from av.video.stream import VideoStream

_FILTER = ("bwdif", "mode=send_frame:parity=auto:deint=interlaced")
"""Frames that are of one moment pass as they are."""


def deinterlaced(frames: Iterator[VideoFrame], stream: VideoStream) -> Iterator[VideoFrame]:
    """Frames of single moments.

    Args:
        frames: Of a film, all of one size.
        stream: That they come from.
    """
    graph = Graph()
    source = graph.add_buffer(template=stream, time_base=stream.time_base)
    filtering, sink = graph.add(*_FILTER), graph.add("buffersink")
    source.link_to(filtering)
    filtering.link_to(sink)
    graph.configure()
    for frame in frames:
        graph.push(frame)
        yield from _ready(graph)
    graph.push(None)
    yield from _ready(graph)


def _ready(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            frame = graph.pull()
        except (NothingYetError, NoMoreError):
            return
        if isinstance(frame, VideoFrame):
            # The filter counts in halves, since it could make two frames of one.
            if frame.pts is not None:
                frame.pts //= 2
            frame.duration = (frame.duration or 0) // 2
            yield frame
