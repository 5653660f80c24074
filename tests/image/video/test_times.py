"""Times as people write them."""

from fractions import Fraction

import pytest

from superres.errors import InvalidRequestError
from superres.image.video.times import seconds


@pytest.mark.parametrize(
    ("text", "time"),
    [("0", Fraction(0)), ("12.5", Fraction(25, 2)), ("1:30", Fraction(90)), ("1:02:03.25", Fraction(14893, 4))],
)
def test_time_is_read(text: str, time: Fraction) -> None:
    assert seconds(text) == time


@pytest.mark.parametrize("text", ["", "soon", "1:2:3:4", "-1", "1:-2", "1/2", "nan"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"times are seconds, or written as 1:02:03\.5"):
        seconds(text)
