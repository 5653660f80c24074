"""Folders reduced as learned."""

from pathlib import Path

import numpy as np
import pytest
import torch
from samples.pictures import noise, png_of

from superres.data.degradation.downsample import bicubic_reduction
from superres.errors import ExistingFileError, InvalidImageError, InvalidRequestError, InvalidWeightsError
from superres.image.files import read_picture
from superres.inference import reduction
from superres.inference.reduction import reduce_folder, reduced
from superres.models.resampler import Resampler, ResamplerConfig, write_resampler


def learned(**changes: int) -> Resampler:
    """A resampler that is no longer bicubic, and moves its samples."""
    torch.manual_seed(0)
    network = Resampler(ResamplerConfig(**{"scale": 2, "width": 8, "blocks": 1, **changes})).eval()
    with torch.no_grad():
        for layer in (network.weigh, network.move):
            layer.weight.normal_(0, 0.05)
    return network


@pytest.fixture
def resampler(tmp_path: Path) -> Path:
    write_resampler(tmp_path / "first.resampler.safetensors", learned())
    return tmp_path / "first.resampler.safetensors"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    for index in range(2):
        (tmp_path / "photos" / f"{index}.png").write_bytes(png_of(noise(37, 48, 3, seed=index)))
    return tmp_path / "photos"


@pytest.mark.parametrize("height", [8, 32, 46])
def test_bands_are_the_same_as_the_whole(monkeypatch: pytest.MonkeyPatch, height: int) -> None:
    image, network = noise(height, 20, 3), learned()
    whole = reduced(image, network)
    monkeypatch.setattr(reduction, "BAND", 5)
    assert whole.shape == (height // 2, 10, 3)
    assert np.array_equal(reduced(image, network), whole)


def test_fresh_reduction_is_nearly_bicubic() -> None:
    rows, columns = np.mgrid[:48, :64]
    smooth = np.stack([2 * rows + columns, 4 * rows, 3 * columns], axis=-1).astype(np.uint8)
    fresh = Resampler(ResamplerConfig(scale=2, width=4, blocks=1)).eval()
    inner = np.s_[4:-4, 4:-4]
    difference = reduced(smooth, fresh)[inner].astype(int) - bicubic_reduction(smooth, 2)[inner]
    assert np.abs(difference).max() <= 1


def test_each_image_of_a_folder_is_reduced(photos: Path, resampler: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    config = reduce_folder(photos, tmp_path / "small", resampler=resampler, watch=lambda *now: told.append(now))
    assert (config.scale, told) == (2, [("0.png", 1, 2), ("1.png", 2, 2)])
    small = read_picture(tmp_path / "small" / "1.png").pixels
    assert np.array_equal(small, reduced(noise(37, 48, 3, seed=1)[:36], learned()))


def test_what_cannot_be_reduced_is_said_in_a_sentence(photos: Path, resampler: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidWeightsError, match="no readable resampler"):
        reduce_folder(photos, tmp_path / "small", resampler=photos / "0.png")
    assert not (tmp_path / "small").exists()
    with pytest.raises(InvalidRequestError, match="would lie among the true ones"):
        reduce_folder(photos, photos, resampler=resampler)
    with pytest.raises(InvalidImageError, match="an image of 8×2 pixels was to be reduced by 2"):
        reduced(noise(2, 8, 3), learned())
    reduce_folder(photos, tmp_path / "small", resampler=resampler)
    with pytest.raises(ExistingFileError):
        reduce_folder(photos, tmp_path / "small", resampler=resampler)
