"""Typefaces for tests: those that Matplotlib's wheel carries (DejaVu, STIX, and symbols without letters)."""

import shutil
from pathlib import Path

import matplotlib as mpl

CARRIED = Path(mpl.get_data_path()) / "fonts" / "ttf"


def faces(folder: Path, *names: str) -> Path:
    """A folder with some of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or ("DejaVuSans.ttf", "DejaVuSerif.ttf"):
        shutil.copy(CARRIED / name, folder)
    return folder
