"""Adversarial losses: a discriminator learns to tell restored images from true ones, the network to be taken for true.

Each form has two sides, functions of the discriminator's logits for true and for restored images, of any shapes, to one
number. No sigmoid comes before them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

from superres.errors import unknown_name

Side = Callable[[Tensor, Tensor], Tensor]
"""Logits of true images and of restored ones to one number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Adversarial:
    """What both players minimise."""

    name: str
    source: str
    generator: Side
    discriminator: Side
    compares: bool = False
    """Whether the generator's side looks at the logits of true images too."""


def _standard_generator(_: Tensor, restored: Tensor) -> Tensor:
    """-log D(restored), the form that does not saturate."""
    return softplus(-restored).mean()


def _standard_discriminator(true: Tensor, restored: Tensor) -> Tensor:
    """-log D(true) - log(1 - D(restored))."""
    return softplus(-true).mean() + softplus(restored).mean()


def _relativistic_generator(true: Tensor, restored: Tensor) -> Tensor:
    """-log(1 - D(true, restored)) - log D(restored, true)."""
    return softplus(true - restored.mean()).mean() + softplus(true.mean() - restored).mean()


def _relativistic_discriminator(true: Tensor, restored: Tensor) -> Tensor:
    """-log D(true, restored) - log(1 - D(restored, true)); D says how much truer than the other's mean."""
    return softplus(restored.mean() - true).mean() + softplus(restored - true.mean()).mean()


def _square_generator(_: Tensor, restored: Tensor) -> Tensor:
    return 0.5 * (restored - 1).square().mean()


def _square_discriminator(true: Tensor, restored: Tensor) -> Tensor:
    return 0.5 * (true - 1).square().mean() + 0.5 * restored.square().mean()


def _hinge_discriminator(true: Tensor, restored: Tensor) -> Tensor:
    return relu(1 - true).mean() + relu(1 + restored).mean()


def _minus_mean(_: Tensor, restored: Tensor) -> Tensor:
    return -restored.mean()


def _wasserstein_discriminator(true: Tensor, restored: Tensor) -> Tensor:
    return restored.mean() - true.mean()


ADVERSARIAL: Mapping[str, Adversarial] = {
    form.name: form
    for form in (
        Adversarial(
            name="standard",
            source="arXiv:1406.2661, section 3; SRGAN (arXiv:1609.04802, equation 6)",
            generator=_standard_generator,
            discriminator=_standard_discriminator,
        ),
        Adversarial(
            name="relativistic",
            source="arXiv:1807.00734; ESRGAN (arXiv:1809.00219, equations 1 and 2)",
            generator=_relativistic_generator,
            discriminator=_relativistic_discriminator,
            compares=True,
        ),
        Adversarial(
            name="least_squares",
            source="arXiv:1611.04076, equation 9",
            generator=_square_generator,
            discriminator=_square_discriminator,
        ),
        Adversarial(
            name="hinge",
            source="arXiv:1705.02894; arXiv:1802.05957, equations 16 and 17",
            generator=_minus_mean,
            discriminator=_hinge_discriminator,
        ),
        Adversarial(
            name="wasserstein",
            source="arXiv:1704.00028, equation 3; its penalty is `gradient_penalty`",
            generator=_minus_mean,
            discriminator=_wasserstein_discriminator,
        ),
    )
}


def adversarial(name: str) -> Adversarial:
    """The adversarial loss of this name.

    Raises:
        UnknownNameError: If none is called so.
    """
    if name not in ADVERSARIAL:
        raise unknown_name("adversarial loss", name, ADVERSARIAL)
    return ADVERSARIAL[name]


def gradient_penalty(critic: Callable[[Tensor], Tensor], true: Tensor, restored: Tensor, shares: Tensor) -> Tensor:
    """How far the slope of a critic is from 1 between true and restored images: mean of (‖∇critic‖₂ - 1)².

    Source: arXiv:1704.00028, section 4; it is meant for a critic without batch normalisation.

    Args:
        critic: Images (N, C, H, W) to logits; those of an image are averaged.
        true: (N, C, H, W).
        restored: The same shape.
        shares: (N,) in [0, 1]; where between a restored image, 0, and the true one, 1, the slope is taken.
    """
    share = shares.view(-1, 1, 1, 1).to(true)
    between = (share * true.detach() + (1 - share) * restored.detach()).requires_grad_()
    verdicts = critic(between).flatten(1).mean(dim=1)
    (slopes,) = torch.autograd.grad(verdicts.sum(), between, create_graph=True)
    # The norm's own gradient is no number at 0; that of the square's root plus little is.
    lengths = (slopes.flatten(1).square().sum(dim=1) + torch.finfo(slopes.dtype).tiny).sqrt()
    return (lengths - 1).square().mean()
