"""Times as people write them."""

from __future__ import annotations

from fractions import Fraction

from superres.errors import InvalidRequestError


def seconds(text: str) -> Fraction:
    """A time such as `12.5` or `1:02:03.5`.

    Raises:
        InvalidRequestError: If it is none.
    """
    try:
        parts = [Fraction(part) for part in text.split(":")]
    except (ValueError, ZeroDivisionError):
        parts = []
    if not 1 <= len(parts) <= 3 or min(parts) < 0 or "/" in text:
        raise InvalidRequestError(f"the time {text!r} was asked for; times are seconds, or written as 1:02:03.5")
    return sum((part * 60**power for power, part in enumerate(reversed(parts))), Fraction(0))
