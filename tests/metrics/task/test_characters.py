"""Character and word error rates."""

import pytest

from superres.errors import InvalidRequestError
from superres.metrics.task.characters import comparable, edits, text_errors


# Computed by jiwer 4.0.0 (RapidFuzz 3.14.6), 2026-11-24: cer and wer of read against true.
@pytest.mark.parametrize(
    ("read", "true", "characters", "words"),
    [
        ("restored picture", "restored picture", 0.0, 0.0),
        ("rest0red p1cture", "restored picture", 0.125, 1.0),
        ("the quick brown fox", "the quick brown fox jumps over", 0.366666666667, 0.333333333333),
        ("lazy dog over the", "over the lazy dog", 0.823529411765, 1.0),
        ("", "sixty four", 1.0, 1.0),
        ("a much longer answer than asked", "short", 5.4, 6.0),
        ("boiling waterand cook s1owly", "boiling water, and cook slowly", 0.1, 0.6),
    ],
)
def test_error_rates_are_those_of_jiwer(read: str, true: str, characters: float, words: float) -> None:
    errors = text_errors(read, true)
    assert errors.character_error_rate == pytest.approx(characters, abs=1e-11)
    assert errors.word_error_rate == pytest.approx(words, abs=1e-11)


def test_distance_of_the_textbook_pairs() -> None:
    # kitten and sitting: two substitutions and an insertion; Saturday and Sunday: Wagner & Fischer's method by hand.
    assert edits("kitten", "sitting") == 3
    assert edits("saturday", "sunday") == 3
    assert edits("", "abc") == edits("abc", "") == 3
    assert edits("", "") == 0


def test_distance_is_the_same_from_both_ends_and_obeys_the_triangle() -> None:
    texts = ["silver river", "river silver", "sliver", "liver", "rivers"]
    for first in texts:
        for second in texts:
            assert edits(first, second) == edits(second, first)
            assert all(edits(first, second) <= edits(first, third) + edits(third, second) for third in texts)


def test_words_are_counted_as_wholes() -> None:
    errors = text_errors("silver gentle railwav", "silver gentle railway")
    assert (errors.word_edits, errors.words) == (1, 3)
    assert (errors.character_edits, errors.characters) == (1, 21)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Two\n  LINES\t", "two lines"),
        ("ﬁne １２", "fine 12"),
        ("cafe\u0301", "café"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("wide\u00a0space", "wide space"),
        (" \n", ""),
    ],
)
def test_texts_are_compared_without_case_form_and_lines(written: str, compared: str) -> None:
    assert comparable(written) == compared
    assert comparable(compared) == compared


@pytest.mark.parametrize("true", ["", " \n"])
def test_empty_truth_is_refused(true: str) -> None:
    with pytest.raises(InvalidRequestError, match="needs a true text, but the one given is empty"):
        text_errors("something", true)
