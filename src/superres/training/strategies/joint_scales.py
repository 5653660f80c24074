"""One network for several scales: all layers that do not depend on the scale are trained together.

VDSR (arXiv:1511.04587, section 4.3) trains one set of weights for ×2, ×3 and ×4; CARN (arXiv:1803.08664, section 4.2)
and MDSR (arXiv:1707.02921, section 3.3) share a trunk, and each scale has an enlargement of its own. Here a network of
each scale is built, and tensors that have the same name and shape in them are one tensor.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.models.architecture import Architecture
from superres.models.card import Card
from superres.models.catalogue import architecture, build_from_card
from superres.models.weights import read_weights
from superres.training.claims import require
from superres.training.objectives.answers import ManyAnswers
from superres.training.warm_start import warm_start


def name_at(name: str, scale: int, other: int) -> str:
    """The name of a network at another scale: `carn_x4` to `carn_x2`."""
    return f"{name.removesuffix(f'_x{scale}')}_x{other}"


def card_at(card: Card, scale: int) -> Card:
    """The card of the same network at another scale, without figures.

    Raises:
        InvalidConfigError: If the architecture has no such scale.
    """
    known = architecture(card.architecture)
    config = known.read_config({**card.config, "scale": scale})
    return known.card(name_at(card.name, card.scale, scale), config).with_training(
        trained_on=card.trained_on, recipe=card.recipe, steps=card.steps, licence=card.licence
    )


def check_joint(scales: tuple[int, ...], known: Architecture, card: Card, network: nn.Module) -> None:
    """Refuse scales that a network cannot be trained for together.

    Args:
        scales: Whole factors.
        known: Its architecture, of one scale.
        card: Of the network.
        network: Without weights.

    Raises:
        InvalidConfigError: If its own scale is not among them, the architecture lacks one of them, or the network gives
            training more than its one answer, or the name does not tell the scale.
    """
    named = ", ".join(f"×{scale}" for scale in scales)
    require(card.scale in scales, f"scales are {named}, but the network's own, ×{card.scale}, is not among them")
    require(not isinstance(network, ManyAnswers), "several scales together are for networks of one answer")
    ending = f"_x{card.scale}"
    require(
        card.name.endswith(ending),
        f"the name of a network of several scales must end in {ending}, so that those of {named} have theirs; "
        f"got {card.name!r}",
    )
    for scale in scales:
        try:
            known.read_config({**card.config, "scale": scale})
        except InvalidConfigError as error:
            raise InvalidConfigError(
                f"scales are {named}, but {known.name} cannot be built for ×{scale}: {error}"
            ) from None


class JointScales(nn.Module):
    """A network, and those of other scales that share its tensors.

    Args:
        network: Of its card's scale.
        card: Its card.
        scales: Whole factors, its own among them.
    """

    def __init__(self, network: nn.Module, card: Card, scales: tuple[int, ...]) -> None:
        super().__init__()
        self.network = network
        self.scale = card.scale
        others = {scale: build_from_card(card_at(card, scale)) for scale in scales if scale != card.scale}
        self.others = nn.ModuleDict({str(scale): other for scale, other in others.items()})
        for other in others.values():
            _tie(other, network)

    @property
    def other_scales(self) -> tuple[int, ...]:
        """Of the networks besides the own one."""
        return tuple(int(scale) for scale in self.others)

    def at(self, scale: int) -> nn.Module:
        """The network of a scale."""
        return self.network if scale == self.scale else self.others[str(scale)]

    def forward(self, low: Tensor, scale: float | None = None) -> Tensor:
        """The answer of the network of a scale, the own one where not given.

        (N, C, H, W) to (N, C, scale·H, scale·W).
        """
        return self.at(self.scale if scale is None else round(scale))(low)

    def start(self, files: Mapping[int, Path]) -> None:
        """Begin the others where an earlier stage left them, as far as files are there.

        Raises:
            InvalidWeightsError: If one is damaged or fits nothing.
        """
        for scale, path in files.items():
            if path.exists():
                warm_start(self.at(scale), {**read_weights(path)[0], **self._shared(scale)}, str(path))

    def _shared(self, scale: int) -> dict[str, Tensor]:
        """What the network of a scale has from the own one."""
        own = {id(tensor) for tensor in (*self.network.parameters(), *self.network.buffers())}
        return {name: tensor.detach() for name, tensor in _tensors(self.at(scale)).items() if id(tensor) in own}


def _tensors(network: nn.Module) -> dict[str, Tensor]:
    return {**dict(network.named_parameters()), **dict(network.named_buffers())}


def _tie(other: nn.Module, network: nn.Module) -> None:
    """Let a network use another's tensors wherever name and shape agree."""
    own = _tensors(network)
    for name, tensor in _tensors(other).items():
        if name in own and own[name].shape == tensor.shape:
            layer, _, last = name.rpartition(".")
            setattr(other.get_submodule(layer), last, own[name])
