"""Knowledge distillation: what another network answers, in place of the truth or beside it.

Source: Hinton et al., arXiv:1503.02531, section 2, for images as in He et al., "FAKD", ICIP 2020.

    loss = { l1 = 0.5, distillation = 0.5 }            beside the truth; without the l1, in its place

    [stages.terms.distillation]
    teacher = "rlfn_compact_x4"
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

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
    distance = _DISTANCES[settings.distance]

    def term(restored: Tensor, _: Tensor, low: Tensor) -> Tensor:
        if low.shape[1] != card.channels:
            raise InvalidRequestError(
                f"distillation: the teacher {card.name} sees {card.channels} channels, the network {low.shape[1]}; "
                "both must see the same"
            )
        with torch.no_grad():
            answer = teacher.to(low.device)(low).to(restored.dtype)
        size = restored.shape[-2], restored.shape[-1]
        if min(answer.shape[-2] - size[0], answer.shape[-1] - size[1]) < 0:
            raise InvalidRequestError(
                f"distillation: the teacher {card.name} enlarges {tuple(low.shape[-2:])} to {tuple(answer.shape[-2:])} "
                f"only, the network to {size}; both need the same scale"
            )
        return distance(restored, answer if size == tuple(answer.shape[-2:]) else resize(answer, size=size))

    return term


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
