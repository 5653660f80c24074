"""Adversarial losses, against values worked out by hand."""

from math import exp, log

import pytest
import torch
from torch import Tensor

from superres.errors import UnknownNameError
from superres.losses.adversarial import ADVERSARIAL, adversarial, gradient_penalty

TRUE, RESTORED = torch.tensor([[1.0], [3.0]]), torch.tensor([[-1.0], [1.0]])
"""Means 2 and 0."""


def soft(value: float) -> float:
    """-log of the sigmoid of -value."""
    return log(1 + exp(value))


# Each value follows from the two logits of either kind, one term a logit.
BY_HAND = {
    # -log D(-1), -log D(1), halved; -log D(1), -log D(3), and -log(1 - D(-1)), -log(1 - D(1)).
    "standard": ((soft(1) + soft(-1)) / 2, (soft(-1) + soft(-3)) / 2 + (soft(-1) + soft(1)) / 2),
    # True ones lie 1 and 3 above the mean 0 of restored ones, restored ones 3 and 1 below the mean 2 of true ones.
    "relativistic": (
        (soft(1) + soft(3)) / 2 + (soft(3) + soft(1)) / 2,
        (soft(-1) + soft(-3)) / 2 + (soft(-3) + soft(-1)) / 2,
    ),
    # ((-1 - 1)² + (1 - 1)²) / 4; ((1 - 1)² + (3 - 1)²) / 4 + ((-1)² + 1²) / 4.
    "least_squares": (1.0, 1.0 + 0.5),
    # -(−1 + 1) / 2; true ones are above 1 already, restored ones pay 0 and 2.
    "hinge": (0.0, 1.0),
    "wasserstein": (0.0, 0.0 - 2.0),
}


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_values_are_those_of_the_papers(name: str) -> None:
    form = adversarial(name)
    assert form.generator(TRUE, RESTORED).item() == pytest.approx(BY_HAND[name][0])
    assert form.discriminator(TRUE, RESTORED).item() == pytest.approx(BY_HAND[name][1])


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_being_taken_for_true_is_cheaper(name: str) -> None:
    form = adversarial(name)
    values = [form.generator(torch.zeros(2), torch.full((2,), logit)).item() for logit in (-2.0, -1.0, 0.0, 1.0)]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_telling_them_apart_is_cheaper(name: str) -> None:
    form = adversarial(name)
    values = [form.discriminator(torch.full((2,), by), torch.full((2,), -by)).item() for by in (-1.0, 0.0, 0.5)]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_gradients_are_slopes(name: str) -> None:
    logits = [torch.randn(5, 1, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    form = adversarial(name)
    assert torch.autograd.gradcheck(form.discriminator, logits)
    if form.compares:
        assert torch.autograd.gradcheck(form.generator, logits)
    else:
        assert torch.autograd.gradcheck(lambda restored: form.generator(logits[0], restored), logits[1])


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_logits_far_from_zero_give_finite_values(name: str) -> None:
    form = adversarial(name)
    for true, restored in ((1e4, -1e4), (-1e4, 1e4)):
        assert form.generator(torch.tensor([true]), torch.tensor([restored])).isfinite()
        assert form.discriminator(torch.tensor([true]), torch.tensor([restored])).isfinite()


def test_only_the_relativistic_generator_looks_at_true_images() -> None:
    for name, form in ADVERSARIAL.items():
        differs = form.generator(TRUE, RESTORED) != form.generator(TRUE + 1, RESTORED)
        assert form.compares == bool(differs) == (name == "relativistic")


def test_unknown_form_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no adversarial loss is called 'relativist'; nearest: relativistic"):
        adversarial("relativist")


def images(seed: int) -> Tensor:
    return torch.rand(3, 2, 4, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize(("slope", "expected"), [(1.0, 0.0), (3.0, 4.0), (0.0, 1.0)])
def test_penalty_is_the_squared_distance_of_a_linear_critics_slope_from_one(slope: float, expected: float) -> None:
    direction = images(9)[:1] / images(9)[:1].norm()

    def critic(batch: Tensor) -> Tensor:
        return slope * (batch * direction).sum(dim=(1, 2, 3))[:, None]

    value = gradient_penalty(critic, images(1), images(2), torch.rand(3))
    assert value.item() == pytest.approx(expected, abs=1e-9)


def test_penalty_of_curved_critic_depends_on_where_its_slope_is_taken() -> None:
    # The critic |x|² / 2 has the slope x, whose length is 0.5·√32 at 0.5 and √32 at 1.
    halfway, ends = torch.full((3,), 0.5), torch.ones(3)
    true, restored = torch.ones_like(images(1)), torch.zeros_like(images(1))

    def critic(batch: Tensor) -> Tensor:
        return batch.square().sum(dim=(1, 2, 3))[:, None] / 2

    assert gradient_penalty(critic, true, restored, halfway).item() == pytest.approx((0.5 * 32**0.5 - 1) ** 2)
    assert gradient_penalty(critic, true, restored, ends).item() == pytest.approx((32**0.5 - 1) ** 2)


def test_penalty_teaches_the_critic_and_is_finite_for_a_flat_one() -> None:
    layer = torch.nn.Conv2d(2, 1, 1).double()
    torch.nn.init.zeros_(layer.weight)
    value = gradient_penalty(layer, images(1), images(2), torch.rand(3))
    value.backward()
    assert value.item() == pytest.approx(1)
    assert layer.weight.grad is not None
    assert layer.weight.grad.isfinite().all()
