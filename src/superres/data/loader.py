"""Batches of patches, made ahead of the training in a thread of their own.

Batch number k depends on the seed and k alone, so that a resumed run sees what the uninterrupted one saw.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from superres.data.augmentation import augment
from superres.data.datasets.packed import PackedImages
from superres.data.patches import cut
from superres.errors import InvalidConfigError
from superres.image.geometry import ORIENTATIONS
from superres.image.resize import resize_integers
from superres.image.scaling import enlarged

_AHEAD = 4
"""Batches that wait at most; the loader is hundreds of times faster than a training step."""

Batch = tuple[Tensor, Tensor]


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


class PatchLoader:
    """Random aligned patches; each pixel of the set is as likely as any other.

    Args:
        images: A packed set that holds the reductions of this scale.
        scale: Of the network.
        patch_size: Side of the high-resolution patches [pixels], a multiple of the scale.
        batch_size: Patches of a batch.
        seed: Of everything random.
        scales: For a network of any scale: what batches are drawn at, in place of `scale`. Low-resolution patches keep
            their side, patch_size / scale, and are reduced from high-resolution ones of the side that is nearest.

    Raises:
        InvalidConfigError: If the patch size does not fit the scale or any image.
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
    ) -> None:
        if patch_size % scale:
            raise InvalidConfigError(f"a patch_size of {patch_size} is no multiple of the scale {scale}")
        largest = patch_size if scales is None else enlarged(patch_size // scale, scales.highest)
        areas = np.array([_area(images.size(index), largest) for index in range(len(images))], dtype=np.float64)
        if not areas.any():
            raise InvalidConfigError(f"no image of the training set is as large as the patch_size of {largest}")
        self._images = images
        self._scales = scales
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
        with ThreadPoolExecutor(max_workers=1) as pool:
            waiting: list[Future[Batch]] = []
            for number in range(start, stop):
                waiting.append(pool.submit(self.batch, number))
                if len(waiting) > _AHEAD:
                    yield waiting.pop(0).result()
            for future in waiting:
                yield future.result()

    def batch(self, number: int) -> Batch:
        """One batch: (N, 3, h, w) and (N, 3, scale·h, scale·w), uint8, channels last in memory."""
        random = np.random.default_rng((self._seed, number))
        if self._scales is None:
            pairs = [self._pair(random) for _ in range(self._batch_size)]
        else:
            side = enlarged(self._side, self._scales.draw(random))
            pairs = [self._reduced_pair(random, side) for _ in range(self._batch_size)]
        return _stack([low for low, _ in pairs]), _stack([high for _, high in pairs])

    def _pair(self, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        index = int(random.choice(len(self._shares), p=self._shares))
        low, high = self._images.low(index, self._scale), self._images.high(index)
        top, left = (int(random.integers(side - self._side + 1)) for side in low.shape[:2])
        low, high = cut(low, high, top=top, left=left, side=self._side, scale=self._scale)
        return augment(low, high, int(random.integers(len(ORIENTATIONS))))

    def _reduced_pair(self, random: np.random.Generator, side: int) -> tuple[np.ndarray, np.ndarray]:
        """A high-resolution patch of a side, and its bicubic reduction."""
        image = self._images.high(int(random.choice(len(self._shares), p=self._shares)))
        top, left = (int(random.integers(length - side + 1)) for length in image.shape[:2])
        high = image[top : top + side, left : left + side]
        low = resize_integers(high, size=(self._side, self._side))
        return augment(low, high, int(random.integers(len(ORIENTATIONS))))


def _area(size: tuple[int, int], patch_size: int) -> int:
    """Pixels of an image, or 0 where no patch fits into it."""
    return size[0] * size[1] if min(size) >= patch_size else 0


def _stack(planes: list[np.ndarray]) -> Tensor:
    interleaved = np.stack([plane.transpose(1, 2, 0) for plane in planes])
    return torch.from_numpy(interleaved).permute(0, 3, 1, 2)
