"""The patches that stages see."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from superres.data.datasets.packed import PackedImages, pack
from superres.data.loader import PatchLoader
from superres.training.folders import data_folder
from superres.training.material import Data
from superres.training.stage import Stage
from superres.training.strategies.categories import image_labels


def stage_loader(
    images: PackedImages, stage: Stage, data: Data, *, scale: int, seed: int, labels: Sequence[int]
) -> PatchLoader:
    """The batches of a stage.

    Args:
        images: All that is trained on.
        stage: Its settings.
        data: The recipe's.
        scale: Of the network.
        seed: Of everything random.
        labels: The number of each image's kind, where they have any.

    Raises:
        InvalidConfigError: If no image is as large as a patch.
    """
    return PatchLoader(
        images,
        scale=scale,
        patch_size=stage.patch_size,
        batch_size=stage.batch_size,
        seed=seed,
        scales=stage.drawn_scales,
        labels=labels,
        mixing=stage.augmentation,
        degradation=data.drawn,
    )


def held_out_loader(stage: Stage, data: Data, cache: Path, *, scale: int, seed: int) -> PatchLoader | None:
    """Patches of images that have a label and are not trained on; None where a stage learns no categories.

    Args:
        stage: Its settings.
        data: The recipe's.
        cache: Where decoded images are kept.
        scale: Of the network.
        seed: Of everything random.

    Raises:
        MissingFileError: If a folder is missing.
        InvalidConfigError: If no image is as large as a patch.
    """
    folders = [folder for folder in data.labels if folder not in data.train]
    if stage.classification is None or not folders:
        return None
    left_out = data.left_out()
    opened = [data_folder(name) for name in folders]
    return PatchLoader(
        pack(opened, cache, [] if data.drawn else [scale], without=left_out),
        scale=scale,
        patch_size=stage.patch_size,
        batch_size=stage.batch_size,
        seed=seed,
        labels=image_labels(folders, data.labels, left_out),
        degradation=data.drawn,
    )
