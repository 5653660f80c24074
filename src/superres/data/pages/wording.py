"""Words to set: a text's own in their order, and now and then signs that no language puts together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np

from superres.errors import InvalidRequestError, MissingFileError, UnreadableFileError

_SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?()%&$€£+-=/@#'\"àâäåçéèêëíñóôöøúüß"
_SHARE_OF_SIGNS = 0.1
"""How many words are drawn sign by sign: numbers, codes and names are not in the dictionary either."""
_SHARE_OF_CAPITALS = 0.04
_LONGEST = 24
"""Letters; longer words, and rules of dashes, break the setting."""
_FEWEST = 100


def words_of(path: Path | None) -> Sequence[str]:
    """The words of a text in their order.

    Args:
        path: Of a UTF-8 text; Python's own manual where not given, which every installation has.

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is no UTF-8 text.
        InvalidRequestError: If it has fewer than 100 words.
    """
    text = "\n".join(topics[name] for name in sorted(topics)) if path is None else _read(path)
    words = [word for word in text.split() if len(word) <= _LONGEST and any(sign.isalnum() for sign in word)]
    if len(words) < _FEWEST:
        raise InvalidRequestError(f"{path} has {len(words)} words; pages need a text of at least {_FEWEST}")
    return words


def wording(words: Sequence[str], random: np.random.Generator) -> Iterator[str]:
    """An endless text that begins somewhere in the words."""
    place = int(random.integers(len(words)))
    while True:
        if random.random() < _SHARE_OF_SIGNS:
            yield _signs(random)
            continue
        word = words[place % len(words)]
        place += 1
        yield word.upper() if random.random() < _SHARE_OF_CAPITALS else word


def _signs(random: np.random.Generator) -> str:
    count = int(random.integers(1, 9))
    return "".join(_SIGNS[index] for index in random.integers(len(_SIGNS), size=count))


def _read(path: Path) -> str:
    if not path.is_file():
        raise MissingFileError(f"words were to be read from {path}, but there is no such file")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"words were to be read from {path}, which is no UTF-8 text: {error}") from error
