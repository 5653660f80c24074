"""Running networks."""

from pathlib import Path

import numpy as np
import pytest

from superres.errors import InvalidRequestError, InvalidWeightsError, MissingFileError
from superres.evaluation.running import peak_memory, running
from superres.image.files import read_picture, write_picture
from superres.image.picture import Picture
from superres.inference.backends.engines import KNOWN

EXAMPLE = Path(__file__).parents[2] / "examples" / "lighthouse.webp"


def test_memory_is_that_of_the_process_alone(tmp_path: Path) -> None:
    write_picture(tmp_path / "small.png", Picture(pixels=read_picture(EXAMPLE).pixels[:40, :40]))
    engine = ("--engine", "openvino")  # without, the first run may measure which is the fastest
    before = peak_memory(tmp_path / "small.png", tmp_path / "a.png", *engine)
    ballast = np.ones((64, 2**20))  # half a gigabyte in the process that measures
    after = peak_memory(tmp_path / "small.png", tmp_path / "b.png", *engine)
    assert ballast.all()
    assert 40 < before < 1000
    assert after == pytest.approx(before, abs=60)


def test_memory_of_a_command_that_fails_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"memory could not be measured: superres: .*absent"):
        peak_memory(EXAMPLE, tmp_path / "a.png", "--model", "absent")
    with pytest.raises(MissingFileError, match="no such file"):
        peak_memory(tmp_path / "absent.png", tmp_path / "a.png")


def test_models_run_as_users_run_them() -> None:
    small, large = running(["rlfn_compact_x2", "rlfn_compact_x4"], height=20, width=24, precision="float32", rounds=6)
    for each in (small, large):
        assert each.engine.split()[0] in {entry.title.split()[0] for entry in KNOWN}
        assert "float32" in each.engine
        assert 0 < each.latency.low <= each.latency.median <= each.latency.high
        assert each.memory > 40


def test_variant_without_weights_cannot_run() -> None:
    with pytest.raises(InvalidWeightsError, match="rlfn_s_x2 is an architecture without weights"):
        running(["rlfn_s_x2"], height=20, width=24)
