"""Haar wavelets."""

import pytest
import torch

from superres.layers.wavelet import HaarPadding, haar, inverse_haar


def test_image_in_steps_of_eight_bit_comes_back_to_the_last_bit() -> None:
    images = torch.randint(0, 256, (2, 3, 8, 10), generator=torch.Generator().manual_seed(0)).float()
    assert torch.equal(inverse_haar(haar(images)), images)


def test_any_image_comes_back_and_so_do_any_subbands() -> None:
    torch.manual_seed(0)
    images, subbands = torch.randn(2, 3, 8, 10), torch.randn(2, 8, 3, 5)
    torch.testing.assert_close(inverse_haar(haar(images)), images)
    torch.testing.assert_close(haar(inverse_haar(subbands)), subbands)


# By hand from the definition.
def test_subbands_of_a_block_are_mean_rows_columns_and_both() -> None:
    block = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    assert haar(block).flatten().tolist() == [5, 2, 1, 0]
    assert haar(torch.tensor([[[[1.0, 0.0], [0.0, 1.0]]]])).flatten().tolist() == [1, 0, 0, 1]


def test_subbands_of_all_channels_stand_together() -> None:
    images = torch.rand(1, 3, 4, 6)
    whole = haar(images)
    for channel in range(3):
        torch.testing.assert_close(whole[:, channel::3], haar(images[:, channel : channel + 1]))


def test_energy_stays() -> None:
    images = torch.rand(1, 2, 6, 6, dtype=torch.float64)
    torch.testing.assert_close(haar(images).square().sum(), images.square().sum())


def test_flat_image_has_one_subband() -> None:
    mean, *details = haar(torch.full((1, 1, 4, 4), 0.25))[0]
    assert torch.equal(mean, torch.full((2, 2), 0.5))
    assert not any(detail.any() for detail in details)


@pytest.mark.parametrize(("side", "padded"), [(8, 8), (9, 16), (15, 16), (1, 8)])
def test_last_row_and_column_are_repeated_up_to_a_multiple(side: int, padded: int) -> None:
    images = torch.rand(1, 1, side, 5)
    found = HaarPadding(3)(images)
    assert found.shape == (1, 1, padded, 8)
    assert torch.equal(found[..., :side, :5], images)
    assert torch.equal(found[..., :side, 5:], images[..., -1:].expand(-1, -1, -1, 3))


def test_sides_that_are_known_to_be_multiples_are_left_alone() -> None:
    images = torch.rand(1, 1, 8, 12)
    assert HaarPadding(2, factor=4)(images) is images
