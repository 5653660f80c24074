"""The images that a recipe trains and validates on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pydantic import ConfigDict

from superres.data.degradation.presets import BICUBIC, Preset, preset
from superres.training.claims import require
from superres.training.folders import data_folder
from superres.training.strategies.categories import check_labels


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """Where the images are. Relative folders lie below `$SUPERRES_DATA`, or else below the working directory."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)
    train: list[str]
    validation: str
    degradation: str
    """`bicubic`, reduced once when the images are packed, or another preset, of which each patch has one of its own."""
    labels: dict[str, str] = field(default_factory=dict[str, str])
    """The kind of image in each folder of `train`, and in others whose images are held out: a table `[data.labels]`."""

    exclude: list[str] = field(default_factory=list[str])
    """Images that are left out, each by its folder and its name, such as `train/bsds/302003.jpg`."""
    also_at: list[float] = field(default_factory=list[float])
    """Shares of its size, such as 0.7, at which each image is trained on too."""

    def __post_init__(self) -> None:
        check_labels(self.labels, self.train)
        require(bool(self.train), "data: train needs at least one folder of images")
        preset(self.degradation)
        for share in self.also_at:
            require(0 < share < 1, f"data: also_at holds shares of an image's size between 0 and 1, got {share:g}")
        for name in self.exclude:
            folder = str(PurePosixPath(name).parent)
            require(
                folder in (*self.train, *self.labels),
                f"data: {name} is to be left out, but the recipe has no folder {folder}",
            )

    @property
    def drawn(self) -> Preset | None:
        """What is drawn for each patch; None where the packed reductions are taken."""
        return None if self.degradation == BICUBIC else preset(self.degradation)

    @property
    def copies(self) -> int:
        """How often each image is there, at its own size and at others."""
        return 1 + len(self.also_at)

    def left_out(self) -> frozenset[Path]:
        """The files that `exclude` names.

        Raises:
            InvalidConfigError: If one is not there; a slip of the pen would train on what was to be left out.
            MissingFileError: If its folder is not there.
        """
        places = [PurePosixPath(name) for name in self.exclude]
        paths = {data_folder(str(place.parent)) / place.name for place in places}
        for path in sorted(paths):
            require(path.is_file(), f"data: {path} is to be left out, but there is no such image")
        return frozenset(paths)
