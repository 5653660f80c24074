"""A network that also says how sure it is of every pixel: any network, with a second head.

Source: Ning et al., "Uncertainty-Driven Loss for Single Image Super-Resolution", NeurIPS 2021, section 3.2 and their
published code: three convolutions with ELU, on the network's features enlarged to the nearest neighbour.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional

from superres.errors import InvalidWeightsError, unknown_name
from superres.models.card import CARD_KEY, Card
from superres.models.catalogue import build_from_card
from superres.models.weights import fill, read_weights
from superres.models.writing import replace_file

HEAD_KEY = "superres.uncertainty"
"""Where the layer whose input the head reads stands in the metadata of a file."""


class Uncertain(nn.Module):
    """A network, and a head that gives s, the logarithm of the deviation that its errors have; s is at least -1.

    Args:
        network: Any network; its answer is not changed.
        card: Of the network.
        layer: The layer, such as `upsample`, whose input the head reads.
        width: Channels inside the head.

    Raises:
        UnknownNameError: If the network has no such layer.
    """

    def __init__(self, network: nn.Module, card: Card, layer: str = "upsample", width: int = 64) -> None:
        super().__init__()
        self.network = network
        self.layer = layer
        self._features: list[Tensor] = []
        layers = dict(network.named_modules())
        if layer not in layers:
            raise unknown_name(f"layer of {card.name}", layer, [name for name in layers if name])
        layers[layer].register_forward_pre_hook(self._keep)
        self.head = nn.Sequential(
            nn.Conv2d(self._channels_seen(card), width, 3, padding=1),
            nn.ELU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.ELU(),
            nn.Conv2d(width, card.channels, 3, padding=1),
            nn.ELU(),
        )

    def _keep(self, _: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self._features[:] = [inputs[0]]

    @torch.no_grad()
    def _channels_seen(self, card: Card) -> int:
        was_training = self.network.training
        self.network.eval()
        self.network(torch.zeros(1, card.channels, card.minimum_size, card.minimum_size))
        self.network.train(was_training)
        return self._features.pop().shape[1]

    def forward(self, low: Tensor) -> Tensor:
        """The network's own answer; (N, C, H, W) to (N, C, scale·H, scale·W)."""
        return self.with_uncertainty(low)[0]

    def with_uncertainty(self, low: Tensor) -> tuple[Tensor, Tensor]:
        """The answer and s, both (N, C, scale·H, scale·W)."""
        try:
            answer = self.network(low)
            features = self._features[-1]
        finally:
            self._features.clear()
        size = answer.shape[-2:]
        large = features if features.shape[-2:] == size else functional.interpolate(features, size, mode="nearest")
        return answer, self.head(large)

    def training_answers(self, low: Tensor, _: float) -> list[tuple[Tensor, float]]:
        """One image of twice the channels: the answer, then s; what the loss `uncertainty` takes."""
        return [(torch.cat(self.with_uncertainty(low), dim=1), 1.0)]


def write_uncertain(path: Path, network: Uncertain, card: Card) -> None:
    """Write a network with its head; an existing file is replaced in one step."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    replace_file(path, save(plain, metadata={CARD_KEY: card.to_json(), HEAD_KEY: network.layer}))


def read_uncertain(path: Path) -> Uncertain:
    """What `write_uncertain` wrote, frozen and in evaluation mode.

    Raises:
        MissingFileError: If there is no such file.
        InvalidWeightsError: If it is damaged, or holds a network without a head.
    """
    tensors, card = read_weights(path)
    try:
        with safe_open(path, framework="pt") as file:
            layer = (file.metadata() or {}).get(HEAD_KEY, "")
    except (SafetensorError, OSError) as error:
        raise InvalidWeightsError(f"{path} is no readable safetensors file: {error}") from error
    if not layer or "head.0.weight" not in tensors:
        raise InvalidWeightsError(
            f"{path.name} holds no network that says its uncertainty; a stage with the loss uncertainty writes one"
        )
    network = Uncertain(build_from_card(card), card, layer, tensors["head.0.weight"].shape[0])
    fill(network, tensors, path.name)
    return network.eval().requires_grad_(requires_grad=False)
