"""Batches of patches."""

from pathlib import Path

import pytest
import torch
from samples.pictures import noise
from samples.recipes import images

from superres.data.datasets.packed import PackedImages, pack
from superres.data.loader import PatchLoader
from superres.errors import InvalidConfigError
from superres.image.files import write_picture
from superres.image.picture import Picture


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> PackedImages:
    folder = tmp_path_factory.mktemp("set")
    return pack([images(folder / "images", 3)], folder / "cache", [2])


def loader(packed: PackedImages, *, patch_size: int = 20, seed: int = 1) -> PatchLoader:
    return PatchLoader(packed, scale=2, patch_size=patch_size, batch_size=4, seed=seed)


def test_batch_has_the_asked_shape_and_lies_channels_last(packed: PackedImages) -> None:
    low, high = loader(packed).batch(0)
    assert (low.shape, high.shape) == ((4, 3, 10, 10), (4, 3, 20, 20))
    assert low.dtype == high.dtype == torch.uint8
    assert high.is_contiguous(memory_format=torch.channels_last)


def test_low_patch_is_the_reduction_of_the_high_one(packed: PackedImages) -> None:
    low, high = loader(packed).batch(0)
    means = torch.nn.functional.avg_pool2d(high.float(), 2)
    assert (means - low).abs().mean() < 6


def test_batch_depends_on_seed_and_number_alone(packed: PackedImages) -> None:
    first, again = loader(packed).batch(7), loader(packed).batch(7)
    assert all(torch.equal(*pair) for pair in zip(first, again, strict=True))
    assert not torch.equal(loader(packed).batch(7)[0], loader(packed).batch(8)[0])
    assert not torch.equal(loader(packed).batch(7)[0], loader(packed, seed=2).batch(7)[0])


def test_batches_begin_where_asked_and_come_in_order(packed: PackedImages) -> None:
    batches = list(loader(packed).batches(3, 12))
    assert len(batches) == 9
    assert all(torch.equal(low, loader(packed).batch(3 + index)[0]) for index, (low, _) in enumerate(batches))


def test_images_are_drawn_by_their_area(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    for name, side in (("large", 60), ("small", 20)):
        value = 200 if name == "large" else 10
        write_picture(tmp_path / "set" / f"{name}.png", Picture(pixels=noise(side, side, 3) // 100 + value))
    packed = pack([tmp_path / "set"], tmp_path / "cache", [2])
    drawn = torch.cat([loader(packed).batch(number)[1].float().mean((1, 2, 3)) for number in range(100)])
    assert float((drawn > 100).float().mean()) == pytest.approx(0.9, abs=0.04)


def test_images_smaller_than_the_patch_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    for name, side in (("large", 40), ("small", 20)):
        write_picture(tmp_path / "set" / f"{name}.png", Picture(pixels=noise(side, side, 3)))
    assert loader(pack([tmp_path / "set"], tmp_path / "cache", [2]), patch_size=30).batch(0)[1].shape[-1] == 30


def test_patch_that_fits_no_image_is_refused(packed: PackedImages) -> None:
    with pytest.raises(InvalidConfigError, match="as large as the patch_size of 80"):
        loader(packed, patch_size=80)


def test_patch_that_does_not_fit_the_scale_is_refused(packed: PackedImages) -> None:
    with pytest.raises(InvalidConfigError, match="no multiple of the scale 2"):
        loader(packed, patch_size=21)
