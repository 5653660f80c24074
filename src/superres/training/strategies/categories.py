"""Multi-task training: a network that restores images also learns what kind of image it sees.

A head of two convolutions and a mean reads the features that a layer of the network is given, and its cross-entropy is
one more term of the loss. The labels are those of the folders that the images lie in. The head is the training's alone:
the weights that a stage leaves are those of the network, without it.

Source: multi-task learning as the survey of Wang, Chen and Hoi describes it (arXiv:1902.06068, section 3.5).
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import ConfigDict
from torch import Tensor, nn
from torch.nn import functional

from superres.data.loader import PatchLoader
from superres.errors import InvalidConfigError, unknown_name
from superres.image.files import image_files
from superres.models.card import Card
from superres.training.channels import Channels
from superres.training.claims import require
from superres.training.folders import data_folder
from superres.training.objectives.answers import ManyAnswers

_WIDTH = 32
"""Channels of the head, which has to find by itself what tells kinds apart: in the mean of a small network's features
is nothing of it until they have been bent to hold it, at the cost of what they restore."""

EXAMINED = 8
"""Batches of held-out patches that the accuracy is measured on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Classification:
    """How a stage learns categories: a table `[stages.classification]`."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    weight: float
    """Of the cross-entropy, beside the terms of `loss`."""
    layer: str = "upsample"
    """The layer whose input the head reads."""

    def __post_init__(self) -> None:
        require(self.weight > 0, f"classification: weight must be above 0, got {self.weight}")


def check_labels(labels: Mapping[str, str], train: Sequence[str]) -> None:
    """Refuse labels that leave out a folder of the training, or say nothing.

    Args:
        labels: Of folders, those of the training and others, whose images are held out.
        train: Folders of the training.

    Raises:
        InvalidConfigError: If a label is missing, all are the same, or a held-out one is never trained.
    """
    if not labels:
        return
    missing = [folder for folder in train if folder not in labels]
    require(not missing, f"data.labels: every folder of train needs a label, but {', '.join(missing)} has none")
    known = {labels[folder] for folder in train}
    require(len(known) > 1, f"data.labels: categories must differ to be told apart, got {', '.join(known)} alone")
    for folder, label in labels.items():
        require(label in known, f"data.labels: {folder} is held out as {label!r}, which no folder of train is")


def check_classification(classification: Classification | None, network: nn.Module, *, is_labelled: bool) -> None:
    """Refuse a network or data that categories cannot be learned with.

    Args:
        classification: Of the stage.
        network: That the stage trains.
        is_labelled: Whether the recipe has labels.

    Raises:
        InvalidConfigError: If there are no labels, or the network gives training more than its one answer.
        UnknownNameError: If the network has no such layer.
    """
    if classification is None:
        return
    require(is_labelled, "classification: the folders need labels, as a table [data.labels]")
    require(not isinstance(network, ManyAnswers), "classification: this is for networks of one answer")
    layers = dict(network.named_modules())
    if classification.layer not in layers:
        raise unknown_name("layer of the network", classification.layer, filter(None, layers))


def image_labels(folders: Sequence[str], labels: Mapping[str, str], without: Container[Path] = ()) -> list[int]:
    """The number of each image's category, folder after folder as a packed set has them.

    Args:
        folders: As the recipe names them.
        labels: Of these folders and others; categories are numbered in the order of their names.
        without: Files of these folders that are left out.
    """
    classes = sorted(set(labels.values()))
    return [
        classes.index(labels[folder])
        for folder in folders
        for path in image_files(data_folder(folder))
        if path not in without
    ]


class Categorising(nn.Module):
    """A network, and a head that tells categories by its features.

    Args:
        network: Of one answer; it is not changed.
        card: Its card.
        layer: The layer whose input the head reads.
        classes: How many categories there are.
    """

    def __init__(self, network: nn.Module, card: Card, layer: str, classes: int) -> None:
        super().__init__()
        self.network = network
        self._features: list[Tensor] = []
        network.get_submodule(layer).register_forward_pre_hook(self._keep)
        self.head = nn.Sequential(
            nn.Conv2d(self._channels_seen(card), _WIDTH, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(_WIDTH, _WIDTH, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(_WIDTH, classes),
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
        """The network's answer; (N, C, H, W) to (N, C, scale·H, scale·W)."""
        return self.network(low)

    def logits(self) -> Tensor:
        """The head's verdict on the images that the network has just seen, (N, classes)."""
        if not self._features:
            raise InvalidConfigError("classification: the network was never asked, so there is nothing to classify")
        return self.head(self._features.pop().float())


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Of categories, a scalar; a network of one colour at a time has three verdicts on each image.

    Args:
        logits: (N, classes), or (3N, classes) with an image's verdicts side by side.
        labels: (N,), numbers of categories.
    """
    return functional.cross_entropy(logits.float(), _repeated(labels, logits))


def _repeated(labels: Tensor, logits: Tensor) -> Tensor:
    return labels.to(logits.device).repeat_interleave(len(logits) // len(labels))


@torch.no_grad()
def accuracy(network: Categorising, loader: PatchLoader, channels: Channels, device: torch.device) -> float:
    """The share of held-out patches, the same ones each time, whose category is told, in [0, 1]."""
    right: list[Tensor] = []
    for number in range(EXAMINED):
        (low, _), labels = loader.labelled(number)
        network(channels.seen(low.to(device).float() / 255))
        logits = network.logits()
        right.append((logits.argmax(dim=1) == _repeated(labels, logits)).float())
    return float(torch.cat(right).mean())
