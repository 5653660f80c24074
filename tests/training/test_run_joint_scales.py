"""Whole trainings of one network for several scales."""

from pathlib import Path

import pytest
import torch
from samples.recipes import recipe, stage

from superres.errors import InvalidConfigError
from superres.models.weights import load_network, read_weights
from superres.training.loop import Progress
from superres.training.run import train

CARN = """
name = "tiny_x2"
architecture = "carn"

[model.config]
scale = 2
width = 4
"""
JOINT = "scales = [2.0, 4.0]\nscale_step = 1.0\n"


def at_low_side(text: str) -> str:
    """Patches of seven low-resolution pixels."""
    return text.replace("patch_size = 32", "patch_size = 14")


def written(folder: Path, steps: int = 10) -> Path:
    stages = at_low_side(stage(steps=steps) + JOINT), at_low_side(stage("second", "first", steps=steps) + JOINT)
    return recipe(folder, *stages, model=CARN)


def test_run_gives_a_network_for_each_scale_with_one_trunk_and_what_it_reaches(tmp_path: Path) -> None:
    result = train(written(tmp_path), output=tmp_path / "run")
    found = {scale: read_weights(tmp_path / "run" / f"tiny_x{scale}.safetensors") for scale in (2, 3, 4)}
    assert result.card == found[2][1]
    assert {scale: (card.name, card.scale) for scale, (_, card) in found.items()} == {
        scale: (f"tiny_x{scale}", scale) for scale in (2, 3, 4)
    }
    reached = [card.figures["validation_psnr_classical"] for _, card in found.values()]
    assert reached == sorted(reached, reverse=True), "the larger the scale, the harder"
    own = found[2][0]
    for tensors, _ in found.values():
        assert all(torch.equal(tensors[name], own[name]) for name in own if not name.startswith("upsample"))
    for scale in (2, 3, 4):
        network, _ = load_network(tmp_path / "run" / f"tiny_x{scale}.safetensors")
        assert network(torch.rand(1, 3, 9, 9)).shape[2] == 9 * scale


def test_interrupted_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    path = written(tmp_path, steps=60)
    train(path, output=tmp_path / "whole")

    def stop(progress: Progress) -> None:
        if (progress.stage, progress.step) == ("second", 50):
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        train(path, output=tmp_path / "run", watch=stop)
    train(path, output=tmp_path / "run", resume=True)
    for scale in (2, 3, 4):
        names = [tmp_path / run / f"tiny_x{scale}.safetensors" for run in ("run", "whole")]
        assert names[0].read_bytes() == names[1].read_bytes()


def test_scale_that_the_architecture_lacks_is_refused(tmp_path: Path) -> None:
    text = at_low_side(stage()) + "scales = [2.0, 5.0]\nscale_step = 1.0\n"
    with pytest.raises(InvalidConfigError, match="stage 'first': scales are ×2, ×3, ×4, ×5, but carn cannot be built"):
        train(recipe(tmp_path, text, model=CARN), output=tmp_path / "run")


def test_camera_degradation_is_drawn_at_each_scale(tmp_path: Path) -> None:
    path = recipe(tmp_path, at_low_side(stage(steps=4)) + JOINT, model=CARN)
    path.write_text(path.read_text("utf-8").replace('"bicubic"', '"camera"'), "utf-8")
    train(path, output=tmp_path / "run")
    assert {each.name for each in (tmp_path / "run").glob("*.safetensors")} == {
        f"tiny_x{n}.safetensors" for n in (2, 3, 4)
    }
