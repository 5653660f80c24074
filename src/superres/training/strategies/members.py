"""Members of a fusion begin as networks that are trained already, and may be left as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from superres.errors import InvalidConfigError
from superres.models.fusion import Fusion, FusionConfig
from superres.models.weights import fill, load_network


def check_members(stage: str, sources: Sequence[str], config: Any) -> None:
    """Refuse weights of members where there are no such members.

    Args:
        stage: Its name.
        sources: Names or files.
        config: Of the network that the stage trains.

    Raises:
        InvalidConfigError: If the network is no fusion, or has another number of members.
    """
    if not sources:
        return
    if not isinstance(config, FusionConfig):
        raise InvalidConfigError(f"stage {stage!r}: members are those of the architecture fusion; this is another")
    if len(sources) != len(config.members):
        raise InvalidConfigError(
            f"stage {stage!r}: the fusion has {len(config.members)} members, but weights are given for {len(sources)}"
        )


def fill_members(network: nn.Module, sources: Sequence[str]) -> None:
    """Give each member its trained weights.

    Args:
        network: A fusion, changed in place; any network where there are no sources.
        sources: Names of shipped networks, or files, in the members' order.

    Raises:
        UnknownNameError: If a name is not shipped.
        MissingFileError: If there is no such file.
        InvalidWeightsError: If a file is damaged, or fits another configuration than its member's.
    """
    if isinstance(network, Fusion):
        for member, source in zip(network.members, sources, strict=bool(sources)):
            trained, _ = load_network(source)
            fill(member, trained.state_dict(), source)


def freeze(network: nn.Module, layers: Sequence[str]) -> None:
    """Leave the parameters of layers as they are from now on.

    Args:
        network: Changed in place.
        layers: Names, such as `members` or `blocks.0`.
    """
    for name, parameter in network.named_parameters():
        if name.startswith(tuple(f"{layer}." for layer in layers)):
            parameter.requires_grad = False
