"""Validation during training."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from samples.recipes import images
from torch import Tensor, nn

from superres.data.degradation.presets import preset
from superres.metrics.catalogue import metric
from superres.training.validation import Validation


class Nearest(nn.Module):
    """Repeats pixels."""

    def forward(self, low: Tensor) -> Tensor:
        return low.repeat_interleave(2, -1).repeat_interleave(2, -2)


def test_value_is_the_mean_over_the_images(tmp_path: Path) -> None:
    folder = images(tmp_path / "images", 2)
    both = Validation(folder, tmp_path / "cache", scale=2, protocol_name="classical")
    cpu, exact = torch.device("cpu"), torch.float32
    first, second = (
        Validation(single(folder, tmp_path, index), tmp_path / "cache", scale=2, protocol_name="classical")
        for index in (0, 1)
    )
    values = [each(Nearest(), device=cpu, precision=exact) for each in (first, second)]
    assert both(Nearest(), device=cpu, precision=exact) == pytest.approx(sum(values) / 2, abs=1e-4)


@pytest.mark.parametrize("name", ["ssim", "gmsd", "dists"])
def test_other_metrics_are_means_under_the_same_protocol(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, seen = images(tmp_path / "images", 2), []
    value = torch.tensor([0.25])
    judge = replace(metric(name), function=lambda *pair: seen.append(pair) or value)
    monkeypatch.setattr("superres.training.validation.metric", lambda _: judge)
    validation = Validation(folder, tmp_path / "cache", scale=2, protocol_name="classical")
    found = validation(Nearest(), device=torch.device("cpu"), precision=torch.float32, by=name)
    assert found == 0.25
    # Luma without its border; metrics of colour images see RGB.
    assert [tuple(pair[0].shape[1:]) for pair in seen] == [(3 if name == "dists" else 1, 56, 56)] * 2


def single(folder: Path, scratch: Path, index: int) -> Path:
    target = scratch / f"only{index}"
    target.mkdir()
    (target / f"{index}.png").write_bytes((folder / f"{index}.png").read_bytes())
    return target


def test_degraded_images_are_the_same_in_every_run_and_harder(tmp_path: Path) -> None:
    folder = images(tmp_path / "images", 2)
    cpu, exact = torch.device("cpu"), torch.float32
    plain, *others = (
        Validation(folder, tmp_path / "cache", scale=2, protocol_name="classical", degradation=kind)(
            Nearest(), device=cpu, precision=exact
        )
        for kind in (None, preset("camera"), preset("camera"))
    )
    assert others[0] == others[1] < plain - 1
