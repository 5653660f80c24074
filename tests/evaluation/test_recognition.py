"""Error rates of a reader on restored images."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from samples.texts import folder_of_words

from superres.errors import InvalidImageError, InvalidRequestError
from superres.evaluation.recognition import Reading, ReadingRow, pooled_interval, recognise
from superres.evaluation.subject import subjects
from superres.metrics.task.characters import TextErrors, text_errors

WORDS = {"first": "silver kettle", "second": "copper", "third": "garden"}
Pixels = NDArray[np.uint8]


class ReaderOfSharpness:
    """Knows the words by the images' widths, and misreads a letter where no pixel is quite black and white."""

    def __init__(self, folder: Path) -> None:
        from PIL import Image

        self.words: dict[int, str] = {}
        for name, text in WORDS.items():
            with Image.open(folder / f"{name}.png") as image:
                self.words[image.width] = text

    def __call__(self, image: Pixels, /) -> str:
        text = self.words[image.shape[1]]
        return text if image.min() == 0 and float(np.mean(image == 255)) > 0.5 else f"?{text[1:]}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of_words(tmp_path / "words", WORDS)


def row(edits: list[int], characters: list[int]) -> ReadingRow:
    images = {
        str(number): Reading(
            text="", errors=TextErrors(character_edits=wrong, characters=length, word_edits=1, words=2)
        )
        for number, (wrong, length) in enumerate(zip(edits, characters, strict=True))
    }
    return ReadingRow(model="bicubic", scale=2.0, engine="", images=images)


def test_reference_comes_first_and_every_subject_after_it(folder: Path) -> None:
    judged = subjects(["bicubic", "rlfn_compact_x2"], (2,), "float32")
    found = recognise(folder, judged, lambda image: f"{image.shape}", recogniser_name="sizes 1")
    assert [(each.model, each.scale) for each in found.rows] == [
        ("reference", 2),
        ("bicubic", 2),
        ("rlfn_compact_x2", 2),
    ]
    # Restored images have their references' sizes, which is all that this reader reads.
    assert [each.character_error_rate() for each in found.rows] == [0, 0, 0]
    assert "3 images read by sizes 1" in found.caption()


def test_text_read_in_the_reference_is_true_where_nothing_else_is(folder: Path) -> None:
    found = recognise(folder, subjects(["bicubic"], (4,), "float32"), ReaderOfSharpness(folder), recogniser_name="x")
    assert not found.truth_is_given
    assert "the text read in the reference" in found.caption()
    assert found.rows[0].character_error_rate() == 0
    assert found.rows[1].character_error_rate() == pytest.approx(3 / sum(len(text) for text in WORDS.values()))


def test_given_truth_judges_the_reference_too(folder: Path) -> None:
    (folder / "truth.csv").write_text("image,text\nfirst,silver kettle\nsecond,coffer\nthird,garden\n")
    found = recognise(folder, subjects(["bicubic"], (2,), "float32"), ReaderOfSharpness(folder), recogniser_name="x")
    assert found.truth_is_given
    assert found.rows[0].images["second"].errors == text_errors("copper", "coffer")
    assert found.rows[0].character_error_rate() == pytest.approx(2 / 25)


def test_rates_are_pooled_over_images() -> None:
    # 1 of 10 and 9 of 30 characters: 10/40, not the mean of 0.1 and 0.3.
    assert row([1, 9], [10, 30]).character_error_rate() == 0.25
    assert row([1, 9], [10, 30]).word_error_rate() == 0.5


def test_interval_is_near_that_of_scipy() -> None:
    # scipy 1.17.1, stats.bootstrap of the ratio, paired, percentile, 200000 resamples, seed 1: 2026-11-25.
    edits, characters = np.array([0, 3, 1, 0, 7, 2, 0, 12]), np.array([40, 55, 38, 61, 47, 52, 44, 58])
    lower, upper = pooled_interval(edits, characters) or (0.0, 0.0)
    assert (lower, upper) == pytest.approx((0.01500, 0.12037), abs=0.002)


def test_interval_of_equal_images_has_no_width_and_of_one_image_does_not_exist() -> None:
    assert row([2, 2, 2], [20, 20, 20]).interval() == (0.1, 0.1)
    assert row([2], [20]).interval() is None


def test_difference_is_taken_image_by_image() -> None:
    better, worse = row([1, 8, 3], [20, 20, 20]), row([3, 10, 5], [20, 20, 20])
    # Each image has two errors less: certain, though the rates themselves vary widely.
    assert better.difference(worse) == (pytest.approx(-0.1), (pytest.approx(-0.1), pytest.approx(-0.1)))


def test_true_image_in_which_nothing_is_read_needs_a_true_text(folder: Path) -> None:
    judged = subjects(["bicubic"], (2,), "float32")
    with pytest.raises(InvalidImageError, match=r"nothing was read in the true image first, .* truth\.csv"):
        recognise(folder, judged, lambda _image: "", recogniser_name="blind")
    for name, text in WORDS.items():
        (folder / f"{name}.txt").write_text(text)
    found = recognise(folder, judged, lambda _image: "", recogniser_name="blind")
    assert [each.character_error_rate() for each in found.rows] == [1, 1]


def test_nothing_to_judge_is_refused(folder: Path) -> None:
    with pytest.raises(InvalidRequestError, match="neither a model nor bicubic was named"):
        recognise(folder, (), lambda _image: "", recogniser_name="blind")


def test_json_has_the_texts_and_the_difference_from_bicubic(folder: Path) -> None:
    found = recognise(folder, subjects(["bicubic"], (4,), "float32"), ReaderOfSharpness(folder), recogniser_name="x")
    document = found.to_dict()
    reference, bicubic = document["rows"]
    assert reference["images"]["first"] == {"text": "silver kettle", "edits": 0, "characters": 13}
    assert reference["less_bicubic"] == pytest.approx(-bicubic["character_error_rate"])
    assert bicubic["less_bicubic"] == 0
    assert document["truth"] == "reference"


def test_work_is_announced(folder: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    judged = subjects(["bicubic"], (2,), "float32")
    recognise(folder, judged, lambda _image: "a", recogniser_name="a", watch=lambda *progress: seen.append(progress))
    assert seen[0] == ("reference ×2", 1, 3)
    assert seen[-1] == ("bicubic ×2", 3, 3)
