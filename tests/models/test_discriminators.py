"""Discriminators."""

import pytest
import torch
from torch import Tensor, nn

from superres.errors import InvalidConfigError
from superres.models.discriminators import (
    Discriminator,
    PatchDiscriminator,
    PatchDiscriminatorConfig,
    PatchGAN,
    PatchGANConfig,
    UNetDiscriminator,
    UNetDiscriminatorConfig,
    check_patches,
    discriminator,
)


def size(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def reach(network: nn.Module, side: int) -> int:
    """How many input pixels along an axis the middle logit depends on."""
    image = torch.rand(1, 3, side, side, requires_grad=True)
    logits: Tensor = network.eval()(image)
    logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2].backward()
    assert image.grad is not None
    return int((image.grad.abs().sum(dim=(0, 1, 2)) > 0).sum())


@pytest.mark.parametrize(
    ("network", "count"),
    [
        # Sums over the layers of the papers' figures, computed by hand.
        (PatchDiscriminator(PatchDiscriminatorConfig()), 23_565_505),
        (PatchGAN(PatchGANConfig()), 2_765_633),
        (UNetDiscriminator(UNetDiscriminatorConfig()), 4_376_897),
    ],
    ids=["srgan", "patchgan", "unet"],
)
def test_sizes_are_those_of_the_papers_figures(network: nn.Module, count: int) -> None:
    assert size(network) == count


@pytest.mark.parametrize(("layers", "pixels"), [(1, 16), (2, 34), (3, 70)])
def test_parts_that_patchgan_judges_are_those_of_the_papers_appendix(layers: int, pixels: int) -> None:
    torch.manual_seed(0)
    assert reach(PatchGAN(PatchGANConfig(width=8, layers=layers)), 160) == pixels


def test_patch_has_one_logit() -> None:
    network = PatchDiscriminator(PatchDiscriminatorConfig(width=4, patch_size=32))
    assert network(torch.rand(3, 3, 32, 32)).shape == (3, 1)


def test_unet_judges_every_pixel() -> None:
    network = UNetDiscriminator(UNetDiscriminatorConfig(width=4))
    assert network(torch.rand(2, 3, 24, 40)).shape == (2, 1, 24, 40)


def test_inner_layers_of_the_unet_have_spectral_norm_one() -> None:
    torch.manual_seed(0)
    network = UNetDiscriminator(UNetDiscriminatorConfig(width=4))
    for _ in range(60):  # every training step comes nearer by one power iteration
        network(torch.rand(1, 3, 16, 16))
    network.eval()
    for layer in network.down:
        assert isinstance(layer, nn.Conv2d)
        assert float(torch.linalg.matrix_norm(layer.weight.detach().flatten(1), ord=2)) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("side", [15, 40])
def test_patch_that_cannot_be_halved_is_refused(side: int) -> None:
    with pytest.raises(InvalidConfigError, match="multiple of 16 pixels"):
        PatchDiscriminatorConfig(patch_size=side)


def test_image_that_the_unet_cannot_halve_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="halves its input three times"):
        UNetDiscriminator(UNetDiscriminatorConfig(width=4))(torch.rand(1, 3, 12, 16))


@pytest.mark.parametrize("config", [PatchGANConfig, UNetDiscriminatorConfig])
def test_size_below_one_is_refused(config: type) -> None:
    with pytest.raises(InvalidConfigError, match="at least 1"):
        config(width=0)


@pytest.mark.parametrize("name", ["patch", "patchgan", "unet"])
def test_discriminator_is_known_by_its_name(name: str) -> None:
    network = discriminator(Discriminator(name=name, channels=1, width=4, patch_size=32))  # type: ignore[arg-type]
    assert network(torch.rand(2, 1, 32, 32)).shape[:2] == (2, 1)


@pytest.mark.parametrize("name", ["patch", "patchgan"])
def test_critic_without_normalisation_judges_an_image_whatever_is_beside_it(name: str) -> None:
    torch.manual_seed(0)
    kind = Discriminator(name=name, channels=3, width=4, patch_size=32, normalisation="none")  # type: ignore[arg-type]
    network, images = discriminator(kind).train(), torch.rand(3, 3, 32, 32)
    torch.testing.assert_close(network(images)[:1], network(images[:1]))
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules())


@pytest.mark.parametrize(("name", "side"), [("patch", 40), ("patchgan", 31), ("unet", 12)])
def test_patch_that_a_discriminator_cannot_judge_is_refused(name: str, side: int) -> None:
    with pytest.raises(InvalidConfigError, match=f"the discriminator {name} judges patches of at least"):
        check_patches(name, side)


@pytest.mark.parametrize(("name", "side"), [("patch", 16), ("patchgan", 32), ("unet", 8)])
def test_smallest_patch_has_a_verdict(name: str, side: int) -> None:
    network = discriminator(Discriminator(name=name, channels=3, width=4, patch_size=side))  # type: ignore[arg-type]
    assert network(torch.rand(2, 3, side, side)).numel() >= 2
