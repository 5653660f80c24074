"""Knowledge distillation: what another network answers, in place of the truth or beside it.

Source: Hinton et al., arXiv:1503.02531, section 2, for images as in He et al., "FAKD", ICIP 2020.

    loss = { l1 = 0.5, distillation = 0.5 }            beside the truth; without the l1, in its place

    [stages.terms.distillation]
    teacher = "rlfn_compact_x4"
    is_turned = true

A network's self-ensemble (EDSR, arXiv:1707.02921, section 3.4) can teach the network itself: where the teacher sees each
image in another orientation and the distance is l2, the gradient is on the average that of the ensemble's answer, at the
price of one pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from superres.errors import InvalidConfigError, InvalidRequestError
from superres.image.resize import resize
from superres.losses.loss import STRICT, Loss, Term
from superres.losses.pixel import charbonnier, l1, l2
from superres.models.weights import load_network

_DISTANCES = {"charbonnier": charbonnier, "l1": l1, "l2": l2}


@dataclass(frozen=True, kw_only=True, slots=True)
class DistillationSettings:
    """Who teaches, and how far the answers may lie apart."""

    __pydantic_config__ = STRICT

    teacher: str = ""
    """Name of a shipped network, or a weights file; of the same scale and channels as the network that learns."""
    distance: Literal["charbonnier", "l1", "l2"] = "l1"
    is_turned: bool = False
    """Whether the teacher sees the images of a batch in different ones of the eight flips and turns."""

    def __post_init__(self) -> None:
        if not self.teacher:
            raise InvalidConfigError(
                "distillation: teacher must name a shipped network or a weights file, such as rlfn_compact_x4"
            )


def distillation(settings: DistillationSettings) -> Term:
    """The distance between the network's answer and its teacher's, to the same images; the reference is not seen.

    Raises:
        UnknownNameError: If no network is called so.
        MissingFileError: If there is no such file.
        InvalidWeightsError: If it is damaged, or fits no architecture.
    """
    # Networks are born with random weights; the training's own random numbers shall not notice.
    with torch.random.fork_rng(devices=[]):
        teacher, card = load_network(settings.teacher)
    teacher.requires_grad_(requires_grad=False)
    distance, ask = _DISTANCES[settings.distance], _turned if settings.is_turned else _plain

    def term(restored: Tensor, _: Tensor, low: Tensor) -> Tensor:
        if low.shape[1] != card.channels:
            raise InvalidRequestError(
                f"distillation: the teacher {card.name} sees {card.channels} channels, the network {low.shape[1]}; "
                "both must see the same"
            )
        with torch.no_grad():
            answer = ask(teacher.to(low.device), low).to(restored.dtype)
        size = restored.shape[-2], restored.shape[-1]
        if min(answer.shape[-2] - size[0], answer.shape[-1] - size[1]) < 0:
            raise InvalidRequestError(
                f"distillation: the teacher {card.name} enlarges {tuple(low.shape[-2:])} to {tuple(answer.shape[-2:])} "
                f"only, the network to {size}; both need the same scale"
            )
        return distance(restored, answer if size == tuple(answer.shape[-2:]) else resize(answer, size=size))

    return term


def _plain(teacher: nn.Module, low: Tensor) -> Tensor:
    return teacher(low)


def _turned(teacher: nn.Module, low: Tensor) -> Tensor:
    """The answers to images in the orientations 1, 4, 7, 2 and so on, turned back; of none but squares sides change."""
    kept = 7 if low.shape[-2] == low.shape[-1] else 3
    orientations = [(1 + 3 * place) % 8 & kept for place in range(len(low))]
    answers = teacher(torch.stack([_orient(each, how) for each, how in zip(low, orientations, strict=True)]))
    return torch.stack([_orient_back(each, how) for each, how in zip(answers, orientations, strict=True)])


def _orient(image: Tensor, orientation: int) -> Tensor:
    """As `superres.image.geometry.orient`; (C, H, W)."""
    flipped = image.flip([axis for axis, bit in ((-1, 1), (-2, 2)) if orientation & bit])
    return flipped.transpose(-1, -2) if orientation & 4 else flipped


def _orient_back(image: Tensor, orientation: int) -> Tensor:
    return _orient(image.transpose(-1, -2) if orientation & 4 else image, orientation & 3)


LOSSES = (
    Loss(
        name="distillation",
        source="arXiv:1503.02531",
        build=distillation,
        settings=DistillationSettings,
        needs_settings=True,
        compares=False,
    ),
)
