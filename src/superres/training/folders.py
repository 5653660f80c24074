"""Where a recipe's folders lie."""

from __future__ import annotations

import os
from pathlib import Path

from superres.errors import MissingFileError

DATA_VARIABLE = "SUPERRES_DATA"
"""The environment variable that names the folder of all data sets."""


def data_folder(name: str) -> Path:
    """The folder that a recipe names: absolute, or below `$SUPERRES_DATA`, or below the working directory.

    Raises:
        MissingFileError: If there is no such folder.
    """
    root = Path(os.environ.get(DATA_VARIABLE, "."))
    folder = root / name
    if not folder.is_dir():
        raise MissingFileError(
            f"the recipe names the folder {name}, but {folder} is no folder; set {DATA_VARIABLE} to where the images are"
        )
    return folder
