"""What every loss promises."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from samples.features import random_vgg
from torch import Tensor

from superres.errors import InvalidImageError
from superres.image.resize import resize
from superres.losses.catalogue import LOSSES, TermSettings, loss, term
from superres.losses.content import ContentSettings
from superres.losses.distillation import DistillationSettings
from superres.losses.loss import Term
from superres.losses.texture import TextureSettings
from superres.losses.uncertainty import UncertaintyWeightedSettings
from superres.models.catalogue import build_from_card
from superres.models.rlfn import ARCHITECTURE, RLFNConfig
from superres.models.uncertainty import Uncertain, write_uncertain
from superres.models.weights import write_weights

SCALE = 2
COMPARING = sorted(name for name in LOSSES if loss(name).compares)


@dataclass
class Asked:
    """A loss, ready to be asked, and pictures that suit it."""

    name: str
    term: Term
    side: int

    def picture(self, seed: int) -> Tensor:
        small = torch.rand(2, 3, self.side // 2, self.side // 2, generator=torch.Generator().manual_seed(seed))
        return resize(small, scale=2)[..., : self.side, : self.side].clamp(0, 1)

    def __call__(self, restored: Tensor, reference: Tensor) -> Tensor:
        # A network that says its uncertainty gives it beside its answer.
        shown = torch.cat([restored, 0 * restored], dim=1) if loss(self.name).reads_uncertainty else restored
        return self.term(shown, reference, resize(self.picture(1), scale=1 / SCALE))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> TermSettings:
    folder: Path = tmp_path_factory.mktemp("files")
    weights = random_vgg(folder / "vgg.pth")
    torch.manual_seed(0)
    card = ARCHITECTURE.card("tiny_x2", RLFNConfig(scale=SCALE, width=4, blocks=1, attention_width=4))
    write_uncertain(folder / "sure.safetensors", Uncertain(build_from_card(card), card, width=4), card)
    write_weights(folder / "teacher.safetensors", build_from_card(card).state_dict(), card)
    return TermSettings(
        content=ContentSettings(weights=weights, taps={"conv1_2": 1.0, "relu1_1": 0.5}),
        texture=TextureSettings(weights=weights, taps={"relu1_2": 1.0}),
        distillation=DistillationSettings(teacher=str(folder / "teacher.safetensors")),
        uncertainty_weighted=UncertaintyWeightedSettings(estimator=str(folder / "sure.safetensors"), offset=0.1),
    )


def asked(name: str, settings: TermSettings) -> Asked:
    smallest = max(32, loss(name).minimum_size)
    return Asked(name, term(name, settings), smallest + smallest % 2)


@pytest.fixture(params=sorted(LOSSES))
def any_loss(request: pytest.FixtureRequest, settings: TermSettings) -> Asked:
    return asked(request.param, settings)


@pytest.fixture(params=COMPARING)
def comparing(request: pytest.FixtureRequest, settings: TermSettings) -> Asked:
    return asked(request.param, settings)


def test_value_is_one_number(any_loss: Asked) -> None:
    value = any_loss(any_loss.picture(1), any_loss.picture(2))
    assert value.shape == ()
    assert value.isfinite()


def test_equality_gives_the_floor(comparing: Asked) -> None:
    value = comparing(comparing.picture(1), comparing.picture(1))
    assert value.item() == pytest.approx(loss(comparing.name).floor, abs=1e-6)


def test_larger_errors_cost_more(comparing: Asked) -> None:
    picture = comparing.picture(1)
    noise = torch.randn(picture.shape, generator=torch.Generator().manual_seed(3))
    values = [comparing(picture + amount * noise, picture).item() for amount in (0.0, 0.02, 0.05, 0.1)]
    assert values == sorted(values)
    assert len(set(values)) == len(values)


def test_gradient_is_finite_where_all_is_equal(any_loss: Asked) -> None:
    restored = any_loss.picture(1).requires_grad_()
    any_loss(restored, any_loss.picture(1)).backward()
    assert restored.grad is not None
    assert restored.grad.isfinite().all()


def test_gradient_is_finite_for_flat_pictures(any_loss: Asked) -> None:
    restored = torch.full_like(any_loss.picture(1), 0.5).requires_grad_()
    any_loss(restored, torch.full_like(restored, 0.5)).backward()
    assert restored.grad is not None
    assert restored.grad.isfinite().all()


def test_step_down_the_gradient_makes_it_less(any_loss: Asked) -> None:
    restored = any_loss.picture(2).requires_grad_()
    value = any_loss(restored, any_loss.picture(1))
    value.backward()
    assert restored.grad is not None
    stepped = (restored - 1e-3 * restored.grad / restored.grad.abs().max()).detach()
    assert any_loss(stepped, any_loss.picture(1)) < value


def test_reference_gets_no_gradient_through_frozen_features(any_loss: Asked) -> None:
    restored, reference = any_loss.picture(2).requires_grad_(), any_loss.picture(1)
    any_loss(restored, reference).backward()
    assert reference.grad is None


def test_building_moves_no_random_number(any_loss: Asked, settings: TermSettings) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    built = asked(any_loss.name, settings)
    built(built.picture(1), built.picture(2))
    assert torch.equal(torch.get_rng_state(), before)


def test_shapes_that_would_be_broadcast_are_refused(comparing: Asked) -> None:
    with pytest.raises(InvalidImageError, match=r"one shape|RGB"):
        comparing(comparing.picture(1), comparing.picture(1)[:, :1])


def test_same_images_give_the_same_value(any_loss: Asked) -> None:
    first, second = (any_loss(any_loss.picture(1), any_loss.picture(2)) for _ in range(2))
    assert torch.equal(first, second)
