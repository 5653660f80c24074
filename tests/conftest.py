"""What all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from superres.inference import calibration

# The networks of tests are too small to share among threads, which would wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes says something of the machine, and nothing of the promise.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def measurements(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is measured of engines is kept apart from the user's own, shared by all workers, and measured shortly."""
    base = tmp_path_factory.getbasetemp()
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    os.environ["SUPERRES_CACHE"] = str((base.parent if is_worker else base) / "cache")
    calibration.BUDGET = 0.05


@pytest.fixture(scope="session")
def superres_data() -> Path:
    """The folder of test images and official weights; skips the test where there is none."""
    folder = os.environ.get("SUPERRES_DATA")
    if not folder:
        pytest.skip("SUPERRES_DATA names no folder of test images and official weights")
    return Path(folder)
