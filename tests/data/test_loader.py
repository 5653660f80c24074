"""Batches: aligned, even over the pixels, and the same whenever they are asked for."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from samples.pictures import noise, png_of

from superres.data.datasets.packed import PackedImages, pack
from superres.data.degradation.downsample import bicubic_reduction
from superres.data.degradation.presets import preset
from superres.data.loader import PatchLoader, Scales
from superres.data.mixing import Mixing
from superres.errors import InvalidConfigError


def packed(folder: Path, *sizes: tuple[int, int], scale: int = 2) -> PackedImages:
    """Each image in one grey level of its own, so that a patch tells where it comes from."""
    (folder / "images").mkdir()
    for index, size in enumerate(sizes):
        (folder / "images" / f"{index}.png").write_bytes(png_of(np.full((*size, 3), 10 * (index + 1), np.uint8)))
    return pack([folder / "images"], folder / "packed", [scale])


def loader(images: PackedImages, *, patch_size: int = 8, batch_size: int = 4, seed: int = 0) -> PatchLoader:
    return PatchLoader(images, scale=2, patch_size=patch_size, batch_size=batch_size, seed=seed)


def test_batch_has_the_stated_shape_and_layout(tmp_path: Path) -> None:
    low, high = loader(packed(tmp_path, (20, 24))).batch(0)
    assert (low.shape, high.shape) == ((4, 3, 4, 4), (4, 3, 8, 8))
    assert low.dtype == high.dtype == torch.uint8
    assert low.is_contiguous(memory_format=torch.channels_last)
    assert high.is_contiguous(memory_format=torch.channels_last)


def test_patches_of_a_pair_show_the_same_place(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    down, across = np.mgrid[0:40, 0:40]
    slope = np.stack([6 * down, 6 * across, 3 * (down + across)], axis=2).astype(np.uint8)
    (tmp_path / "images" / "a.png").write_bytes(png_of(slope))
    low, high = loader(pack([tmp_path / "images"], tmp_path / "packed", [2]), batch_size=32).batch(0)
    means = torch.nn.functional.avg_pool2d(high.double(), 2)
    # The reduction of a slope is the slope but for the image's own border, where it bends a little.
    assert (means - low).abs().max() <= 2


def test_same_number_gives_the_same_batch_in_any_order(tmp_path: Path) -> None:
    images = packed(tmp_path, (20, 24), (30, 20))
    first, second = loader(images), loader(images)
    wanted = [first.batch(number) for number in range(3)]
    for number in (2, 0, 1):
        for expected, found in zip(wanted[number], second.batch(number), strict=True):
            assert torch.equal(expected, found)


def test_batches_made_ahead_are_those_of_their_numbers(tmp_path: Path) -> None:
    source = loader(packed(tmp_path, (20, 24), (30, 20)))
    ahead = list(source.batches(3, 13))
    assert len(ahead) == 10
    for number, (low, high) in enumerate(ahead, start=3):
        assert torch.equal(low, source.batch(number)[0])
        assert torch.equal(high, source.batch(number)[1])


def test_walk_can_be_left_early(tmp_path: Path) -> None:
    for low, _ in loader(packed(tmp_path, (20, 24))).batches(0, 1_000_000_000):
        assert low.shape == (4, 3, 4, 4)
        break


def test_other_seeds_and_numbers_give_other_patches(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(png_of(noise(40, 40, 3)))
    images = pack([tmp_path / "images"], tmp_path / "packed", [2])
    batches = [loader(images, seed=seed).batch(number)[1] for seed, number in ((0, 0), (0, 1), (1, 0))]
    assert len({batch.numpy().tobytes() for batch in batches}) == 3


def test_images_come_in_proportion_to_their_pixels(tmp_path: Path) -> None:
    _, high = loader(packed(tmp_path, (16, 16), (32, 24), (64, 64)), batch_size=2000).batch(0)
    counts = Counter(high[:, 0, 0, 0].tolist())
    shares = [counts[level] / 2000 for level in (10, 20, 30)]
    areas = np.array([16 * 16, 32 * 24, 64 * 64])
    # Three standard errors of 2000 draws are 0.03 at most.
    assert shares == pytest.approx(list(areas / areas.sum()), abs=0.035)


def test_every_place_and_orientation_occurs(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    pixels = noise(12, 10, 3)
    (tmp_path / "images" / "a.png").write_bytes(png_of(pixels))
    low, _ = loader(pack([tmp_path / "images"], tmp_path / "packed", [2]), batch_size=1500).batch(0)
    # Low-resolution sides 6 and 5, patches of 4: three times two places, eight orientations.
    assert len({patch.numpy().tobytes() for patch in low}) == 3 * 2 * 8


def test_images_smaller_than_a_patch_are_left_out(tmp_path: Path) -> None:
    _, high = loader(packed(tmp_path, (16, 15), (40, 40)), patch_size=16, batch_size=50).batch(0)
    assert set(high.flatten().tolist()) == {20}


def test_image_as_large_as_a_patch_is_used_whole(tmp_path: Path) -> None:
    images = packed(tmp_path, (16, 16))
    low, high = loader(images, patch_size=16, batch_size=1).batch(0)
    assert torch.equal(high, torch.full((1, 3, 16, 16), 10, dtype=torch.uint8))
    assert np.array_equal(low[0].permute(1, 2, 0).numpy(), bicubic_reduction(images.high(0), 2))


def test_patch_size_that_is_no_multiple_of_the_scale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigError, match="a patch_size of 9 is no multiple of the scale 2"):
        loader(packed(tmp_path, (20, 20)), patch_size=9)


def test_patch_size_that_no_image_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigError, match="no image of the training set is as large as the patch_size of 64"):
        loader(packed(tmp_path, (20, 100)), patch_size=64)


def scaled(folder: Path, scales: Scales, *sizes: tuple[int, int]) -> PatchLoader:
    images = packed(folder, *sizes)
    return PatchLoader(images, scale=2, patch_size=20, batch_size=2, seed=0, scales=scales)


def test_scales_with_a_step_are_drawn_for_each_batch_and_all_occur(tmp_path: Path) -> None:
    source = scaled(tmp_path, Scales(lowest=1.1, highest=2.0, step=0.1), (40, 44))
    shapes = [tuple(tuple(each.shape[2:]) for each in source.batch(number)) for number in range(100)]
    assert {low for low, _ in shapes} == {(10, 10)}
    assert {high for _, high in shapes} == {(side, side) for side in range(11, 21)}


def test_whole_scales_take_the_packed_reductions_of_whole_images(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(png_of(noise(48, 60, 3)))
    images = pack([tmp_path / "images"], tmp_path / "packed", [2, 3, 4])
    scales = Scales(lowest=2.0, highest=4.0, step=1.0)
    source = PatchLoader(images, scale=2, patch_size=16, batch_size=2, seed=0, scales=scales)
    seen: set[int] = set()
    for number in range(20):
        low, high = source.batch(number)
        scale = high.shape[2] // 8
        assert low.shape[2] == 8
        whole = torch.from_numpy(images.low(0, scale).copy()).permute(2, 0, 1)
        windows = whole.unfold(1, 8, 1).unfold(2, 8, 1)
        turned = [torch.rot90(side, turns, (1, 2)) for side in (low[0], low[0].flip(2)) for turns in range(4)]
        assert any((windows == each[:, None, None]).flatten(3).all(3).all(0).any() for each in turned)
        seen.add(scale)
    assert seen == {2, 3, 4}


@pytest.mark.parametrize(
    ("scales", "whole"),
    [
        (Scales(lowest=2, highest=4, step=1), (2, 3, 4)),
        (Scales(lowest=2.0, highest=8.0, step=2.0), (2, 4, 6, 8)),
        (Scales(lowest=1, highest=4, step=1), ()),
        (Scales(lowest=2, highest=4, step=0.5), ()),
        (Scales(lowest=2, highest=4), ()),
    ],
)
def test_scales_are_whole_where_each_is_a_number_above_1(scales: Scales, whole: tuple[int, ...]) -> None:
    assert scales.whole == whole


def test_scales_without_a_step_give_every_whole_side(tmp_path: Path) -> None:
    source = scaled(tmp_path, Scales(lowest=1, highest=1.4), (40, 44))
    assert {source.batch(number)[1].shape[2] for number in range(100)} == {10, 11, 12, 13, 14}


def test_low_patches_at_any_scale_are_reduced_from_the_high_ones(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(png_of(noise(50, 60, 3)))
    images = pack([tmp_path / "images"], tmp_path / "packed", [2])
    scales = Scales(lowest=1.5, highest=2.5)
    low, high = PatchLoader(images, scale=2, patch_size=20, batch_size=2, seed=0, scales=scales).batch(0)
    for small, large in zip(low, high, strict=True):
        pixels = np.ascontiguousarray(large.permute(1, 2, 0).numpy())
        # Reduction and turning change places but for rounding, since rows may be reduced before columns or after.
        expected = bicubic_reduction(pixels, high.shape[2] / 10).astype(int)
        assert np.abs(expected - small.permute(1, 2, 0).numpy()).max() <= 1


def test_image_too_small_for_the_highest_scale_is_left_out(tmp_path: Path) -> None:
    source = scaled(tmp_path, Scales(lowest=1, highest=3), (28, 40), (32, 40))
    assert {int(source.batch(number)[1].max()) for number in range(20)} == {20}


def test_mixed_batch_depends_on_its_number_alone_and_shows_the_same_places(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(png_of(noise(40, 40, 3)))
    images = pack([tmp_path / "images"], tmp_path / "packed", [2])
    plain, recoloured, again = (
        PatchLoader(images, scale=2, patch_size=16, batch_size=6, seed=5, mixing=mixing).batch(3)[1]
        for mixing in (None, Mixing(rgb=1.0), Mixing(rgb=1.0))
    )
    assert torch.equal(recoloured, again)
    assert not torch.equal(recoloured, plain)
    assert torch.equal(recoloured.sort(dim=1).values, plain.sort(dim=1).values)


def degrading(folder: Path, name: str = "camera", batch_size: int = 3) -> PatchLoader:
    folder.mkdir(exist_ok=True)
    (folder / "images").mkdir()
    for index, size in enumerate([(64, 61), (50, 83)]):
        (folder / "images" / f"{index}.png").write_bytes(png_of(noise(*size, 3, seed=index)))
    images = pack([folder / "images"], folder / "packed", [])
    return PatchLoader(images, scale=4, patch_size=32, batch_size=batch_size, seed=5, degradation=preset(name))


def test_degraded_batch_needs_no_packed_reductions_and_depends_on_its_number_alone(tmp_path: Path) -> None:
    first, second = degrading(tmp_path / "a"), degrading(tmp_path / "b")
    wanted = list(first.batches(0, 12))
    low, high = wanted[0]
    assert (low.shape, high.shape) == ((3, 3, 8, 8), (3, 3, 32, 32))
    for number in (11, 4, 0):
        for expected, found in zip(wanted[number], second.batch(number), strict=True):
            assert torch.equal(expected, found)


def test_each_degraded_patch_shows_its_high_resolution_one(tmp_path: Path) -> None:
    low, high = degrading(tmp_path, "bicubic", batch_size=40).batch(0)
    means = torch.nn.functional.avg_pool2d(high.double(), 4)
    found = np.corrcoef(means.flatten().numpy(), low.flatten().numpy())[0, 1]
    # Means are not the bicubic reduction; but were one of the two turned or moved, noise would have no correlation.
    assert found > 0.8


def test_degradation_differs_from_patch_to_patch(tmp_path: Path) -> None:
    low, high = degrading(tmp_path, batch_size=6).batch(0)
    errors = (torch.nn.functional.avg_pool2d(high.double(), 4) - low).square().mean(dim=(1, 2, 3))
    assert errors.unique().numel() == 6


def test_degradation_at_drawn_scales_is_refused(tmp_path: Path) -> None:
    images = packed(tmp_path, (40, 44))
    with pytest.raises(InvalidConfigError, match="the degradation 'camera' is made at whole scales"):
        PatchLoader(
            images,
            scale=2,
            patch_size=20,
            batch_size=2,
            seed=0,
            scales=Scales(lowest=1, highest=2),
            degradation=preset("camera"),
        )
