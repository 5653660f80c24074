"""Interpolation between cells, and its gradient."""

import pytest
import torch
from torch.nn import functional

from superres.layers.cells import between_cells

FACTORS = [(6, 1), (1, 6), (3, 2), (1, 1)]


def some(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("factors", FACTORS)
def test_places_lie_on_straight_lines_between_cells(factors: tuple[int, int]) -> None:
    cells = some(2, 3, 4, 5)
    size = [factor * (side - 1) + 1 for factor, side in zip(factors, cells.shape[2:], strict=True)]
    expected = functional.interpolate(cells, size=size, mode="bilinear", align_corners=True)
    torch.testing.assert_close(between_cells(cells, factors), expected)


def test_every_place_between_two_cells_has_the_same_weights() -> None:
    cells = some(1, 1, 1, 2).repeat(1, 1, 1, 50)  # the same two cells again and again
    placed = between_cells(cells, (1, 6))[..., : 49 * 12].reshape(-1, 12)
    assert (placed == placed[0]).all()


@pytest.mark.parametrize("factors", FACTORS)
def test_gradient_is_that_of_the_answer_and_has_one_itself(factors: tuple[int, int]) -> None:
    cells = some(2, 2, 3, 2).requires_grad_()

    def placed(cells: torch.Tensor) -> torch.Tensor:
        return between_cells(cells, factors)

    assert torch.autograd.gradcheck(placed, (cells,))
    assert torch.autograd.gradgradcheck(placed, (cells,))


def test_answer_does_not_depend_on_whether_a_gradient_is_asked_for() -> None:
    cells = some(1, 4, 5, 5).float()
    assert torch.equal(between_cells(cells, (6, 1)), between_cells(cells.clone().requires_grad_(), (6, 1)))


def test_gradient_in_bfloat16_is_a_rounding_away() -> None:
    cells, given = some(4, 16, 8, 8), some(4, 16, 43, 8, seed=1)
    exact, rounded = cells.clone().requires_grad_(), cells.bfloat16().requires_grad_()
    between_cells(exact, (6, 1)).backward(given)
    between_cells(rounded, (6, 1)).backward(given.bfloat16())
    assert exact.grad is not None
    assert rounded.grad is not None
    scale = exact.grad.abs().max()
    assert (rounded.grad.double() - exact.grad).abs().max() < 2**-7 * scale
