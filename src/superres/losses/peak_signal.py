"""PSNR as an objective: every patch counts by the logarithm of its error, and so as much as in a table's mean of dB.

Source: Chen et al., "HINet", arXiv:2105.06086, there on RGB; the luma is that of the tables of super-resolution.
The mean squared error of a batch, which no table takes, is ruled by the patches that are worst.

    loss = { psnr = 1e-4 }

    [stages.terms.psnr]
    colour = "y"
    least = 1e-5
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from superres.errors import InvalidConfigError
from superres.image.colour import rgb_to_luma
from superres.losses.loss import STRICT, Loss, Term
from superres.metrics.metric import check_pair


@dataclass(frozen=True, kw_only=True, slots=True)
class PeakSignalSettings:
    """What is compared, and how good is good enough."""

    __pydantic_config__ = STRICT

    colour: Literal["rgb", "y"] = "rgb"
    """`y` is the studio-range luma of BT.601."""
    least: float = 1e-8
    """Added to every mean squared error of values in [0, 1]: patches below it hardly count. 1e-8 lies at 80 dB."""

    def __post_init__(self) -> None:
        if not 0 < self.least <= 1:
            raise InvalidConfigError(f"psnr: least must lie in (0, 1], got {self.least}; 1e-4 lies at 40 dB")


def peak_signal(settings: PeakSignalSettings) -> Term:
    """Mean over the batch of 10·log10(1 + MSE/least) [dB]: with least = 1e-8, what PSNR lacks of 80 dB.

    The term raises `InvalidImageError` if restored and reference differ in shape, dtype or device, or the luma is asked
    of other than RGB.
    """

    def term(restored: Tensor, reference: Tensor, _: Tensor) -> Tensor:
        check_pair(restored, reference)
        if settings.colour == "y":
            restored, reference = rgb_to_luma(restored), rgb_to_luma(reference)
        mean = (restored - reference).square().mean(dim=(1, 2, 3))
        return 10 * (1 + mean / settings.least).log10().mean()

    return term


LOSSES = (Loss(name="psnr", source="arXiv:2105.06086", build=peak_signal, settings=PeakSignalSettings),)
