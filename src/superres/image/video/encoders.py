"""What encodes the frames of a film, and how.

Qualities from 1 to 100 become the constant rate factors that encoders know, of which less is better.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
from av.error import FFmpegError

from superres.errors import InvalidRequestError, unknown_name
from superres.image.video.conversion import Form, form_of
from superres.image.video.film import Film, Light

Options = dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoder:
    """One of FFmpeg's."""

    codec: str
    """What it makes, such as `h264`."""
    library: str
    """What FFmpeg calls it."""
    options: Callable[[int | None], Options]
    """For a quality."""
    parameters: str = ""
    """The option that takes parameters of its own kind, which follow."""
    usual: tuple[str, ...] = ()
    light: Callable[[Light], list[str]] | None = None
    """What makes it write the light that a film was graded for."""
    steady: tuple[str, ...] = ()
    """Where the processor has AVX-512, what makes it encode the same frames always alike."""
    least: int = 1
    """Pixels a side of a frame that it encodes; x265 4.2 writes past the end of its memory where there are 32."""


def _by_factor(name: str, worst: int, usual: int, **others: str) -> Callable[[int | None], Options]:
    """Options of an encoder that has a constant rate factor from 0 to a worst one."""

    def options(quality: int | None) -> Options:
        factor = usual if quality is None else round(worst * (1 - quality / 100))
        return {name: str(factor), **others}

    return options


def _numbers(light: Light, across: float, luminance: float, *, is_whole: bool) -> str:
    """The mastering display as encoders take it: green, blue, red, white, most and least luminance."""

    def told(value: float, factor: float) -> str:
        return str(round(value * factor)) if is_whole else f"{value:.5f}"

    red, green, blue, white = light.primaries
    points = zip("GBR", (green, blue, red), strict=True)
    spoken = "".join(f"{name}({told(x, across)},{told(y, across)})" for name, (x, y) in points)
    least, most = light.luminance
    return (
        f"{spoken}WP({told(white[0], across)},{told(white[1], across)})"
        f"L({told(most, luminance)},{told(least, luminance)})"
    )


def _light(display: str, content: str, *, is_whole: bool = True) -> Callable[[Light], list[str]]:
    """Parameters under these names, in whole steps of 0.00002 and 0.0001 cd/m² or as they are."""

    def parameters(light: Light) -> list[str]:
        steps = (50000, 10000) if is_whole else (1, 1)
        shown = [f"{display}={_numbers(light, *steps, is_whole=is_whole)}"] if light.primaries else []
        return [*shown, *([f"{content}={light.content[0]},{light.content[1]}"] if any(light.content) else [])]

    return parameters


def _constant(**options: str) -> Callable[[int | None], Options]:
    return lambda _: options


_HARDWARE: Mapping[str, Callable[[int | None], Options]] = {
    "nvenc": _by_factor("cq", 51, 18, rc="vbr"),
    "qsv": _by_factor("global_quality", 51, 18),
    "amf": _by_factor("qp_i", 51, 18, rc="cqp"),
    "videotoolbox": lambda quality: {"q": str(quality or 65)},
}
"""Encoders in graphics processors, and how they are told a quality."""

ENCODERS: tuple[Encoder, ...] = (
    Encoder(
        codec="h264",
        library="libx264",
        options=_by_factor("crf", 51, 17),
        parameters="x264-params",
        light=_light("mastering-display", "cll"),
        # Version 165 sums up what it has not set where a row of macroblocks does not fill the vectors of AVX-512.
        steady=("asm=AVX2,FMA3,BMI2",),
    ),
    Encoder(
        codec="hevc",
        library="libx265",
        options=_by_factor("crf", 51, 19),
        parameters="x265-params",
        usual=("log-level=error",),
        light=_light("master-display", "max-cll"),
        least=64,
    ),
    Encoder(
        codec="av1",
        library="libsvtav1",
        options=_by_factor("crf", 63, 25, preset="6"),
        parameters="svtav1-params",
        light=_light("mastering-display", "content-light", is_whole=False),
        least=64,
    ),
    Encoder(codec="vp9", library="libvpx-vp9", options=_by_factor("crf", 63, 22, b="0", **{"row-mt": "1"})),
    Encoder(codec="ffv1", library="ffv1", options=_constant(level="3", slices="16", slicecrc="1")),
    Encoder(codec="prores", library="prores_ks", options=_constant()),
    *(
        Encoder(codec=codec, library=f"{codec}_{kind}", options=options)
        for codec in ("h264", "hevc", "av1")
        for kind, options in _HARDWARE.items()
    ),
)
"""The first of a codec is the one that is taken where the codec is named."""

_LEFT_OUT = ("yuvj", "f16", "f32")
"""Formats with the range in their names, which are others' doubles, and floating point. What has no components lies in
the memory of a graphics processor."""

