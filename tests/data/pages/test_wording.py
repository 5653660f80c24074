"""The words that pages are set in."""

from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from superres.data.pages.wording import wording, words_of
from superres.errors import InvalidRequestError, MissingFileError, UnreadableFileError


def text(folder: Path, count: int) -> Path:
    path = folder / "text.txt"
    path.write_text(" ".join(f"word{number}" for number in range(count)) + " ---- " + "x" * 25, encoding="utf-8")
    return path


def test_words_keep_their_order_and_rules_and_monsters_are_left_out(tmp_path: Path) -> None:
    assert words_of(text(tmp_path, 150)) == [f"word{number}" for number in range(150)]


def test_there_are_words_where_no_text_is_given() -> None:
    words = words_of(None)
    assert len(words) > 10_000
    assert {"the", "function", "value"} <= set(words)


def test_text_follows_the_words_with_a_tenth_of_others_between(tmp_path: Path) -> None:
    words = words_of(text(tmp_path, 3000))
    said = list(islice(wording(words, np.random.default_rng(1)), 2000))
    numbers = [int(word[4:]) for word in said if word.lower().startswith("word") and word[4:].isdigit()]
    assert 0.85 < len(numbers) / len(said) < 0.95
    assert all((after - before) % 3000 == 1 for before, after in pairwise(numbers))
    assert 20 < sum(word.startswith("WORD") for word in said) < 150


def test_the_same_numbers_give_the_same_text(tmp_path: Path) -> None:
    words = words_of(text(tmp_path, 150))
    first, same, other = (list(islice(wording(words, np.random.default_rng(seed)), 50)) for seed in (1, 1, 2))
    assert first == same != other


def test_texts_that_are_of_no_use_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="there is no such file"):
        words_of(tmp_path / "nothing.txt")
    with pytest.raises(InvalidRequestError, match="has 99 words; pages need a text of at least 100"):
        words_of(text(tmp_path, 99))
    (tmp_path / "text.txt").write_bytes(b"\xff\xfe\x00\xd8" * 100)
    with pytest.raises(UnreadableFileError, match="is no UTF-8 text"):
        words_of(tmp_path / "text.txt")
