"""What was asked, checked once, and the passes through networks that it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite, prod

from superres.errors import InvalidRequestError, unknown_name
from superres.image.scaling import enlarged
from superres.inference.backends.backend import Backend
from superres.inference.backends.catalogue import open_between, open_model
from superres.inference.backends.engines import Engine, check_engine
from superres.inference.calibration import chosen_engine
from superres.inference.checked import CheckedBackend
from superres.inference.consistency import ConsistentBackend
from superres.inference.ensemble import Ensemble, EnsembleBackend, check_ensemble
from superres.inference.precision import Precision, check_precision
from superres.inference.sizing import Sizing
from superres.inference.tiling import FrugalBackend, usual_tile_size
from superres.models.card import Card
from superres.models.manifest import Tier, find, of_tier, shipped

_ENDS: Mapping[Tier, tuple[Tier, Tier]] = {
    "default": ("default", "texture"),
    "texture": ("default", "texture"),
    "photo": ("photo", "photo-texture"),
    "photo-texture": ("photo", "photo-texture"),
}
"""The tiers that a share of texture lies between, by the tier that was asked for."""

DEFAULT_SCALE = 4
LARGEST_SCALE = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """How an image shall be enlarged."""

    scale: float | None = None
    """Factor along each axis, in (1, 16]; where not given the model's own, or 4."""
    model: str | None = None
    """Name of a shipped network, or a file; where not given, the shipped network of the scale."""
    tier: Tier = "default"
    """Of the shipped network that is taken where none is named."""
    texture: float | None = None
    """From 0, the network that is true to the image, to 1, the one that invents detail; a blend of both. With the tier
    `photo` both clean what a camera made."""
    precision: Precision = "auto"
    engine: Engine = "auto"
    """Where not given, the fastest that is installed; see `superres.inference.calibration`."""
    tile_size: int | None = None
    """Side of the square whose pixels a tile has, context included [input pixels]; what is fast here if not given."""
    ensemble: Ensemble = "none"
    """Whether eight flips and turns of the image go through the network, and what becomes of their answers."""
    wraps: bool = False
    """Whether opposite edges go on into each other, as those of textures do; the result's do too."""
    is_consistent: bool = False
    """Whether the results are corrected until their reduction is the input; see `superres.inference.consistency`."""
    together: int = 1
    """Images that go through the networks at a time, each with its part of the processor's cores."""

    def __post_init__(self) -> None:
        check_precision(self.precision)
        check_engine(self.engine)
        check_ensemble(self.ensemble)
        if self.scale is not None and not (isfinite(self.scale) and 1 < self.scale <= LARGEST_SCALE):
            raise InvalidRequestError(
                f"a scale of {self.scale:g} was asked for; it must be above 1 and at most {LARGEST_SCALE}"
            )
        if self.model is not None and self.tier != "default":
            raise InvalidRequestError(
                f"the model {self.model} and a {self.tier} network were both asked for; leave one of them out"
            )
        self._check_texture()
        if self.tile_size is not None and self.tile_size < 1:
            raise InvalidRequestError(f"tiles of {self.tile_size} pixels were asked for; they need at least one")

    def _check_texture(self) -> None:
        if self.texture is None:
            return
        if not 0 <= self.texture <= 1:
            raise InvalidRequestError(f"a texture of {self.texture:g} was asked for; it lies between 0 and 1")
        if self.engine not in ("auto", "openvino"):
            raise InvalidRequestError(
                f"the engine {self.engine} and a share of texture were both asked for; only openvino blends networks"
            )
        if self.model is not None or self.tier not in _ENDS:
            other = f"a {self.tier} network" if self.model is None else f"the model {self.model}"
            raise InvalidRequestError(
                f"{other} and a share of texture were both asked for; leave one of them out, or make files of your own "
                "with superres convert --blend"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Networks to go through one after another; what they enlarge too much is reduced at the end.

    Networks of any scale are opened for their factor, and enlarge by it in one pass.
    """

    scale: float
    passes: tuple[Backend, ...]
    tile_size: int
    models: tuple[str, ...] = ()
    """Names or files of the networks that these are, each once."""
    sizing: Sizing | None = None
    """What the result's size is said by; the scale alone where not given, and otherwise one that reaches it."""
    wraps: bool = False
    """See `Request.wraps`."""
    together: int = 1
    """Images that may go through these networks at a time."""
    multiple: int = 1
    """Of what both sides of a result are multiples."""

    @property
    def factors(self) -> tuple[float, ...]:
        """What each pass enlarges by."""
        return _factors([backend.card() for backend in self.passes], self.scale)

    @property
    def reached(self) -> float:
        """Factor of all passes together."""
        return prod(self.factors)

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of the result [pixels]."""
        sizing = self.sizing
        high, wide = sizing.size(height, width) if sizing is not None else self._scaled(height, width)
        return _nearest(high, self.multiple), _nearest(wide, self.multiple)

    def _scaled(self, height: int, width: int) -> tuple[int, int]:
        return enlarged(height, self.scale), enlarged(width, self.scale)

    def describe(self) -> str:
        """Networks, engine and precision."""
        if not self.passes:
            return "a reduction"
        names = ", ".join(backend.card().name for backend in self.passes)
        return f"{names} ({self.passes[0].describe()})"


def plan(request: Request) -> Plan:
    """Open what a request needs.

    Raises:
        UnknownNameError: If no such model or scale is shipped.
        MissingFileError: If the model's file is missing.
        InvalidWeightsError: If the model is damaged.
        InvalidRequestError: If the model does not enlarge, the engine does not open it, or an ensemble is asked for at
            a scale that has none.
        MissingPackageError: If the engine is not installed.
    """
    if request.model is None:
        scale = request.scale or DEFAULT_SCALE
        passes = _opened(scale, request)
        models = _shipped_models(scale, request)
    else:
        models = (request.model,)
        backend = _checked(request.model, request)
        card = backend.card()
        scale = request.scale or card.scale
        repeated = [card] * _repetitions(card.highest_scale or card.scale, scale)
        passes = tuple(
            backend if factor == card.scale else _checked(request.model, request, factor)
            for factor in _factors(repeated, scale)
        )
    found = Plan(
        scale=scale,
        passes=passes,
        tile_size=request.tile_size or usual_tile_size(passes),
        models=models,
        wraps=request.wraps,
        together=request.together,
    )
    return replace(found, passes=tuple(_wrapped(*pair, request) for pair in zip(passes, found.factors, strict=True)))


def plan_for(
    request: Request, sizing: Sizing, height: int, width: int, opened: Callable[[Request], Plan] = plan
) -> Plan:
    """Open what it takes to bring an image to a size; where that is no larger than the image, it is reduced alone.

    Args:
        request: Without a scale.
        sizing: Of the result.
        height: Of the image [pixels].
        width: Of the image [pixels].
        opened: What opens the networks.

    Raises:
        InvalidRequestError: If the request has a scale too, or the size takes a factor above 16.
        SuperResError: As `plan` raises.
    """
    if request.scale is not None:
        raise InvalidRequestError(
            f"a scale of {request.scale:g} and a size of the result were both asked for; leave one of them out"
        )
    scale = sizing.scale(height, width)
    if scale <= 1:
        return Plan(
            scale=scale,
            passes=(),
            tile_size=request.tile_size or usual_tile_size(()),
            wraps=request.wraps,
            sizing=sizing,
        )
    return replace(opened(replace(request, scale=scale)), sizing=sizing)


def _nearest(side: int, multiple: int) -> int:
    """The multiple next to a side; at least one."""
    return max(1, (side + multiple // 2) // multiple) * multiple


def _opened(scale: float, request: Request) -> tuple[Backend, ...]:
    """The shipped networks that reach a scale."""
    if request.texture is None:
        return tuple(_checked(name, request) for name in _shipped_passes(scale, request.tier))
    true, textured = _ENDS[request.tier]
    names = {known: entry.name for known, entry in of_tier(true).items()}
    return tuple(
        CheckedBackend(
            partial(open_between, names[find(name).card.scale], name, request.texture, together=request.together),
            request.precision,
        )
        for name in _shipped_passes(scale, textured)
    )


def _shipped_models(scale: float, request: Request) -> tuple[str, ...]:
    """What `_opened` opens, each once."""
    if request.texture is None:
        return tuple(dict.fromkeys(_shipped_passes(scale, request.tier)))
    true, textured = _ENDS[request.tier]
    names = dict.fromkeys(_shipped_passes(scale, textured))
    scales = {find(name).card.scale for name in names}
    return (*(entry.name for known, entry in of_tier(true).items() if known in scales), *names)


def _checked(model: str, request: Request, factor: float | None = None) -> Backend:
    """A model opened by the engine that was asked for, or by the fastest."""

    def reopened(precision: Precision) -> Backend:
        engine = chosen_engine(model, precision, request.engine, is_small=request.together > 1)
        return FrugalBackend(open_model(model, precision, factor, engine, request.together), factor)

    return CheckedBackend(reopened, request.precision)


def _wrapped(backend: Backend, factor: float, request: Request) -> Backend:
    """A network with what is done around it."""
    if request.ensemble != "none":
        backend = EnsembleBackend(backend, request.ensemble, factor)
    return ConsistentBackend(backend, factor) if request.is_consistent else backend


def _factors(cards: Sequence[Card], scale: float) -> tuple[float, ...]:
    """What each network enlarges by on the way to a scale: its own factor, or what is missing where it takes any."""
    factors: list[float] = []
    for card in cards:
        missing = scale / prod(factors)
        factors.append(card.scale if card.highest_scale is None else min(missing, card.highest_scale))
    return tuple(factors)


def _shipped_passes(scale: float, tier: Tier) -> list[str]:
    """The network of the smallest scale that reaches the asked one; where none does, the largest first."""
    by_scale = {known: entry.name for known, entry in of_tier(tier).items()}
    if not by_scale:
        raise unknown_name("tier", tier, sorted({entry.tier for entry in shipped() if entry.tier is not None}))
    names: list[str] = []
    missing = scale
    while missing > 1:
        step = min((known for known in by_scale if known >= missing), default=max(by_scale))
        names.append(by_scale[step])
        missing /= step
    return names


def _repetitions(own: float, scale: float) -> int:
    """How often a network must be applied to reach a scale."""
    if own <= 1:
        raise InvalidRequestError("the model does not enlarge; take one with a scale of 2 or more")
    count = 1
    while own**count < scale:
        count += 1
    return count
