"""A metric learned from a study."""

from pathlib import Path

import numpy as np
import pytest
from samples.studies import study

from superres.errors import InvalidImageError, InvalidRequestError, UnknownNameError
from superres.evaluation.study import open_study
from superres.evaluation.study_agreement import agree
from superres.evaluation.study_fit import fit_study
from superres.image.files import write_picture
from superres.image.picture import Picture
from superres.metrics.learned.quality import write_quality


@pytest.mark.parametrize("kind", ["reference", "nothing"])
def test_metric_learns_what_the_raters_prefer(tmp_path: Path, kind: str) -> None:
    opened = open_study(study(tmp_path, contents=6), tmp_path / "images", tmp_path / "references")
    quality = fit_study(opened, compares_with="reference" if kind == "reference" else "nothing")
    assert quality.card.compares_with == kind
    assert quality.card.held_out.learned.value > 0.5
    write_quality(tmp_path / "quality.safetensors", quality)
    name = str(tmp_path / "quality.safetensors")
    found = agree(opened, (name,))
    assert found.agreements[name].srcc.value > 0.8
    assert "was fitted to 24 stimuli of these names" in found.doubts[0]


def test_references_are_used_where_there_are_any(tmp_path: Path) -> None:
    path = study(tmp_path)
    told: list[tuple[str, int, int]] = []
    opened = open_study(path, tmp_path / "images", tmp_path / "references")
    card = fit_study(opened, watch=lambda *news: told.append(news)).card
    assert (card.compares_with, card.contents, card.contents_are_known) == ("reference", 4, True)
    assert told[0] == ("p0_1", 0, 16)
    alone = fit_study(open_study(path, tmp_path / "images")).card
    assert (alone.compares_with, alone.contents, alone.contents_are_known) == ("nothing", 16, False)


def test_contradicting_wishes_are_refused(tmp_path: Path) -> None:
    path = study(tmp_path)
    bare = open_study(path, tmp_path / "images")
    whole = open_study(path, tmp_path / "images", tmp_path / "references")
    with pytest.raises(InvalidRequestError, match="the study has none; give --references"):
        fit_study(bare, compares_with="reference")
    with pytest.raises(InvalidRequestError, match="lpips compare with a reference"):
        fit_study(whole, compares_with="nothing", added=("lpips",))
    with pytest.raises(UnknownNameError, match="charm"):
        fit_study(whole, added=("charm",))


def test_image_too_small_is_named(tmp_path: Path) -> None:
    path = study(tmp_path)
    for folder, name in (("images", "p0_1.png"), ("references", "p0.png")):
        write_picture(tmp_path / folder / name, Picture(pixels=np.zeros((20, 20, 3), np.uint8)), overwrite=True)
    with pytest.raises(InvalidImageError, match=r"p0_1\.png: learned quality needs sides of at least 44"):
        fit_study(open_study(path, tmp_path / "images", tmp_path / "references"))
