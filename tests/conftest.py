"""What all tests share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def superres_data() -> Path:
    """The folder of test images and official weights; skips the test where there is none."""
    folder = os.environ.get("SUPERRES_DATA")
    if not folder:
        pytest.skip("SUPERRES_DATA names no folder of test images and official weights")
    return Path(folder)
