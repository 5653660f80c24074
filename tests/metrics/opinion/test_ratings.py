"""Ratings as a file and as a table."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from superres.errors import InvalidRequestError, MissingFileError, UnknownNameError, UnreadableFileError
from superres.metrics.opinion.ratings import Ratings, read_ratings

VOTES = "stimulus,rater,score\na,Ann,4\nb,Ann,2\na,Bob,5\n"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "votes.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_names_keep_their_order_and_gaps_are_missing(tmp_path: Path) -> None:
    ratings = read_ratings(written(tmp_path, VOTES))
    assert (ratings.stimuli, ratings.raters, ratings.references) == (("a", "b"), ("Ann", "Bob"), ())
    np.testing.assert_array_equal(ratings.matrix, [[4, 5], [2, np.nan]])


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + VOTES,
        VOTES.replace(",", ";"),
        VOTES.replace(",", "\t").replace("\n", "\r\n"),
        VOTES.replace("stimulus,rater", " Stimulus , RATER ").replace("a,Ann,4", "\n a , Ann ,4.0"),
        VOTES.replace(",", ";").replace("4", "4,0"),
        VOTES.replace("\n", ",note\n").replace(",4,", ",4,,").replace(",,note", ",note"),
    ],
    ids=["mark", "semicolon", "tab", "spaces", "decimal comma", "further column"],
)
def test_ways_to_write_the_same_table_read_alike(tmp_path: Path, text: str) -> None:
    np.testing.assert_array_equal(read_ratings(written(tmp_path, text)).matrix, [[4, 5], [2, np.nan]])


def test_hidden_references_are_kept(tmp_path: Path) -> None:
    ratings = read_ratings(written(tmp_path, "stimulus,rater,score,reference\na,Ann,4,b\nb,Ann,5,\n"))
    assert ratings.references == ("b", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("stimulus,rater,score\n", "no votes"),
        ("image,rater,score\na,b,1\n", "lacks 'stimulus'; found the columns 'image', 'rater', 'score', needed are"),
        ("stimulus,rater,score,score\na,b,1,2\n", "more than one column called 'score'"),
        (VOTES + "b,Bob,good\n", "line 5: the score 'good' is no number"),
        (VOTES + "b,Bob,6\n", "line 5: the score 6 is not between 1 and 5"),
        (VOTES + "b,Bob,nan\n", "not between"),
        (VOTES + "b,Bob,\n", "line 5: 'score' is empty"),
        (VOTES + "b,Bob\n", "line 5: 2 cells, but the first line names 3"),
        (VOTES + "a,Bob,3\n", "line 5: rater 'Bob' votes for 'a' a second time"),
        ("stimulus,rater,score,reference\na,x,4,b\na,y,4,c\n", "reference 'c' here and 'b' before"),
        (VOTES.encode("utf-16"), "cannot be read as a UTF-8 table"),
        (VOTES + '"b,Bob,3\n', "cannot be read as a UTF-8 table"),
    ],
)
def test_bad_table_is_refused_with_a_sentence(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        read_ratings(written(tmp_path, text))


def test_absent_file_and_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no file of votes"):
        read_ratings(tmp_path / "none.csv")
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        read_ratings(tmp_path)


def test_reference_that_nobody_rated_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="no rated stimulus is called 'hr'"):
        read_ratings(written(tmp_path, "stimulus,rater,score,reference\na,Ann,4,hr\n"))


def test_other_scales_are_stated(tmp_path: Path) -> None:
    path = written(tmp_path, "stimulus,rater,score\na,Ann,-3\n")
    assert read_ratings(path, lowest=-3.0, highest=3.0).matrix.item() == -3


def test_leaving_raters_out_keeps_the_others() -> None:
    ratings = Ratings(stimuli=("a",), raters=("x", "y"), matrix=np.array([[1.0, 2.0]]))
    assert ratings.without(["x"]).matrix.tolist() == [[2]]
    with pytest.raises(UnknownNameError, match="no rater is called 'z'"):
        ratings.without(["z"])
    with pytest.raises(InvalidRequestError, match="0 raters"):
        ratings.without(["x", "y"])


@pytest.mark.parametrize(
    ("stimuli", "matrix", "message"),
    [
        (("a",), [[1.0], [2.0]], "a matrix of that shape"),
        (("a", "a"), [[1.0], [2.0]], "names of stimuli must differ"),
        (("a", "b"), [[1.0], [np.inf]], "infinite"),
        (("a", "b"), [[1.0], [np.nan]], "stimulus 'b' has 0 votes"),
    ],
)
def test_table_that_contradicts_itself_is_refused(stimuli: Any, matrix: Any, message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        Ratings(stimuli=stimuli, raters=("x",), matrix=np.array(matrix))
