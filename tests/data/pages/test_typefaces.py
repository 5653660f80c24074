"""Folders of typefaces."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from samples.typefaces import faces

from superres.data.pages.typefaces import drawn_typeface, typefaces
from superres.errors import InvalidRequestError, MissingFileError


def test_faces_are_found_in_all_folders_below_by_family(tmp_path: Path) -> None:
    faces(tmp_path, "DejaVuSans.ttf")
    faces(tmp_path / "more" / "still", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf")
    found = typefaces(tmp_path)
    assert {family: [face.path.name for face in found[family]] for family in found} == {
        "DejaVu Sans": ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"],
        "DejaVu Serif": ["DejaVuSerif.ttf"],
    }


def test_symbols_other_files_and_broken_faces_are_left_out(tmp_path: Path) -> None:
    faces(tmp_path, "DejaVuSans.ttf", "STIXSizOneSymReg.ttf", "LastResortHE-Regular.ttf")
    (tmp_path / "broken.ttf").write_bytes(b"no face")
    (tmp_path / "notes.txt").write_text("no face either", encoding="utf-8")
    assert list(typefaces(tmp_path)) == ["DejaVu Sans"]


def test_capitals_have_the_height_that_is_asked_for(tmp_path: Path) -> None:
    ((face,),) = typefaces(faces(tmp_path, "DejaVuSans.ttf")).values()
    _, top, _, bottom = face.at(40).getbbox("H")
    assert bottom - top == pytest.approx(40, abs=1)


def test_families_are_equally_likely_however_many_faces_they_have(tmp_path: Path) -> None:
    found = typefaces(faces(tmp_path, "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "cmr10.ttf"))
    random = np.random.default_rng(0)
    drawn = Counter(drawn_typeface(found, random).family for _ in range(400))
    assert len(drawn) == 2
    assert min(drawn.values()) > 160


def test_missing_folder_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="there is no such folder"):
        typefaces(tmp_path / "fonts")


def test_folder_without_letters_says_what_would_do(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidRequestError, match=r"has 1 files that end in \.ttf or \.otf, and none with Latin letters"
    ):
        typefaces(faces(tmp_path, "STIXSizOneSymReg.ttf"))
