"""How far a text that was read is from the true one: character and word error rates.

Sources: the distance is Levenshtein's, "Binary codes capable of correcting deletions, insertions and reversals",
Soviet Physics Doklady 10(8), 1966, found row by row as in Wagner & Fischer, "The String-to-String Correction
Problem", JACM 21(1), 1974. Its share of the true text's length is one less the character accuracy of Rice, Jenkins
& Nartker, "The Fourth Annual Test of OCR Accuracy", UNLV, 1995.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from superres.errors import InvalidRequestError


@dataclass(frozen=True, kw_only=True, slots=True)
class TextErrors:
    """What it takes to turn a text that was read into the true one, both in the form of `comparable`."""

    character_edits: int
    """Insertions, deletions and substitutions."""
    characters: int
    """Of the true text, spaces between words included."""
    word_edits: int
    words: int

    @property
    def character_error_rate(self) -> float:
        """Edits per true character; 0 is a perfect text, and one with much added can exceed 1."""
        return self.character_edits / self.characters

    @property
    def word_error_rate(self) -> float:
        """The same in words."""
        return self.word_edits / self.words


def comparable(text: str) -> str:
    """The form in which texts are compared: Unicode NFKC, without case, single spaces, none at the ends.

    NFKC writes ligatures and full-width forms as plain letters. Case is left out because nothing but their size
    tells c from C or s from S.

    Example:
        >>> comparable("  The ﬁrst  LINE ")
        'the first line'
    """
    # Folding case can leave marks that NFKC joins, so it comes first and last.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def text_errors(read: str, true: str) -> TextErrors:
    """Count the errors of a text that was read.

    Line breaks count as spaces, so that only the order of reading matters, not how lines were grouped.

    Args:
        read: What the recogniser gave.
        true: What is there.

    Raises:
        InvalidRequestError: If the true text is empty, which leaves nothing to compare with.

    Example:
        >>> text_errors("kitten", "sitting").character_error_rate == 3 / 7
        True
    """
    ours, theirs = comparable(read), comparable(true)
    if not theirs:
        raise InvalidRequestError("an error rate needs a true text, but the one given is empty")
    words, true_words = ours.split(), theirs.split()
    return TextErrors(
        character_edits=edits(ours, theirs),
        characters=len(theirs),
        word_edits=edits(words, true_words),
        words=len(true_words),
    )


def edits(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """Levenshtein distance: the fewest insertions, deletions and substitutions, of characters or of words.

    Args:
        first: A text, or a list of words.
        second: The same kind.

    Example:
        >>> edits("kitten", "sitting")
        3
    """
    numbers = {symbol: number for number, symbol in enumerate(dict.fromkeys((*first, *second)))}
    columns = np.arange(len(second) + 1)
    across = np.array([numbers[symbol] for symbol in second], np.int64)
    row = columns
    for done, symbol in enumerate(first, start=1):
        changed = np.minimum(row[1:] + 1, row[:-1] + (across != numbers[symbol]))
        # Insertions depend on the entry to the left; a running minimum of what each start would cost replaces the loop.
        row = np.minimum.accumulate(np.concatenate(([done], changed)) - columns) + columns
    return int(row[-1])
