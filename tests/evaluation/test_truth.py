"""The true texts of a folder."""

from pathlib import Path

import pytest
from samples.texts import folder_of_words

from superres.errors import InvalidRequestError, MissingFileError, UnreadableFileError
from superres.evaluation.truth import true_texts

WORDS = {"first": "silver", "second": "kettle"}


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    return sorted(folder_of_words(tmp_path, WORDS).glob("*.png"))


def test_folder_without_texts_has_no_truth(images: list[Path]) -> None:
    assert true_texts(images) is None


@pytest.mark.parametrize("names", [("first.png", "second.png"), ("first", "second")])
def test_table_names_images_with_or_without_their_ending(images: list[Path], names: tuple[str, str]) -> None:
    table = f'text,image\n"Silver, and\nmore",{names[0]}\nKettle,{names[1]}\n'
    (images[0].parent / "truth.csv").write_text(table, "utf-8-sig")
    assert true_texts(images) == {"first": "Silver, and\nmore", "second": "Kettle"}


def test_text_file_beside_an_image_says_what_it_shows(images: list[Path]) -> None:
    for path in images:
        path.with_suffix(".txt").write_text(WORDS[path.stem])
    assert true_texts(images) == WORDS


def test_image_without_a_text_among_others_is_refused(images: list[Path]) -> None:
    images[0].with_suffix(".txt").write_text("silver")
    with pytest.raises(MissingFileError, match=r"second\.png has no true text in any \.txt file"):
        true_texts(images)
    (images[0].parent / "truth.csv").write_text("image,text\nsecond,kettle\n")
    with pytest.raises(MissingFileError, match=r"first\.png has no true text in truth\.csv"):
        true_texts(images)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("", "needs the columns image and text"),
        ("name,words\nfirst,silver\n", "needs the columns image and text"),
        ("image,text\nfirst\n", "needs the columns image and text"),
        ("image,text\nfirst,silver\nfirst.png,gold\n", "two texts for 'first'"),
        ("image,text\nfirst,silver\nsecond,  \n", "the true text of second in .* is empty"),
    ],
)
def test_table_that_makes_no_sense_is_refused(images: list[Path], table: str, sentence: str) -> None:
    (images[0].parent / "truth.csv").write_text(table)
    with pytest.raises(InvalidRequestError, match=sentence):
        true_texts(images)


def test_text_whose_image_is_missing_is_refused(images: list[Path]) -> None:
    (images[0].parent / "truth.csv").write_text("image,text\nfirst,silver\nsecond,kettle\nthird.png,lost\n")
    with pytest.raises(MissingFileError, match=r"a text for 'third\.png', but no such image"):
        true_texts(images)


def test_text_in_another_encoding_is_refused(images: list[Path]) -> None:
    (images[0].parent / "truth.csv").write_bytes("image,text\nfirst,é\n".encode("latin-1"))
    with pytest.raises(UnreadableFileError, match="read as UTF-8"):
        true_texts(images)
