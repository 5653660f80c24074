"""Sizes of enlarged images, at whole scales and at others, by exact arithmetic.

A part of an image can only agree with the whole if both count pixels alike: 55 pixels at a scale of 1.1 are 60.5, which
floating-point numbers call 60.50000000000001.
"""

from __future__ import annotations

from fractions import Fraction

LARGEST_DENOMINATOR = 1000
"""Three decimals, and fractions such as 7/3, are taken for what they mean."""


def exact(scale: float) -> Fraction:
    """The fraction that is meant: 27/10 for 2.7; where none is plain, what the number is bit by bit."""
    plain = Fraction(scale).limit_denominator(LARGEST_DENOMINATOR)
    return plain if float(plain) == scale else Fraction(scale)


def enlarged(side: int, scale: float) -> int:
    """round(scale · side), halves to the even neighbour [pixels]."""
    ratio = exact(scale)
    return side * ratio.numerator if ratio.denominator == 1 else round(side * ratio)


def grid_of(scale: float) -> int:
    """Tiles that start at multiples of this many input pixels have their output where the whole image has it.

    A multiple of the denominator starts on an output pixel; an even multiple where halves can occur, so that they are
    rounded alike.
    """
    denominator = exact(scale).denominator
    return denominator if denominator % 2 else 2 * denominator
