"""A study with its images."""

from pathlib import Path

import pytest
from samples.studies import study

from superres.errors import InvalidImageError, InvalidRequestError, MissingFileError
from superres.evaluation.study import open_study
from superres.image.files import read_picture, write_picture
from superres.image.picture import Picture


def rewritten(path: Path, line: str, *, column: str = "original") -> Path:
    """The same votes with a further column, filled by a format with the stimulus's content."""
    rows = path.read_text("utf-8").splitlines()
    text = [f"{rows[0]},{column}", *(f"{row},{line.format(row.split('_')[0])}" for row in rows[1:])]
    path.write_text("\n".join(text), encoding="utf-8")
    return path


def test_names_find_their_files_and_references(tmp_path: Path) -> None:
    opened = open_study(study(tmp_path), tmp_path / "images", tmp_path / "references")
    assert opened.images[0] == tmp_path / "images" / "p0_1.png"
    assert opened.references[0] == tmp_path / "references" / "p0.png"
    assert opened.contents[0] == opened.contents[3] != opened.contents[4]
    assert opened.has_references
    assert opened.contents_are_known
    assert not any(opened.is_reference)
    image, reference = opened.planes(0)
    assert reference is not None
    assert image.shape == reference.shape == (1, 3, 48, 52)


def test_without_references_every_stimulus_stands_for_itself(tmp_path: Path) -> None:
    opened = open_study(study(tmp_path), tmp_path / "images")
    assert (opened.has_references, opened.contents_are_known) == (False, False)
    assert len(set(opened.contents)) == len(opened.images)
    assert opened.planes(0)[1] is None


def test_column_of_originals_names_what_nobody_rated(tmp_path: Path) -> None:
    path = rewritten(study(tmp_path), "{}.png")
    opened = open_study(path, tmp_path / "images", tmp_path / "references")
    assert opened.references[0] == tmp_path / "references" / "p0.png"


def test_hidden_reference_is_its_own_reference(tmp_path: Path) -> None:
    path = study(tmp_path)
    for content in range(4):
        write_picture(
            tmp_path / "images" / f"p{content}.png", read_picture(tmp_path / "references" / f"p{content}.png")
        )
    rewritten(path, "{}", column="reference")
    votes = [f"p{content},r{rater},5,\n" for content in range(4) for rater in range(5)]
    path.write_text(path.read_text("utf-8") + "\n" + "".join(votes), encoding="utf-8")
    opened = open_study(path, tmp_path / "images")
    place = opened.ratings.stimuli.index("p0")
    assert opened.references[place] == opened.references[0] == tmp_path / "images" / "p0.png"
    assert [index for index, each in enumerate(opened.is_reference) if each] == list(range(16, 20))
    assert opened.contents[place] == opened.contents[0]


def test_reference_that_nobody_rated_belongs_into_another_column(tmp_path: Path) -> None:
    path = rewritten(study(tmp_path), "{}", column="reference")
    with pytest.raises(InvalidRequestError, match="the column 'original' for those that nobody rated"):
        open_study(path, tmp_path / "images", tmp_path / "references")


def test_stimulus_may_be_written_with_its_ending(tmp_path: Path) -> None:
    path = study(tmp_path)
    path.write_text(path.read_text("utf-8").replace("p0_1,", "p0_1.png,"), encoding="utf-8")
    assert open_study(path, tmp_path / "images").images[0].name == "p0_1.png"


def test_image_that_is_missing_or_doubtful_is_said(tmp_path: Path) -> None:
    path = study(tmp_path)
    write_picture(tmp_path / "images" / "p0_1.tif", read_picture(tmp_path / "images" / "p0_1.png"))
    with pytest.raises(InvalidRequestError, match=r"p0_1 fits p0_1\.png and p0_1\.tif"):
        open_study(path, tmp_path / "images")
    for file in (tmp_path / "images").glob("p0_1.*"):
        file.unlink()
    with pytest.raises(MissingFileError, match=r"no image in .* is called p0_1"):
        open_study(path, tmp_path / "images")


def test_reference_that_is_missing_is_said(tmp_path: Path) -> None:
    path = study(tmp_path)
    (tmp_path / "references" / "p1.png").unlink()
    with pytest.raises(MissingFileError, match=r"p1_1\.\w+ has no reference: no image in .*references"):
        open_study(path, tmp_path / "images", tmp_path / "references")


def test_originals_must_be_of_one_mind_and_complete(tmp_path: Path) -> None:
    path = rewritten(study(tmp_path), "{}_2")
    text = path.read_text("utf-8")
    path.write_text(text.replace("p0_2", "p3_2", 1).replace("p1_2", "", 1), encoding="utf-8")
    with pytest.raises(InvalidRequestError, match=r"has the original .* here and .* before"):
        open_study(path, tmp_path / "images")
    path.write_text("\n".join(row if row[:3] != "p1_" else row.rsplit(",", 1)[0] + "," for row in text.split("\n")))
    with pytest.raises(InvalidRequestError, match="'p1_1' has no reference, but others have"):
        open_study(path, tmp_path / "images")


def test_sizes_must_match(tmp_path: Path) -> None:
    path = study(tmp_path)
    small = read_picture(tmp_path / "references" / "p0.png").pixels[1:]
    write_picture(tmp_path / "references" / "p0.png", Picture(pixels=small), overwrite=True)
    with pytest.raises(InvalidImageError, match="only images of one size"):
        open_study(path, tmp_path / "images", tmp_path / "references").planes(0)
