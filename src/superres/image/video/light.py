"""What frames carry beside their pixels: the light they were graded for, and how they are turned.

FFmpeg hands both over as the numbers of its own structures, all of four bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import numpy as np
from av import VideoFrame
from av.sidedata.sidedata import SideData
from numpy.typing import NDArray

from superres.image.video.film import Light

_RATIOS = 10
"""Of AVMasteringDisplayMetadata: red, green, blue and white, least and most luminance, each a fraction."""


def side_data(frame: VideoFrame, kind: str) -> NDArray[np.int32] | None:
    """What is carried under a name, as whole numbers; None where nothing is."""
    for data in cast("Iterable[SideData]", frame.side_data):
        if data.type.name == kind:
            return np.frombuffer(bytes(data), np.int32)
    return None


def light_of(frame: VideoFrame) -> Light | None:
    """What a frame says of its light."""
    mastering = side_data(frame, "MASTERING_DISPLAY_METADATA")
    content = side_data(frame, "CONTENT_LIGHT_LEVEL")
    if mastering is None and content is None:
        return None
    primaries: tuple[tuple[float, float], ...] = ()
    luminance = (0.0, 0.0)
    if mastering is not None:
        values = [float(above) / float(below or 1) for above, below in mastering[: 2 * _RATIOS].reshape(-1, 2)]
        has_primaries, has_luminance = mastering[2 * _RATIOS : 2 * _RATIOS + 2]
        if has_primaries:
            primaries = tuple(zip(values[:8:2], values[1:8:2], strict=True))
        if has_luminance:
            luminance = (values[8], values[9])
    levels = (0, 0) if content is None else (int(content[0]), int(content[1]))
    return Light(primaries=primaries, luminance=luminance, content=levels)
