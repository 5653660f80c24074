"""The same picture is recognised though it was reduced, compressed or cropped."""

from collections.abc import Callable

import numpy as np
import pytest
from samples.pictures import noise

from superres.data.degradation.compression import JPEG
from superres.data.degradation.planes import Pixels, pixels_of, planes_of
from superres.data.inspection.likeness import Alike, repeated, shared, sight
from superres.image.resize import resize_integers


def picture(seed: int, height: int = 160, width: int = 240) -> Pixels:
    layers = [
        resize_integers(noise(height // step, width // step, 3, seed=100 * seed + step), size=(height, width))
        for step in (4, 10, 40)
    ]
    return np.average(layers, axis=0, weights=(0.15, 0.35, 0.5)).astype(np.uint8)


PICTURES = [picture(seed) for seed in range(12)]


def cropped(pixels: Pixels, rows: float, columns: float) -> Pixels:
    down, across = (round(side * (1 - share) / 2) for side, share in zip(pixels.shape, (rows, columns), strict=False))
    return pixels[down : pixels.shape[0] - down, across : pixels.shape[1] - across]


CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "none": lambda pixels: pixels,
    "reduced": lambda pixels: resize_integers(pixels, scale=0.3),
    "enlarged": lambda pixels: resize_integers(pixels, scale=1.7),
    "compressed": lambda pixels: pixels_of(JPEG(quality=30).apply(planes_of(pixels), (0, 0))),
    "darker": lambda pixels: (pixels * 0.8).astype(np.uint8),
}
CROPS: dict[str, Callable[[Pixels], Pixels]] = {
    "a little cropped": lambda pixels: cropped(pixels, 0.95, 0.95),
    "cropped": lambda pixels: cropped(pixels, 0.75, 0.75),
    "much cropped and reduced": lambda pixels: resize_integers(cropped(pixels, 0.5, 0.5), scale=0.6),
    "square": lambda pixels: cropped(pixels, 1, 160 / 240),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_picture_is_found_among_others(change: str) -> None:
    sights = [sight(pixels) for pixels in (*PICTURES, CHANGES[change](PICTURES[3]))]
    assert list(repeated(sights)) == [Alike(3, 12)]


@pytest.mark.parametrize("change", [*CHANGES, *CROPS])
def test_test_image_is_found_whole_or_cropped_and_the_other_way_round(change: str) -> None:
    changed = [sight((CHANGES | CROPS)[change](PICTURES[3]))]
    sights = [sight(pixels) for pixels in PICTURES]
    assert list(shared(sights, changed)) == [Alike(3, 0)]
    assert list(shared(changed, sights)) == [Alike(0, 3)]


def test_different_pictures_are_different() -> None:
    sights = [sight(pixels) for pixels in PICTURES]
    assert not list(repeated(sights))
    assert not list(shared(sights[:6], sights[6:]))


def test_flat_images_are_like_nothing() -> None:
    flat = [sight(np.full((50, 70, 3), value, np.uint8)) for value in (10, 10)]
    assert not list(repeated(flat))
    assert not list(shared(flat, flat))


def test_nothing_is_like_nothing() -> None:
    assert not list(shared([], []))
    assert not list(shared([sight(PICTURES[0])], []))
    assert not list(repeated([]))


def test_smallest_images_can_be_seen() -> None:
    assert sight(noise(1, 1, 3)).small.shape == (1, 1)
    assert sight(noise(3, 2000, 3)).small.shape[1] == 128
