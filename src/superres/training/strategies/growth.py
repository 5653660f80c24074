"""A wider or deeper network begins by answering as a trained, smaller one does.

Source for the idea: Net2Net, Chen et al., arXiv:1511.05641. There new channels are copies of old ones; here they are
fresh, and nothing old listens to them yet, so that no two have to grow apart. New blocks begin as identities.
"""

from __future__ import annotations

from torch import Tensor, nn

from superres.errors import InvalidWeightsError
from superres.layers.identity import BeginsAsIdentity
from superres.models.architecture import StateDict
from superres.models.card import Card
from superres.training.strategies.agreement import difference, filled

TOLERANCE = 1e-4
"""How far both networks' answers may differ, of values in [0, 1]."""


def grow(network: nn.Module, tensors: StateDict, card: Card, origin: str) -> None:
    """Let a network begin where a smaller one of its architecture has arrived.

    Args:
        network: At least as wide and deep; changed in place.
        tensors: Weights of the smaller one.
        card: Theirs.
        origin: Where they come from, for the message.

    Raises:
        InvalidWeightsError: If the network has no place for them, or does not answer alike: where channels are put
            together from several layers or weighed against each other, new ones change what old ones mean.
    """
    own = network.state_dict()
    _check_places(own, tensors, origin)
    _begin_as_identities(network, set(tensors))
    own = network.state_dict()
    network.load_state_dict({**own, **{name: _embedded(own[name], tensor) for name, tensor in tensors.items()}})
    found = difference(filled(card, tensors), network, card)
    if not found <= TOLERANCE:
        raise InvalidWeightsError(
            f"growing from {origin} was asked for, but the larger network then answers differently, by {found:.2g}; "
            "networks grow whose layers hand on all channels in order and whose blocks can begin as identities, such "
            "as rlfn, edsr, rcan and residual"
        )


def _check_places(own: StateDict, tensors: StateDict, origin: str) -> None:
    """Raise where a tensor is of another network, or of a larger one."""
    for name, tensor in tensors.items():
        place = own.get(name)
        if place is None or not _holds(place, tensor):
            what = "has no such tensor" if place is None else f"has one of {tuple(place.shape)}"
            raise InvalidWeightsError(
                f"growing from {origin} was asked for, whose {name} is of shape {tuple(tensor.shape)}; this network "
                f"{what}; it must be of the same architecture, at least as wide and as deep, and merged"
            )


def _holds(place: Tensor, tensor: Tensor) -> bool:
    """Whether one has room for the other; kernels do not grow."""
    return (
        place.ndim == tensor.ndim
        and place.shape[2:] == tensor.shape[2:]
        and all(large >= small for large, small in zip(place.shape, tensor.shape, strict=True))
    )


def _begin_as_identities(network: nn.Module, given: set[str]) -> None:
    """What is new as a whole, and can, does nothing."""
    for path, layer in network.named_modules():
        is_new = not any(name.startswith(f"{path}.") for name in given)
        if is_new and isinstance(layer, BeginsAsIdentity):
            layer.begin_as_identity()


def _embedded(own: Tensor, given: Tensor) -> Tensor:
    """The given tensor in the first places of a fresh one; old outputs take nothing from new inputs."""
    if own.shape == given.shape:
        return given
    grown = own.clone()
    grown[: given.shape[0]] = 0
    grown[tuple(slice(size) for size in given.shape)] = given
    return grown
