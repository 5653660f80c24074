"""Fit NIQE's model of undistorted photographs and put it into the package.

    python scripts/fit_niqe.py train/div2k_test_lr train/unsplash train/debian train/architecture

The folders are absolute or below $SUPERRES_DATA. Photographs must be sharp and clean, and none may be one that
models are chosen or judged by.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from superres.image.files import image_files, read_picture
from superres.image.pixels import to_planes
from superres.metrics.natural_statistics import PATCH_SIZE
from superres.metrics.niqe import MODEL
from superres.metrics.pristine import SHARPNESS_SHARE, fitted_to_photographs, write_model
from superres.training.folders import data_folder


def photographs(files: Sequence[Path]) -> Iterator[Tensor]:
    """Each file as (1, C, H, W) in [0, 1]."""
    for file in files:
        yield torch.from_numpy(to_planes(read_picture(file).pixels))[None]


def fit(folders: Sequence[str], target: Path = MODEL) -> int:
    """Fit a model to all images of some folders and write it; returns the number of patches."""
    files = [file for folder in folders for file in image_files(data_folder(folder))]
    model = fitted_to_photographs(photographs(files))
    provenance: dict[str, str | int | float | list[str]] = {
        "what": "NIQE's model of undistorted photographs: mean and covariance of 36 features of sharp patches",
        "command": " ".join(["python scripts/fit_niqe.py", *folders]),
        "sets": list(folders),
        "images": len(files),
        "patch_size": PATCH_SIZE,
        "sharpness_share": SHARPNESS_SHARE,
    }
    write_model(target, model, provenance)
    return model.patches


def main() -> None:
    """Fit the folders that were named."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="+")
    print(f"{fit(arguments.parse_args().folders)} patches in {MODEL}")


if __name__ == "__main__":
    main()
