"""The discriminator's side of a training, and what it tells the network."""

from copy import deepcopy

import pytest
import torch
from lightning_fabric import Fabric
from torch import Tensor

from superres.errors import InvalidConfigError
from superres.training.objectives.adversarial import AdversarialSettings, Adversary

FABRIC = Fabric(accelerator="cpu", devices=1)


def settings(form: str = "relativistic", discriminator: str = "patchgan", **more: object) -> AdversarialSettings:
    return AdversarialSettings(
        form=form,  # type: ignore[arg-type]
        weight=0.5,
        discriminator=discriminator,  # type: ignore[arg-type]
        width=4,
        betas=(0.9, 0.99),
        **more,  # type: ignore[arg-type]
    )


def adversary(asked: AdversarialSettings) -> Adversary:
    torch.manual_seed(0)
    return Adversary(asked, channels=3, patch_size=32, fabric=FABRIC)


def pictures(seed: int, smoothness: float = 0.0) -> Tensor:
    noise = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(seed))
    return torch.lerp(noise, noise.mean(dim=(2, 3), keepdim=True), smoothness)


GAMES = [
    *(settings(form, name) for form in ("standard", "relativistic", "hinge") for name in ("patch", "patchgan", "unet")),
    settings("least_squares"),
    settings("wasserstein", normalisation="none", penalty=10.0),
    settings("wasserstein", "patch", normalisation="none", penalty=10.0),
]


@pytest.mark.parametrize("asked", GAMES, ids=lambda asked: f"{asked.form}-{asked.discriminator}")
def test_discriminator_learns_to_tell_smooth_images_from_true_ones(asked: AdversarialSettings) -> None:
    judge = adversary(asked)
    for step in range(12):
        judge.learn(pictures(2 * step, 0.9), pictures(2 * step + 1), (0, step))
        judge.step(2e-3)
    losses = torch.stack(judge.losses)
    assert losses[-3:].mean() < losses[:3].mean()


@pytest.mark.parametrize("asked", GAMES, ids=lambda asked: f"{asked.form}-{asked.discriminator}")
def test_network_is_told_the_way_and_the_discriminator_learns_nothing_of_it(asked: AdversarialSettings) -> None:
    judge, restored = adversary(asked), pictures(1).requires_grad_()
    judge.persuasion(restored, pictures(2)).backward()
    assert restored.grad is not None
    assert restored.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in judge.network.parameters())


def test_verdict_is_weighed() -> None:
    judge = adversary(settings())
    true, restored = pictures(1), pictures(2)
    logits = [judge.network(each).detach() for each in (true, restored)]
    expected = torch.nn.functional.softplus(logits[0] - logits[1].mean()).mean()
    expected = expected + torch.nn.functional.softplus(logits[0].mean() - logits[1]).mean()
    assert judge.persuasion(restored, true).item() == pytest.approx(0.5 * expected.item(), rel=1e-4)


def test_no_gradient_flows_back_to_the_network_from_what_the_discriminator_learns() -> None:
    judge, restored = adversary(settings()), pictures(1).requires_grad_()
    judge.learn(restored, pictures(2), (0, 0))
    assert restored.grad is None


def test_its_learning_rate_is_a_share_of_the_stages() -> None:
    judge = adversary(settings(rate_factor=0.25))
    judge.learn(pictures(1), pictures(2), (0, 0))
    judge.step(1e-2)
    assert [group["lr"] for group in judge.optimizer.param_groups] == [0.25e-2]


def test_reported_loss_is_the_mean_since_the_last_report() -> None:
    judge = adversary(settings())
    for step in range(3):
        judge.learn(pictures(step), pictures(step + 9), (0, step))
    expected = torch.stack(judge.losses).mean().item()
    assert judge.mean_loss() == pytest.approx(expected)
    assert not judge.losses


def test_state_brings_everything_back() -> None:
    asked = settings("wasserstein", normalisation="none", penalty=1.0)
    first = adversary(asked)
    second = Adversary(asked, channels=3, patch_size=32, fabric=FABRIC)
    for step in range(2):
        first.learn(pictures(step), pictures(step + 9), (0, step))
        first.step(1e-3)
    second.load_dict(deepcopy(first.to_dict()))
    for judge in (first, second):
        judge.learn(pictures(5), pictures(6), (0, 5))
        judge.step(1e-3)
    pairs = zip(first.network.parameters(), second.network.parameters(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)
    assert torch.equal(torch.stack(first.losses), torch.stack(second.losses))


def test_penalty_is_learned_in_half_precision_too() -> None:
    fabric = Fabric(accelerator="cpu", devices=1, precision="bf16-mixed")
    asked = settings("wasserstein", "patch", normalisation="none", penalty=10.0)
    judge = Adversary(asked, channels=3, patch_size=32, fabric=fabric)
    judge.learn(pictures(1), pictures(2), (0, 0))
    gradients = [parameter.grad for parameter in judge.network.parameters()]
    assert all(gradient is not None and gradient.isfinite().all() for gradient in gradients)
    assert judge.losses[0].dtype == torch.float32


def test_game_of_several_processes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fabric, "world_size", 2)
    with pytest.raises(InvalidConfigError, match="a game is played by one process, got 2"):
        adversary(settings())