_WITH_ALPHA = {".mov": "prores", ".webm": "vp9", ".mkv": "ffv1"}
"""Codecs that hold alpha."""
_WEB = (".webm",)
_WEB_CODECS = ("vp9", "av1")


def encoder_for(film: Film, target: Path, asked: str | None) -> Encoder:
    """What encodes a result.

    Args:
        film: The source: its codec is taken again where it can be.
        target: The result.
        asked: A codec, or an encoder as FFmpeg names it.

    Raises:
        UnknownNameError: If nothing is called as was asked.
        InvalidRequestError: If the result's format does not take what was asked.
    """
    is_web = target.suffix.lower() in _WEB
    found = _named(_usual(film, target)) if asked is None else _named(asked)
    if is_web and found.codec not in _WEB_CODECS:
        raise InvalidRequestError(
            f"the codec {asked} was asked for, but {target.name} takes {' and '.join(_WEB_CODECS)}; name an .mkv"
        )
    return found


def _usual(film: Film, target: Path) -> str:
    """The codec where none is asked for."""
    suffix, form = target.suffix.lower(), form_of(film.form)
    if form.has_alpha and suffix in _WITH_ALPHA:
        return _WITH_ALPHA[suffix]
    if suffix in _WEB:
        return film.codec if film.codec in _WEB_CODECS else _WEB_CODECS[0]
    if film.codec in {each.codec for each in ENCODERS}:
        return film.codec
    return "hevc" if form.bits > 8 else "h264"


def _named(name: str) -> Encoder:
    for each in ENCODERS:
        if name in (each.codec, each.library):
            return each
    raise unknown_name(
        "codec or encoder", name, {each.codec for each in ENCODERS} | {each.library for each in ENCODERS}
    )


def quieten() -> None:
    """Let SVT-AV1, which speaks past FFmpeg, tell of errors only."""
    os.environ.setdefault("SVT_LOG", "1")


def options_of(encoder: Encoder, quality: int | None, light: Light | None, *, has_avx512: bool = False) -> Options:
    """All options.

    Args:
        encoder: Of the result.
        quality: 1 to 100; usual where not given.
        light: That the film was graded for.
        has_avx512: Whether the processor does.
    """
    told = [] if light is None or encoder.light is None else encoder.light(light)
    parameters = [*encoder.usual, *told, *(encoder.steady if has_avx512 else ())]
    return {**encoder.options(quality), **({encoder.parameters: ":".join(parameters)} if parameters else {})}


def form_for(source: str, encoder: Encoder) -> str:
    """How pixels are stored in a result: as in the source, or with as little lost as the encoder allows.

    Args:
        source: How they are stored in the source, as FFmpeg names it.
        encoder: Of the result.

    Raises:
        InvalidRequestError: If the encoder is not there.
    """
    formats = _formats(encoder.library)
    wanted = form_of(source)
    return source if source in formats else min(formats, key=lambda name: _loss(form_of(name), wanted))


def _loss(form: Form, wanted: Form) -> tuple[float, ...]:
    """How far one form falls short of another, and by how much it is too large; the first numbers weigh most."""
    return (
        wanted.has_alpha and not form.has_alpha,
        max(0, wanted.bits - form.bits),
        0 if wanted.is_grey else sum(map(_excess, form.sampling, wanted.sampling)),
        form.is_grey and not wanted.is_grey,
        wanted.is_rgb != form.is_rgb,
        wanted.is_grey != form.is_grey,
        form.has_alpha and not wanted.has_alpha,
        max(0, form.bits - wanted.bits),
        sum(map(_excess, wanted.sampling, form.sampling)),
    )


def _excess(one: int, other: int) -> int:
    return max(0, one - other)


def _formats(library: str) -> list[str]:
    try:
        formats = av.Codec(library, "w").video_formats or []
    except (FFmpegError, ValueError) as error:
        raise InvalidRequestError(
            f"the encoder {library} was asked for, which is not in this FFmpeg; take one of {', '.join(working())}"
        ) from error
    return [form.name for form in formats if form.components and not any(mark in form.name for mark in _LEFT_OUT)]


@cache
def working() -> tuple[str, ...]:
    """Encoders that work on this machine, as FFmpeg names them."""
    return tuple(each.library for each in ENCODERS if _works(each))


def _works(encoder: Encoder) -> bool:
    try:
        context = av.CodecContext.create(encoder.library, "w")
        if context.type != "video":
            return False
        form = next(iter(av.Codec(encoder.library, "w").video_formats or []), None)
        context.width, context.height = 256, 256  # pyright: ignore[reportAttributeAccessIssue] - of video
        context.pix_fmt = None if form is None else form.name  # pyright: ignore[reportAttributeAccessIssue]
        context.framerate = 25  # pyright: ignore[reportAttributeAccessIssue]
        context.options = options_of(encoder, None, None)
        quieten()
        context.open()
    except (FFmpegError, ValueError):
        return False
    return True
