"""Pixel losses against values worked out by hand."""

import pytest
import torch

from superres.losses.pixel import CHARBONNIER_EPSILON, charbonnier, l1, l2

REFERENCE = torch.full((2, 3, 4, 4), 0.5)
RESTORED = torch.full((2, 3, 4, 4), 0.7)


def test_l1_is_the_mean_absolute_error() -> None:
    assert l1(RESTORED, REFERENCE).item() == pytest.approx(0.2)


def test_l2_is_the_mean_squared_error() -> None:
    assert l2(RESTORED, REFERENCE).item() == pytest.approx(0.04)


def test_charbonnier_is_the_root_of_the_squared_error_and_its_epsilon() -> None:
    assert charbonnier(RESTORED, REFERENCE).item() == pytest.approx((0.2**2 + 1e-6) ** 0.5)


@pytest.mark.parametrize(("loss", "floor"), [(l1, 0.0), (l2, 0.0), (charbonnier, CHARBONNIER_EPSILON)])
def test_equality_gives_the_floor_with_finite_gradients(loss: object, floor: float) -> None:
    restored = REFERENCE.clone().requires_grad_()
    value = loss(restored, REFERENCE)  # type: ignore[operator]
    value.backward()
    assert value.item() == pytest.approx(floor)
    assert torch.isfinite(restored.grad).all()  # type: ignore[arg-type]
