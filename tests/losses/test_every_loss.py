"""What every loss promises."""

import pytest
import torch

from superres.errors import InvalidImageError
from superres.losses.catalogue import LOSSES, Loss, loss


@pytest.fixture(params=sorted(LOSSES))
def any_loss(request: pytest.FixtureRequest) -> Loss:
    return loss(request.param)


def images(seed: int) -> torch.Tensor:
    return torch.rand(2, 3, 6, 6, generator=torch.Generator().manual_seed(seed))


def test_value_is_one_number(any_loss: Loss) -> None:
    assert any_loss(images(1), images(2)).shape == ()


def test_equality_is_the_floor(any_loss: Loss) -> None:
    assert any_loss(images(1), images(1)) < any_loss(images(1) + 0.01, images(1))


def test_larger_errors_cost_more(any_loss: Loss) -> None:
    values = [any_loss(images(1) + offset, images(1)).item() for offset in (0.0, 0.1, 0.2, 0.4)]
    assert values == sorted(values)


def test_gradient_leads_back_to_the_reference(any_loss: Loss) -> None:
    restored = images(1).requires_grad_()
    any_loss(restored, images(2)).backward()
    assert restored.grad is not None
    assert torch.equal(restored.grad.sign(), (restored - images(2)).sign())


def test_shapes_that_would_be_broadcast_are_refused(any_loss: Loss) -> None:
    with pytest.raises(InvalidImageError, match="one shape"):
        any_loss(images(1), images(1)[:, :1])
