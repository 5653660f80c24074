"""What is refused before the first step."""

import pytest
import torch
from torch import nn

from superres.errors import InvalidConfigError, UnknownNameError
from superres.losses.catalogue import NO_SETTINGS, TermSettings
from superres.losses.peak_signal import PeakSignalSettings
from superres.losses.uncertainty import UncertaintyWeightedSettings
from superres.models.lapsrn import LapSRN, LapSRNConfig
from superres.training.objectives.adversarial import AdversarialSettings
from superres.training.objectives.checking import check_estimator, check_fit, check_objective

GAME = AdversarialSettings(form="standard", weight=1.0, discriminator="unet", width=8, betas=(0.9, 0.99))


def fits(
    *names: str,
    adversarial: AdversarialSettings | None = None,
    network: nn.Module | None = None,
    channels: int = 3,
    patch_size: int = 64,
    is_partial: bool = False,
    terms: TermSettings = NO_SETTINGS,
) -> None:
    check_fit(
        dict.fromkeys(names, 1.0),
        terms,
        adversarial,
        network=network or nn.Identity(),
        channels=channels,
        patch_size=patch_size,
        is_partial=is_partial,
    )


def pyramid() -> nn.Module:
    with torch.device("meta"):
        return LapSRN(LapSRNConfig(scale=4, width=4, depth=1))


def test_pixel_losses_fit_everywhere() -> None:
    fits("l1", "l2", "charbonnier", network=pyramid(), channels=1, patch_size=4, is_partial=True)


def test_colours_are_needed_by_features_of_classifiers() -> None:
    for name in ("content", "texture"):
        with pytest.raises(InvalidConfigError, match=f"the loss {name} looks at RGB, the network makes 1"):
            fits(name, channels=1)


def test_luma_is_that_of_colours() -> None:
    luma = TermSettings(psnr=PeakSignalSettings(colour="y"))
    fits("psnr", terms=luma)
    fits("psnr", channels=1)
    with pytest.raises(InvalidConfigError, match='colour = "y" is the luma of RGB, the network makes 1'):
        fits("psnr", channels=1, terms=luma)


def test_small_patches_are_refused_by_what_needs_large_ones() -> None:
    with pytest.raises(InvalidConfigError, match="ms_ssim needs a patch_size of at least 161, got 128"):
        fits("ms_ssim", patch_size=128)


def test_some_pixels_cannot_stand_for_a_patch_where_neighbours_count() -> None:
    for name in ("ssim", "total_variation", "content", "texture", "contrastive", "distillation", "uncertainty"):
        with pytest.raises(InvalidConfigError, match=f"the loss {name} looks at whole patches"):
            fits(name, is_partial=True)
    with pytest.raises(InvalidConfigError, match="a discriminator sees patches of one size"):
        fits("l1", adversarial=GAME, is_partial=True)


def test_network_of_many_answers_has_neither_doubts_nor_a_judge() -> None:
    with pytest.raises(InvalidConfigError, match="uncertainty is for networks of one answer"):
        fits("uncertainty", network=pyramid())
    with pytest.raises(InvalidConfigError, match="judges networks of one answer"):
        fits("l1", adversarial=GAME, network=pyramid())


def test_patch_must_suit_the_discriminator() -> None:
    with pytest.raises(InvalidConfigError, match="unet judges patches of at least 8 pixels, a multiple of 8, got 60"):
        fits("l1", adversarial=GAME, patch_size=60)


def test_stage_that_is_not_adversarial_keeps_its_best_psnr_or_what_it_says() -> None:
    for keep in ("psnr", "last", "lpips", "ssim"):
        check_objective({"l1": 1.0}, NO_SETTINGS, None, keep)


def test_estimator_is_an_earlier_stage_that_learns_its_uncertainty_or_a_file() -> None:
    terms = [
        TermSettings(uncertainty_weighted=UncertaintyWeightedSettings(estimator=name))
        for name in ("sure", "runs/one/stages/sure.uncertainty.safetensors", "srue")
    ]
    check_estimator(terms[0], ["sure"])
    check_estimator(terms[1], [])
    with pytest.raises(UnknownNameError, match="no earlier stage with the loss uncertainty is called 'srue'"):
        check_estimator(terms[2], ["sure"])
