"""The folder in which what took time to find out is kept from one process to the next."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path

CACHE_VARIABLE = "SUPERRES_CACHE"
"""Environment variable: a folder in place of the user's own."""


def cache_folder() -> Path:
    """Where things are kept; it may not be there yet."""
    given = os.environ.get(CACHE_VARIABLE)
    return Path(given) if given else user_cache_path("superres")
