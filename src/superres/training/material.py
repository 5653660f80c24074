"""The images that a recipe trains and validates on."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import ConfigDict

from superres.data.degradation.presets import BICUBIC, Preset, preset
from superres.training.categories import check_labels
from superres.training.claims import require


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """Where the images are. Relative folders lie below `$SUPERRES_DATA`, or else the working directory."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)
    train: list[str]
    validation: str
    degradation: str
    """`bicubic`, reduced once when the images are packed, or another preset, of which each patch has one of its own."""
    labels: dict[str, str] = field(default_factory=dict[str, str])
    """The kind of image in each folder of `train`, and in others whose images are held out: a table `[data.labels]`."""

    def __post_init__(self) -> None:
        check_labels(self.labels, self.train)
        require(bool(self.train), "data: train needs at least one folder of images")
        preset(self.degradation)

    @property
    def drawn(self) -> Preset | None:
        """What is drawn for each patch; None where the packed reductions are taken."""
        return None if self.degradation == BICUBIC else preset(self.degradation)
