"""Knowledge distillation; the teacher is bicubic interpolation, whose answers are known."""

import pytest
import torch

from superres.errors import InvalidConfigError, InvalidRequestError, UnknownNameError
from superres.image.resize import resize
from superres.losses.distillation import DistillationSettings, distillation
from superres.models.weights import load_network

LOW = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))
UNSEEN = torch.zeros(1, 3, 16, 16)


def answer() -> torch.Tensor:
    return load_network("bicubic_x2")[0](LOW).detach()


def test_agreeing_with_the_teacher_costs_nothing_whatever_the_truth() -> None:
    term = distillation(DistillationSettings(teacher="bicubic_x2"))
    assert term(answer(), UNSEEN, LOW).item() == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize(("distance", "expected"), [("l1", 0.1), ("l2", 0.01), ("charbonnier", (0.01 + 1e-6) ** 0.5)])
def test_distance_from_the_teacher_is_a_pixel_loss(distance: str, expected: float) -> None:
    term = distillation(DistillationSettings(teacher="bicubic_x2", distance=distance))  # type: ignore[arg-type]
    assert term(answer() + 0.1, UNSEEN, LOW).item() == pytest.approx(expected, rel=1e-4)


def test_level_of_a_pyramid_is_compared_with_the_reduced_answer() -> None:
    small = resize(answer(), scale=0.5)
    term = distillation(DistillationSettings(teacher="bicubic_x2"))
    assert term(small, UNSEEN[..., :8, :8], LOW).item() == pytest.approx(0, abs=1e-6)


def test_teacher_of_another_scale_is_refused() -> None:
    term = distillation(DistillationSettings(teacher="bicubic_x2"))
    with pytest.raises(InvalidRequestError, match="both need the same scale"):
        term(torch.zeros(1, 3, 32, 32), torch.zeros(1, 3, 32, 32), LOW)


def test_teacher_of_other_channels_is_refused() -> None:
    term = distillation(DistillationSettings(teacher="bicubic_x2"))
    with pytest.raises(InvalidRequestError, match="sees 3 channels, the network 1"):
        term(UNSEEN[:, :1], UNSEEN[:, :1], LOW[:, :1])


def test_teacher_that_nobody_knows_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="rlfn_compcat_x4"):
        distillation(DistillationSettings(teacher="rlfn_compcat_x4"))


def test_teacher_must_be_named() -> None:
    with pytest.raises(InvalidConfigError, match="teacher must name a shipped network"):
        DistillationSettings()


def test_teacher_learns_nothing() -> None:
    restored = answer().requires_grad_()
    low = LOW.clone().requires_grad_()
    distillation(DistillationSettings(teacher="bicubic_x2"))(restored + 0.1, UNSEEN, low).backward()
    assert restored.grad is not None
    assert low.grad is None
