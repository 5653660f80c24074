"""One stage of a recipe: its settings, and what of them makes no sense whatever the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from pydantic import ConfigDict

from superres.data.loader import Scales
from superres.data.mixing import Mixing
from superres.losses.catalogue import NO_SETTINGS, TermSettings
from superres.training.claims import about, require, require_plain_name
from superres.training.objectives.adversarial import AdversarialSettings
from superres.training.objectives.checking import check_objective
from superres.training.strategies.categories import Classification
from superres.training.strategies.pruning import Pruning
from superres.training.strategies.quantization import Quantization
from superres.training.strategies.resampling import Resampling

RANDOM = "random"
"""The start of a stage that begins with fresh weights."""
_COMPANIONS = ("uncertainty", "classification", "resampling", "pruning", "quantization", "scales of several networks")
_Claim = tuple[bool, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One stretch of training with settings of its own."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)
    name: str
    """Letters, digits, `-` and `_`."""
    start: str
    """`random`, the name of an earlier stage, the name of a shipped network, or a weights file."""
    grows: bool = False
    """Whether the network is wider or deeper than what it starts from, and begins by answering as that does."""
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    """Settings of the network that are other than the model's in this stage: `{ scale = 2 }` where a network grows from
    one scale to the next, or a width that is still to be pruned."""
    quantization: Quantization | None = None
    """Which layers learn to compute in 8 bit: a table `[stages.quantization]`. PSNR is then that of 8 bit."""
    pruning: Pruning | None = None
    """What this stage makes narrower; its best weights are those of the pruned network."""
    members: list[str] = field(default_factory=list[str])
    """The names of shipped networks, or the weights files, that the members of a `fusion` begin as, in their order."""
    frozen: list[str] = field(default_factory=list[str])
    """Layers that are not trained, such as `members`. Running statistics in them still follow the images."""
    steps: int
    batch_size: int
    patch_size: int
    """Side of a patch in the high-resolution image, at the network's own scale [pixels]."""
    scales: list[float] = field(default_factory=list[float])
    """The lowest and the highest factor. Each batch has one of those between; its patches keep their low-resolution
    side. Any for a network of any scale; whole ones train a network for each together, all layers shared that fit.
    Where empty, the network's own scale alone is trained."""
    scale_step: float = 0.0
    """From one of these factors to the next, such as 1 for whole ones; 0 for any."""
    sampled_pixels: int = 0
    """Pixels of each high-resolution patch that a network which answers pixel by pixel is asked for; 0 for all."""
    classification: Classification | None = None
    """How the kinds of `data.labels` are learned beside: a table `[stages.classification]`."""
    resampling: Resampling | None = None
    """How the reduction is learned beside: a table `[stages.resampling]`. PSNR is then that of its own reductions."""
    augmentation: Mixing | None = None
    """What is done to pairs besides flips and turns, and how likely; see `superres.data.mixing`."""
    loss: dict[str, float]
    """Weight of each term."""
    terms: TermSettings = NO_SETTINGS
    """What terms are told beside their weights: a table `[stages.terms.NAME]` for each that has settings."""
    adversarial: AdversarialSettings | None = None
    """The discriminator of an adversarial stage: a table `[stages.adversarial]`."""
    keep: str = "psnr"
    """The weights that the stage leaves: the `last` validated ones, or the best by PSNR or another named metric."""
    optimizer: Literal["adam", "adamw", "sgd", "muon", "soap"]
    betas: tuple[float, float] = (0.0, 0.0)
    """Of all optimizers but `sgd`, which has none; of `muon` for what is no matrix."""
    momentum: float = 0.0
    """Of the optimizers `sgd` and `muon`; for these only."""
    weight_decay: float = 0.0
    """Pulls weights towards zero: with `adam` and `sgd` through the gradient, with the others beside it."""
    learning_rate: float
    """The highest."""
    final_learning_rate: float
    rate_factors: dict[str, float] = field(default_factory=dict[str, float])
    """For the layers named, such as `reconstruct`, the learning rate times this; the longest name counts."""
    schedule: Literal["constant", "cosine", "halving", "milestones"]
    halve_every: int = 0
    """Steps; for the schedule `halving` only."""
    milestones: list[int] = field(default_factory=list[int])
    """Steps at which the learning rate falls; for the schedule `milestones` only."""
    milestone_factor: float = 0.5
    """What it is multiplied by at each of them."""
    warmup: int
    """Steps in which the learning rate rises from zero."""
    accumulate: int = 1
    """Batches of `batch_size` whose gradients are averaged before a step is made."""
    clip_norm: float
    """Gradients are scaled down to this norm; 0 leaves them alone."""
    clip_step: float = 0.0
    """Each value of a gradient is cut to this over the learning rate, so that a step without momentum moves no weight
    further (VDSR's adjustable clipping, arXiv:1511.04587, section 3.2); 0 leaves them alone."""
    average: float
    """Decay of the exponential moving average of the weights; 0 keeps none."""

    def __post_init__(self) -> None:
        require_plain_name("stage", self.name)
        claims = (*self._shape_claims(), *self._scale_claims(), *self._rate_claims(), *self._optimizer_claims())
        for claim, sentence in claims:
            require(claim, f"stage {self.name!r}: {sentence}")
        with about(f"stage {self.name!r}"):
            check_objective(self.loss, self.terms, self.adversarial, self.keep)

    @property
    def drawn_scales(self) -> Scales | None:
        """What batches are drawn at, where it is not the network's own scale alone."""
        if len(self.scales) != 2:  # none, or what the claims refuse
            return None
        return Scales(lowest=self.scales[0], highest=self.scales[1], step=self.scale_step)

    @property
    def joint_scales(self) -> tuple[int, ...]:
        """The same where they are whole; otherwise none."""
        return () if self.drawn_scales is None else self.drawn_scales.whole

    @property
    def needs_one_process(self) -> str:
        """What of it cannot be shared by several processes; empty where all can."""
        if self.adversarial is not None:
            return "an adversarial stage"
        return "a stage of several scales" if self.joint_scales else ""

    @property
    def is_sure(self) -> bool:
        """Whether the network learns its uncertainty."""
        return "uncertainty" in self.loss

    # Each claim is what must be true, and what to say where it is not. A value that is no number makes none true.

    def _shape_claims(self) -> tuple[_Claim, ...]:
        smallest = min(self.steps, self.batch_size, self.patch_size)
        apart = (self.classification, self.resampling, self.quantization)
        beside, mixing = [each is not None for each in apart], self.augmentation
        others = (self.pruning, self.joint_scales or None)
        mixes = mixing is not None and max(mixing.mixup, mixing.cutmix) > 0
        companions = sum((self.is_sure, *beside, *(each is not None for each in others)))
        return (
            (self.name != RANDOM, f"{RANDOM!r} stands for fresh weights; a stage needs another name"),
            (not self.grows or self.start != RANDOM, "a network that grows needs a start to grow from"),
            (smallest >= 1, "steps, batch_size and patch_size must be at least 1"),
            (companions <= 1, f"{', '.join(_COMPANIONS[:-1])} and {_COMPANIONS[-1]} go without each other"),
            (
                not any(beside) or not (self.scales or self.rate_factors or self.sampled_pixels),
                "classification, resampling and quantization go without scales, sampled_pixels and rate_factors",
            ),
            (not (self.is_sure and self.rate_factors), "uncertainty goes without rate_factors"),
            (not beside[0] or not mixes, "classification goes without mixup and cutmix, which mix the kinds of images"),
            (self.accumulate >= 1, f"accumulate must be at least 1 batch, got {self.accumulate}"),
            (0 <= self.average < 1, f"average must lie in [0, 1), got {self.average}"),
            (self.clip_norm >= 0, f"clip_norm must not be negative, got {self.clip_norm}"),
            (self.clip_step >= 0, f"clip_step must not be negative, got {self.clip_step}"),
            (min(self.loss.values(), default=0) > 0, "loss needs at least one term, each of a weight above 0"),
        )

    def _scale_claims(self) -> tuple[_Claim, ...]:
        is_pair = len(self.scales) == 2 and 1 <= self.scales[0] < self.scales[1]
        steps = (self.scales[1] - self.scales[0]) / self.scale_step if is_pair and self.scale_step > 0 else 0
        cuts = self.augmentation is not None and self.augmentation.cuts
        return (
            (not self.scales or is_pair, f"scales are a lowest factor, at least 1, and a highest, got {self.scales}"),
            (self.scale_step == 0 or bool(self.scales), "scale_step goes with scales, and only with them"),
            (self.scale_step >= 0, f"scale_step must not be negative, got {self.scale_step}"),
            (abs(steps - round(steps)) < 1e-6, f"no number of steps of {self.scale_step:g} spans {self.scales}"),
            (self.sampled_pixels >= 0, f"sampled_pixels must not be negative, got {self.sampled_pixels}"),
            (
                not (self.scales and cuts),
                "augmentation: cutmix and cutblur cut whole pixels, so that scales do without",
            ),
        )

    def _rate_claims(self) -> tuple[_Claim, ...]:
        rates = f"learning_rate is {self.learning_rate:g}, final_learning_rate {self.final_learning_rate:g}"
        is_halving, is_named = self.schedule == "halving", self.schedule == "milestones"
        rising = all(before < after for before, after in pairwise([0, *self.milestones, self.steps]))
        return (
            (0 <= self.warmup <= self.steps, f"warmup must lie in 0 .. {self.steps}, the steps, got {self.warmup}"),
            (is_halving == (self.halve_every > 0), 'halve_every goes with schedule = "halving", and only with it'),
            (is_named == bool(self.milestones), 'milestones go with schedule = "milestones", and only with it'),
            (not is_named or rising, f"milestones must rise and lie between 0 and {self.steps}, the steps"),
            (is_named or self.milestone_factor == 0.5, 'milestone_factor goes with schedule = "milestones" only'),
            (0 < self.milestone_factor < 1, f"milestone_factor must lie in (0, 1), got {self.milestone_factor}"),
            (self.learning_rate > 0, f"learning_rate must be above 0, got {self.learning_rate}"),
            (
                0 <= self.final_learning_rate <= self.learning_rate,
                f"the final rate must not be the higher one: {rates}",
            ),
            (min(self.rate_factors.values(), default=1) > 0, "rate_factors must be above 0"),
        )

    def _optimizer_claims(self) -> tuple[_Claim, ...]:
        is_sgd, has_betas = self.optimizer == "sgd", self.betas != (0.0, 0.0)
        has_momentum = self.optimizer in ("sgd", "muon")
        return (
            (all(0 <= beta < 1 for beta in self.betas), f"betas must lie in [0, 1), got {self.betas}"),
            (is_sgd or has_betas, f'optimizer = "{self.optimizer}" needs its betas, such as [0.9, 0.999]'),
            (not is_sgd or not has_betas, 'betas go with other optimizers than "sgd", which has a momentum alone'),
            (has_momentum or self.momentum == 0, f'momentum goes with "sgd" and "muon"; "{self.optimizer}" has betas'),
            (0 <= self.momentum < 1, f"momentum must lie in [0, 1), got {self.momentum}"),
            (self.weight_decay >= 0, f"weight_decay must not be negative, got {self.weight_decay}"),
        )
