"""How well metrics agree with a study."""

from pathlib import Path

import pytest
from samples.studies import study
from scipy import stats

from superres.errors import InvalidRequestError, UnknownNameError
from superres.evaluation.comparison import compare
from superres.evaluation.study import Study, open_study
from superres.evaluation.study_agreement import agree


def opened(folder: Path) -> Study:
    return open_study(study(folder), folder / "images", folder / "references")


def test_values_are_those_of_compare_and_coefficients_those_of_scipy(tmp_path: Path) -> None:
    found = agree(opened(tmp_path), ("psnr", "gmsd"))
    compared = compare(tmp_path / "images", tmp_path / "references", metrics=("psnr",))
    assert dict(zip(found.stimuli, found.values["psnr"], strict=True)) == {
        Path(name).stem: values["psnr"] for name, values in compared.images.items()
    }
    for name, sign in (("psnr", 1), ("gmsd", -1)):
        assert found.agreements[name].srcc.value == pytest.approx(
            sign * stats.spearmanr(found.values[name], found.opinions)[0]
        )
    assert found.agreements["psnr"].resampled == "contents"
    assert "bootstrap over contents" in found.caption()


def test_metric_of_one_image_needs_no_references(tmp_path: Path) -> None:
    found = agree(open_study(study(tmp_path), tmp_path / "images"), ("total_variation",))
    assert found.agreements["total_variation"].resampled == "stimuli"


def test_references_that_were_rated_too_are_left_out(tmp_path: Path) -> None:
    path = study(tmp_path)
    rows = path.read_text("utf-8").splitlines()
    # The sharpest version of each picture serves as its reference.
    text = [f"{rows[0]},reference", *(f"{row},{row.split('_')[0]}_1" for row in rows[1:])]
    path.write_text("\n".join(text), encoding="utf-8")
    found = agree(open_study(path, tmp_path / "images"), ("psnr",))
    assert len(found.stimuli) == 12
    assert not any(name.endswith("_1") for name in found.stimuli)


def test_what_the_study_lacks_is_said(tmp_path: Path) -> None:
    bare = open_study(study(tmp_path), tmp_path / "images")
    with pytest.raises(InvalidRequestError, match="psnr compares with a reference, which the study does not have"):
        agree(bare, ("psnr",))
    with pytest.raises(InvalidRequestError, match="low-resolution image"):
        agree(bare, ("lr_consistency",))
    with pytest.raises(UnknownNameError):
        agree(bare, ("pnsr",))
    with pytest.raises(UnknownNameError, match="protocol"):
        agree(bare, ("total_variation",), protocol_name="none")
