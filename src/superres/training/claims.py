"""What must be true of a recipe, and the sentence where it is not."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager

from superres.errors import InvalidConfigError, UnknownNameError


def require(claim: bool, sentence: str) -> None:
    """Raise InvalidConfigError with the sentence, unless the claim is true."""
    if not claim:
        raise InvalidConfigError(sentence)


@contextmanager
def about(what: str) -> Generator[None]:
    """Sentences about a part of the recipe begin with its name."""
    try:
        yield
    except InvalidConfigError as error:
        raise InvalidConfigError(f"{what}: {error}") from error
    except UnknownNameError as error:
        raise UnknownNameError(f"{what}: {error}") from error


def require_plain_name(kind: str, name: str) -> None:
    """Refuse a name that could not be a file's."""
    require(
        re.fullmatch(r"[A-Za-z0-9_-]+", name) is not None,
        f"{kind} {name!r}: a name has letters, digits, - and _ only, for a file will bear it",
    )
