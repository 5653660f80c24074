"""What is told of a picture beside its result."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from samples.backends import Altered, Repeater
from samples.pictures import noise

from superres.image.files import write_picture
from superres.image.picture import Picture
from superres.inference.batch import Job
from superres.inference.files import Terms, upscale_files
from superres.inference.request import Plan

PLAN = Plan(scale=2, passes=(Repeater(),), tile_size=256)


def remarks(source: Path, plan: Plan = PLAN, terms: Terms | None = None) -> tuple[str, ...]:
    job = Job(source, source.with_name("result.png"))
    (outcome,) = upscale_files([job], plan, terms)
    assert not isinstance(outcome.result, Exception)
    return outcome.remarks


def saved(path: Path, pixels: Any) -> Path:
    write_picture(path, Picture(pixels=pixels))
    return path


def test_faithful_result_is_passed_in_silence(tmp_path: Path) -> None:
    assert remarks(saved(tmp_path / "a.png", noise(200, 300, 3))) == ()


def test_brighter_result_is_told(tmp_path: Path) -> None:
    brighter = Plan(scale=2, passes=(Altered(lambda high: high * 0.9 + 0.1),), tile_size=256)
    (remark,) = remarks(saved(tmp_path / "a.png", noise(200, 300, 3)), brighter)
    assert remark.startswith("came out with other colours: +12")


def test_black_tile_is_told(tmp_path: Path) -> None:
    def spoilt(high: Any) -> Any:
        high[..., :64, :64] = 0
        return high

    plan = Plan(scale=2, passes=(Altered(spoilt),), tile_size=4096)
    (remark,) = remarks(saved(tmp_path / "a.png", noise(400, 400, 3)), plan)
    assert "up to" in remark


def test_mask_and_colours_under_it_are_no_drift(tmp_path: Path) -> None:
    alpha = np.asarray((np.add.outer(np.arange(200), np.arange(300)) % 40 > 20) * 255, np.uint8)
    picture = Picture(pixels=noise(200, 300, 3), alpha=alpha)
    write_picture(tmp_path / "a.png", picture)
    assert remarks(tmp_path / "a.png") == ()


@pytest.mark.data
def test_compression_is_told_with_what_cleans_it_unless_that_was_taken(superres_data: Path, tmp_path: Path) -> None:
    image = Image.open(min((superres_data / "validation/Kodak24").iterdir())).convert("RGB")
    file = BytesIO()
    image.save(file, "JPEG", quality=20)
    (tmp_path / "a.jpg").write_bytes(file.getvalue())
    (remark,) = remarks(tmp_path / "a.jpg")
    assert "(--photo) cleans them" in remark
    assert remarks(tmp_path / "a.jpg", terms=Terms(is_cleaned=True, overwrite=True)) == ()
