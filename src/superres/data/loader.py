"""Batches of patches, made ahead of the training in threads of their own.

Batch number k depends on the seed and k alone, so that a resumed run sees what the uninterrupted one saw.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from superres.data.augmentation import augment
from superres.data.datasets.packed import PackedImages
from superres.data.degradation.presets import Preset
from superres.data.mixing import Mixing, mixed
from superres.data.patches import cut, degraded
from superres.errors import InvalidConfigError
from superres.image.geometry import ORIENTATIONS
from superres.image.resize import resize_integers
from superres.image.scaling import enlarged

_AHEAD = 4
"""Batches that wait at most; where reductions were packed, the loader is hundreds of times faster than a step."""

_THREADS = max(1, min(4, (os.cpu_count() or 1) - 1))
"""Where patches are degraded one by one, which takes 5 ms each; one core is left to the training itself."""

_MIXING_STREAM = 3
"""Keeps the chances of mixing apart from those of the patches, which stay the same with it and without."""

Batch = tuple[Tensor, Tensor]
LabelledBatch = tuple[Batch, Tensor]
"""A batch, and the number of each patch's category."""
Made = TypeVar("Made")
_Drawn = tuple[np.ndarray, np.ndarray, int]
"""A pair, and the number of the image that it comes from."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scales:
    """Factors of which one is drawn for each batch, all equally likely."""

    lowest: float
    """At least 1."""
    highest: float
    step: float = 0.0
    """From one factor to the next; 0 for any between the two."""

    def draw(self, random: np.random.Generator) -> float:
        """One of them."""
        if self.step == 0:
            return float(random.uniform(self.lowest, self.highest))
        return self.lowest + self.step * int(random.integers(self.count))

    @property
    def count(self) -> int:
        """Of the factors, where they have a step."""
        return 1 + round((self.highest - self.lowest) / self.step)

    @property
    def whole(self) -> tuple[int, ...]:
        """The factors where all are whole numbers above 1; otherwise none."""
        if self.lowest < 2 or self.step < 1 or self.lowest % 1 or self.step % 1:
            return ()
        return tuple(int(self.lowest + number * self.step) for number in range(self.count))


class PatchLoader:
    """Random aligned patches; each pixel of the set is as likely as any other.

    Args:
        images: A packed set; it holds the reductions of this scale, or of the scales where they are whole, unless a
            degradation is given.
        scale: Of the network.
        patch_size: Side of the high-resolution patches [pixels], a multiple of the scale.
        batch_size: Patches of a batch.
        seed: Of everything random.
        scales: What batches are drawn at, in place of `scale`. Low-resolution patches keep their side, patch_size /
            scale; where scales are not whole they are reduced from high-resolution ones of the side that is nearest.
        labels: The number of each image's category, where they have any.
        mixing: What is done to pairs besides flips and turns; nothing where not given.
        degradation: Of which one is drawn for each patch; where not given, the set's bicubic reductions are taken.

    Raises:
        InvalidConfigError: If the patch size does not fit the scale or any image, or scales that are not whole come
            with a degradation.
    """

    def __init__(
        self,
        images: PackedImages,
        *,
        scale: int,
        patch_size: int,
        batch_size: int,
        seed: int,
        scales: Scales | None = None,
        labels: Sequence[int] = (),
        mixing: Mixing | None = None,
        degradation: Preset | None = None,
    ) -> None:
        if scales is not None and not scales.whole and degradation is not None:
            raise InvalidConfigError(
                f"the degradation {degradation.name!r} is made at whole scales; others need bicubic"
            )
        if patch_size % scale:
            raise InvalidConfigError(f"a patch_size of {patch_size} is no multiple of the scale {scale}")
        largest = patch_size if scales is None else enlarged(patch_size // scale, scales.highest)
        areas = np.array([_area(images.size(index), largest) for index in range(len(images))], dtype=np.float64)
        if not areas.any():
            raise InvalidConfigError(f"no image of the training set is as large as the patch_size of {largest}")
        self._images = images
        self._scales = scales
        self._degradation = degradation
        self._mixing = mixing
        self._labels = labels
        self._shares = areas / areas.sum()
        self._scale = scale
        self._side = patch_size // scale
        self._batch_size = batch_size
        self._seed = seed

    @property
    def seed(self) -> int:
        """Of everything random."""
        return self._seed

    def batches(self, start: int, stop: int) -> Iterator[Batch]:
        """Batches `start` to `stop - 1`, made ahead."""
        return self._ahead(self.batch, start, stop)

    def labelled_batches(self, start: int, stop: int) -> Iterator[LabelledBatch]:
        """The same with the patches' categories."""
        return self._ahead(self.labelled, start, stop)

    def _ahead(self, make: Callable[[int], Made], start: int, stop: int) -> Iterator[Made]:
        with ThreadPoolExecutor(max_workers=1 if self._degradation is None else _THREADS) as pool:
            waiting: list[Future[Made]] = []
            for number in range(start, stop):
                waiting.append(pool.submit(make, number))
                if len(waiting) > _AHEAD:
                    yield waiting.pop(0).result()
            for future in waiting:
                yield future.result()

    def batch(self, number: int) -> Batch:
        """One batch: (N, 3, h, w) and (N, 3, scale·h, scale·w), uint8, channels last in memory."""
        return self._made(number)[0]

    def labelled(self, number: int) -> LabelledBatch:
        """The same batch, and the number of each patch's category, (N,)."""
        batch, images = self._made(number)
        return batch, torch.tensor([self._labels[image] for image in images])

    def _made(self, number: int) -> tuple[Batch, list[int]]:
        """A batch, and the numbers of the images that it comes from."""
        random = np.random.default_rng((self._seed, number))
        scale = self._scale if self._scales is None else self._scales.draw(random)
        drawn = [self._pair(random, scale) for _ in range(self._batch_size)]
        pairs = [(low, high) for low, high, _ in drawn]
        if self._mixing is not None:
            pairs = mixed(pairs, self._mixing, np.random.default_rng((self._seed, number, _MIXING_STREAM)))
        batch = _stack([low for low, _ in pairs]), _stack([high for _, high in pairs])
        return batch, [image for _, _, image in drawn]

    def _pair(self, random: np.random.Generator, scale: float) -> _Drawn:
        if self._degradation is not None:
            return self._degraded_pair(random, self._degradation, int(scale))
        if self._scales is None or self._scales.whole:
            return self._packed_pair(random, int(scale))
        return self._reduced_pair(random, enlarged(self._side, scale))

    def _packed_pair(self, random: np.random.Generator, scale: int) -> _Drawn:
        """A piece of an image and of its packed reduction."""
        index = int(random.choice(len(self._shares), p=self._shares))
        low, high = self._images.low(index, scale), self._images.high(index)
        top, left = (int(random.integers(side - self._side + 1)) for side in low.shape[:2])
        low, high = cut(low, high, top=top, left=left, side=self._side, scale=scale)
        return *augment(low, high, int(random.integers(len(ORIENTATIONS)))), index

    def _reduced_pair(self, random: np.random.Generator, side: int) -> _Drawn:
        """A high-resolution patch of a side, and its bicubic reduction."""
        index = int(random.choice(len(self._shares), p=self._shares))
        image = self._images.high(index)
        top, left = (int(random.integers(length - side + 1)) for length in image.shape[:2])
        high = image[top : top + side, left : left + side]
        low = resize_integers(high, size=(self._side, self._side))
        return *augment(low, high, int(random.integers(len(ORIENTATIONS)))), index

    def _degraded_pair(self, random: np.random.Generator, preset: Preset, scale: int) -> _Drawn:
        """A high-resolution patch, and what a degradation of its own makes of it."""
        index = int(random.choice(len(self._shares), p=self._shares))
        image = self._images.high(index)
        side = self._side * scale
        top, left = (int(random.integers(length - side + 1)) for length in image.shape[:2])
        degradation = preset.draw(scale, random)
        low = degraded(image, degradation, top=top, left=left, side=side)
        high = image[top : top + side, left : left + side]
        return *augment(low, high, int(random.integers(len(ORIENTATIONS)))), index


def _area(size: tuple[int, int], patch_size: int) -> int:
    """Pixels of an image, or 0 where no patch fits into it."""
    return size[0] * size[1] if min(size) >= patch_size else 0


def _stack(planes: list[np.ndarray]) -> Tensor:
    interleaved = np.stack([plane.transpose(1, 2, 0) for plane in planes])
    return torch.from_numpy(interleaved).permute(0, 3, 1, 2)
