"""Pairs mixed with each other, blurred in parts or recoloured, both images of a pair alike.

Sources: Yoo, Ahn and Sohn, "Rethinking Data Augmentation for Image Super-resolution", CVPR 2020 (arXiv:2004.00448,
section 3), who compare RGB permutation, Mixup (arXiv:1710.09412) and CutMix (arXiv:1905.04899) and propose CutBlur.

Their CutBlur pastes sharp pixels into the enlarged input, so that a network sees where nothing is to be sharpened; the
input must have the output's size. Networks that take the small image cannot be shown that. Here a part of the sharp
image becomes its own reduction enlarged, and the small image is reduced from that: the pair stays one of bicubic
reduction, and the network sees where nothing sharper is to be had. The rectangles' sides, a quarter to three quarters
of the patch's, are our own choice, as is how a mixture's shares are spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict

from superres.errors import InvalidConfigError
from superres.image.resize import resize_integers

Planes = NDArray[np.uint8]
Pair = tuple[Planes, Planes]
"""A low-resolution patch (C, h, w), and the high-resolution one, (C, scale·h, scale·w)."""

_SPREAD = 1.2
"""Both parameters of the beta distribution of a mixture's shares: a half is likelier than an end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mixing:
    """How likely each of these is done to a pair, in [0, 1], in this order."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    rgb: float = 0.0
    """The colours change places."""
    mixup: float = 0.0
    """A weighted mean with the batch's next pair."""
    cutmix: float = 0.0
    """A rectangle of the batch's next pair is pasted."""
    cutblur: float = 0.0
    """A rectangle, or all but it, becomes blurred. For bicubic reductions only."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if not 0 <= getattr(self, field.name) <= 1:
                raise InvalidConfigError(
                    f"augmentation: {field.name} is a probability in [0, 1], got {getattr(self, field.name)}"
                )

    @property
    def cuts(self) -> bool:
        """Whether rectangles are cut, which needs a whole scale."""
        return max(self.cutmix, self.cutblur) > 0


def mixed(pairs: Sequence[Pair], mixing: Mixing, random: np.random.Generator) -> list[Pair]:
    """Some of a batch's pairs changed, by chance; the given arrays stay as they are.

    Args:
        pairs: All of one size.
        mixing: What is done how often.
        random: Where chance comes from.
    """
    # Drawn for all, done or not, so that one probability does not shift the chances of the next.
    chances = (
        random.random((4, len(pairs))) < np.array([mixing.rgb, mixing.mixup, mixing.cutmix, mixing.cutblur])[:, None]
    )
    recoloured = [_recoloured(pair, random) if each else pair for pair, each in zip(pairs, chances[0], strict=True)]
    following = [*recoloured[1:], recoloured[0]]
    triples = zip(recoloured, following, chances[1:].T, strict=True)
    return [_changed(pair, other, done, random) for pair, other, done in triples]


def _changed(pair: Pair, other: Pair, done: NDArray[np.bool_], random: np.random.Generator) -> Pair:
    """What a pair becomes beside the next one; `done` says which of mixup, cutmix and cutblur."""
    mixup, cutmix, cutblur = done
    if mixup:
        pair = _weighted(pair, other, random)
    if cutmix:
        pair = _pasted(pair, other, random)
    if cutblur:
        pair = _pasted(pair, blurred(pair), random, inverted=random.random() < 0.5)
    return pair


def _recoloured(pair: Pair, random: np.random.Generator) -> Pair:
    order = random.permutation(pair[0].shape[0])
    return pair[0][order], pair[1][order]


def _weighted(pair: Pair, other: Pair, random: np.random.Generator) -> Pair:
    share = np.float32(random.beta(_SPREAD, _SPREAD))

    def mean(one: Planes, another: Planes) -> Planes:
        return np.rint(share * one + (1 - share) * another.astype(np.float32)).astype(np.uint8)

    return mean(pair[0], other[0]), mean(pair[1], other[1])


def _pasted(pair: Pair, other: Pair, random: np.random.Generator, *, inverted: bool = False) -> Pair:
    """A rectangle of another pair, at the same place of both images; inverted, all but the rectangle."""
    below, above = (other, pair) if inverted else (pair, other)
    low, high = below[0].copy(), below[1].copy()
    scale = high.shape[1] // low.shape[1]
    sides = [int(random.integers(-(-length // 4), 3 * length // 4 + 1)) for length in low.shape[1:]]
    starts = [int(random.integers(length - side + 1)) for length, side in zip(low.shape[1:], sides, strict=True)]
    for image, source, factor in ((low, above[0], 1), (high, above[1], scale)):
        rows, columns = (
            slice(factor * start, factor * (start + side)) for start, side in zip(starts, sides, strict=True)
        )
        image[:, rows, columns] = source[:, rows, columns]
    return low, high


def blurred(pair: Pair) -> Pair:
    """The low-resolution patch enlarged in place of the high one, and its own bicubic reduction in place of the low."""
    low, high = pair
    size, small = high.shape[1:], low.shape[1:]
    soft = resize_integers(np.ascontiguousarray(low.transpose(1, 2, 0)), size=size)
    return resize_integers(soft, size=small).transpose(2, 0, 1), soft.transpose(2, 0, 1)
