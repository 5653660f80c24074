"""Natural image quality evaluator."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image
from samples.distortions import Pixels, compressed, lighthouse, noisy, planes, smeared
from scipy import linalg

from superres.errors import InvalidImageError
from superres.metrics.natural_statistics import patch_statistics
from superres.metrics.niqe import MODEL, niqe
from superres.metrics.pristine import fitted_to_photographs, read_model

SCRIPT = Path(__file__).parents[2] / "scripts" / "fit_niqe.py"


def value(pixels: Pixels) -> float:
    return niqe(planes(pixels)).item()


def worse_versions(photograph: Pixels) -> dict[str, Pixels]:
    blurred = smeared(smeared(smeared(photograph)))
    return {"blurred": blurred, "noisy": noisy(photograph), "compressed": compressed(photograph)}


def test_a_photograph_scores_better_than_what_is_done_to_it() -> None:
    photograph = lighthouse()
    original = value(photograph)
    assert {name: value(version) > original for name, version in worse_versions(photograph).items()} == {
        "blurred": True,
        "noisy": True,
        "compressed": True,
    }


@pytest.mark.data
@pytest.mark.parametrize("number", [1, 5, 8, 13, 17, 23])
def test_photographs_of_kodak_score_better_than_what_is_done_to_them(superres_data: Path, number: int) -> None:
    (path,) = (superres_data / "validation" / "Kodak24").glob(f"*{number:02}.*")
    with Image.open(path) as opened:
        photograph = np.array(opened.convert("RGB"))[:384, :480]
    original = value(photograph)
    assert all(value(version) > original for version in worse_versions(photograph).values())


@pytest.mark.parametrize("kind", ["noise", "compression"])
def test_the_worse_the_higher(kind: str) -> None:
    photograph = lighthouse()[200:584]
    if kind == "noise":
        values = [value(noisy(photograph, deviation)) for deviation in (4.0, 12.0, 36.0)]
    else:
        values = [value(compressed(photograph, quality)) for quality in (40, 15, 5)]
    assert values == sorted(values)


def test_value_is_the_distance_of_the_paper() -> None:
    # Equation 10 in SciPy.
    pixels = lighthouse()[200:500]
    features = patch_statistics(planes(pixels), "a test")[0][0].numpy()
    model = read_model(MODEL)
    difference = model.mean.numpy() - features.mean(axis=0)
    inverse = linalg.pinv((model.covariance.numpy() + np.cov(features, rowvar=False)) / 2)
    assert value(pixels) == pytest.approx(float(np.sqrt(difference @ inverse @ difference)), rel=1e-8)


def test_grey_images_are_judged_as_they_are() -> None:
    grey = planes(lighthouse()[200:400]).mean(dim=1, keepdim=True)
    torch.testing.assert_close(niqe(grey), niqe(grey.expand(-1, 3, -1, -1)))


def test_one_patch_is_too_little() -> None:
    with pytest.raises(InvalidImageError, match=r"NIQE needs two patches.*has 1: it is too small, or constant"):
        niqe(torch.rand(1, 3, 150, 180))


def test_a_constant_image_is_refused() -> None:
    with pytest.raises(InvalidImageError, match=r"NIQE needs two patches.*has 0: it is too small, or constant"):
        niqe(torch.full((1, 3, 200, 300), 0.37))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    specification = importlib.util.spec_from_file_location("fit_niqe", SCRIPT)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_script_fits_the_photographs_of_the_folders(script: ModuleType, tmp_path: Path) -> None:
    parts = {"a": lighthouse()[:200, :300], "b": lighthouse()[300:500, :300]}
    for name, pixels in parts.items():
        (tmp_path / name).mkdir()
        Image.fromarray(pixels).save(tmp_path / name / "photograph.png")
    patches = script.fit([str(tmp_path / name) for name in parts], tmp_path / "model.json")
    expected = fitted_to_photographs([planes(pixels) for pixels in parts.values()])
    written = read_model(tmp_path / "model.json")
    assert patches == written.patches == expected.patches
    assert torch.equal(written.mean, expected.mean)
    assert torch.equal(written.covariance, expected.covariance)


@pytest.mark.data
def test_shipped_model_names_folders_that_may_be_trained_on(superres_data: Path) -> None:
    content = json.loads(MODEL.read_text("utf-8"))
    assert content["command"] == " ".join(["python scripts/fit_niqe.py", *content["sets"]])
    assert all(name.startswith("train/") and (superres_data / name).is_dir() for name in content["sets"])
    assert sum(len(list((superres_data / name).iterdir())) for name in content["sets"]) == content["images"]
    assert content["patches"] > 1000
