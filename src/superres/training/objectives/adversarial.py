"""Adversarial training: beside the network a discriminator learns, and its verdict is one of the network's terms.

Sources: SRGAN (arXiv:1609.04802, section 2.2), ESRGAN (arXiv:1809.00219, section 3.2). Both players learn from the same
batch in each step, the network first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from lightning_fabric import Fabric
from pydantic import ConfigDict
from torch import Tensor, nn
from torch.optim import Adam

from superres.errors import InvalidConfigError
from superres.losses.adversarial import adversarial, gradient_penalty
from superres.models.discriminators import Discriminator, Normalisation, discriminator
from superres.models.memory_layout import channels_last

_STREAM = 2
"""Keeps the random numbers of the penalty apart from others of the same key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AdversarialSettings:
    """The discriminator of a stage, and what its verdict weighs: a table `[stages.adversarial]`.

    Its learning rate follows the stage's; its optimiser is Adam.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    form: Literal["standard", "relativistic", "least_squares", "hinge", "wasserstein"]
    """See `superres.losses.adversarial`."""
    weight: float
    """Of the network's side, beside the terms of `loss`."""
    discriminator: Literal["patch", "patchgan", "unet"]
    """See `superres.models.discriminators`."""
    width: int
    """Its channels after the first convolution; 64 in the papers."""
    normalisation: Normalisation = "batch"
    """Of the discriminators `patch` and `patchgan`."""
    betas: tuple[float, float]
    rate_factor: float = 1.0
    """Its learning rate, as a share of the stage's."""
    penalty: float = 0.0
    """Weight of the gradient penalty of `wasserstein`, 10 in its paper; for this only."""
    critic_steps: int = 1
    """Steps of the discriminator for each of the network's, 5 in the paper of `wasserstein`; `steps` counts all."""

    def __post_init__(self) -> None:
        is_wasserstein = self.form == "wasserstein"
        judges_singly = self.discriminator == "unet" or self.normalisation == "none"
        claims = (
            (self.weight > 0, f"weight must be above 0, got {self.weight}"),
            (self.width >= 1, f"width must be at least 1, got {self.width}"),
            (all(0 <= beta < 1 for beta in self.betas), f"betas must lie in [0, 1), got {self.betas}"),
            (self.rate_factor > 0, f"rate_factor must be above 0, got {self.rate_factor}"),
            (1 <= self.critic_steps <= 20, f"critic_steps must be 1 to 20, got {self.critic_steps}"),
            (is_wasserstein == (self.penalty > 0), 'penalty goes with form = "wasserstein", and only with it'),
            (
                not is_wasserstein or judges_singly,
                'the penalty is one image\'s own, which batches must not mix: normalisation = "none" would do',
            ),
        )
        for claim, sentence in claims:
            if not claim:
                raise InvalidConfigError(f"adversarial: {sentence}")

    def network_learns_at(self, step: int) -> bool:
        """Whether the network makes a step too, after the discriminator has made enough."""
        return (step + 1) % self.critic_steps == 0


class Adversary:
    """The discriminator, its optimiser, and both sides of the game.

    Args:
        settings: Of the stage.
        channels: Of the images.
        patch_size: Side of the restored patches [pixels].
        fabric: Device and precision; of one process.

    Raises:
        InvalidConfigError: If there are several processes, or the discriminator cannot judge such patches.
    """

    def __init__(self, settings: AdversarialSettings, *, channels: int, patch_size: int, fabric: Fabric) -> None:
        if fabric.world_size > 1:
            raise InvalidConfigError(
                f"adversarial: a game is played by one process, got {fabric.world_size}; start it without torchrun"
            )
        kind = Discriminator(
            name=settings.discriminator,
            channels=channels,
            width=settings.width,
            patch_size=patch_size,
            normalisation=settings.normalisation,
        )
        self.network: nn.Module = channels_last(discriminator(kind).to(fabric.device))
        self.optimizer = Adam(self.network.parameters(), betas=settings.betas)
        self.losses: list[Tensor] = []
        """The discriminator's, of the steps since the last report."""
        self._settings = settings
        self._form = adversarial(settings.form)
        self._fabric = fabric
        self.network.train()

    def to_dict(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "losses": torch.stack(self.losses) if self.losses else torch.empty(0),
        }

    def load_dict(self, values: dict[str, Any]) -> None:
        """Back to where a checkpoint was written."""
        self.network.load_state_dict(values["network"])
        self.optimizer.load_state_dict(values["optimizer"])
        self.losses = list(values["losses"].to(self._fabric.device))

    def persuasion(self, restored: Tensor, true: Tensor) -> Tensor:
        """What the network minimises, weighed; the discriminator learns nothing of it.

        Args:
            restored: (N, C, H, W), the network's.
            true: The same shape.
        """
        self.network.requires_grad_(requires_grad=False)
        with torch.no_grad():
            verdict = self._judge(true) if self._form.compares else restored.new_zeros(())
        return self._settings.weight * self._form.generator(verdict, self._judge(restored))

    def learn(self, restored: Tensor, true: Tensor, key: Sequence[int], *, share: float = 1.0) -> None:
        """Add what the discriminator learns of a batch to its gradients.

        Args:
            restored: (N, C, H, W); no gradient flows back through them.
            true: The same shape.
            key: What the penalty's random numbers depend on.
            share: Of this batch in the step.
        """
        self.network.requires_grad_(requires_grad=True)
        fake = restored.detach()
        loss = self._form.discriminator(self._judge(true), self._judge(fake))
        if self._settings.penalty > 0:
            shares = torch.from_numpy(np.random.default_rng((*key, _STREAM)).random(len(true), np.float32))
            loss = loss + self._settings.penalty * gradient_penalty(self._judge, true, fake, shares)
        torch.autograd.backward(share * loss)
        self.losses.append(loss.detach())

    def step(self, rate: float) -> None:
        """Make the discriminator's step at this learning rate of the stage, and forget its gradients."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate * self._settings.rate_factor
        self.optimizer.step()
        self.optimizer.zero_grad()

    def _judge(self, images: Tensor) -> Tensor:
        # Not set up by Fabric, whose networks refuse the penalty's gradient of a gradient.
        with self._fabric.autocast():
            return self.network(images).float()

    def mean_loss(self) -> float:
        """The discriminator's, over the steps since the last report; the count begins anew."""
        loss = float(torch.stack(self.losses).mean())
        self.losses.clear()
        return loss
