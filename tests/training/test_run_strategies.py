"""Whole trainings with the strategies that a recipe may ask for."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from samples.recipes import RLFN, images, recipe, stage

from superres.image.files import read_picture, write_picture
from superres.image.picture import Picture
from superres.metrics.protocol import protocol
from superres.metrics.psnr import psnr
from superres.models.resampler import read_resampler
from superres.models.weights import load_network, read_weights
from superres.training.run import train
from superres.training.strategies.resampling import rounded


class StopError(Exception):
    """Raised by one who watches."""


def interrupted(path: Path, output: Path) -> Path:
    """The weights of a run that is stopped at its first report and then resumed."""

    def stop(_: object) -> None:
        raise StopError

    with pytest.raises(StopError):
        train(path, output=output, watch=stop)
    return train(path, output=output, resume=True).weights


def weights(path: Path) -> dict[str, torch.Tensor]:
    return read_weights(path)[0]


def test_mixed_pairs_train_another_network_and_the_same_one_each_time(tmp_path: Path) -> None:
    mixing = "augmentation = { rgb = 0.5, mixup = 0.5, cutmix = 0.5, cutblur = 0.5 }\n"
    results: list[dict[str, torch.Tensor]] = []
    for name, more in (("plain", ""), ("mixed", mixing), ("again", mixing)):
        path = recipe(tmp_path / name, stage(steps=4) + more)
        results.append(weights(train(path, output=tmp_path / name / "run").weights))
    plain, mixed, again = results
    assert all(torch.equal(mixed[key], again[key]) for key in mixed)
    assert not torch.equal(plain["head.weight"], mixed["head.weight"])


X4 = RLFN.replace("tiny_x2", "tiny_x4").replace("scale = 2", "scale = 4")
"""The same network at ×4, which takes patches from 60 pixels on; the images have no more."""


def at(scale: int, text: str) -> str:
    """A stage at a scale of its own."""
    return text.replace("patch_size = 32", f"patch_size = {15 * scale}") + f"config = {{ scale = {scale} }}\n"


def test_network_begins_with_the_trunk_of_another_scale_from_a_file(tmp_path: Path) -> None:
    """×2 before ×3 and ×4, as EDSR (arXiv:1707.02921, section 4.2) and RFDN do it."""
    double = train(recipe(tmp_path / "x2"), output=tmp_path / "x2" / "run").weights
    still = at(4, stage("b", str(double), steps=2)).replace("learning_rate = 1e-3", "learning_rate = 1e-12")
    still = still.replace("final_learning_rate = 1e-5", "final_learning_rate = 0.0")
    result = train(recipe(tmp_path / "x4", still, model=X4), output=tmp_path / "x4" / "run")
    before, after = weights(double), weights(result.weights)
    for name, tensor in after.items():
        if name.startswith("upsample"):
            assert tensor.shape[0] == 4 * before[name].shape[0]
        else:
            torch.testing.assert_close(tensor, before[name], atol=1e-6, rtol=0)


def test_one_recipe_grows_from_scale_to_scale(tmp_path: Path) -> None:
    stages = at(2, stage("double", steps=4)), at(4, stage("fourfold", "double", steps=4))
    result = train(recipe(tmp_path, *stages, model=X4), output=tmp_path / "run")
    saved = [read_weights(tmp_path / "run" / "stages" / f"{name}.safetensors")[1] for name in ("double", "fourfold")]
    assert [card.scale for card in saved] == [2, 4]
    assert (result.card.scale, result.card.steps) == (4, 8)


def test_network_grows_within_a_recipe_and_loses_nothing(tmp_path: Path) -> None:
    still = stage("large", "small", steps=2).replace("learning_rate = 1e-3", "learning_rate = 1e-12")
    still = still.replace("final_learning_rate = 1e-5", "final_learning_rate = 0.0") + "grows = true\n"
    small = stage("small", steps=4) + "config = { width = 3, blocks = 1 }\n"
    model = RLFN.replace("blocks = 1", "blocks = 2")
    train(recipe(tmp_path, small, still, model=model), output=tmp_path / "run")
    networks = [load_network(tmp_path / "run" / "stages" / f"{name}.safetensors")[0] for name in ("small", "large")]
    low = torch.rand(1, 3, 20, 20)
    first, second = (network(low) for network in networks)
    assert sum(each.numel() for each in networks[1].parameters()) > 1.5 * sum(
        each.numel() for each in networks[0].parameters()
    )
    torch.testing.assert_close(first, second, atol=1e-4, rtol=0)


def test_pruned_stage_leaves_a_narrower_network_that_the_next_fine_tunes(tmp_path: Path) -> None:
    soft = stage("soft", "wide", steps=8) + "config = { width = 4 }\npruning = { width = 3, every = 3 }\n"
    wide = stage("wide", steps=4) + "config = { width = 4 }\n"
    model = RLFN.replace("width = 4\nblocks", "width = 3\nblock_width = 4\nblocks")
    soft, wide = (text.replace("{ width = 4 }", "{ width = 4, block_width = 4 }") for text in (soft, wide))
    path = recipe(tmp_path, wide, soft, stage("fine", "soft", steps=4), model=model)
    result = train(path, output=tmp_path / "run")
    between = weights(tmp_path / "run" / "stages" / "soft.safetensors")
    assert between["head.weight"].shape[0] == 3
    assert weights(tmp_path / "run" / "stages" / "wide.safetensors")["head.weight"].shape[0] == 4
    assert {name: each.shape for name, each in weights(result.weights).items()} == {
        name: each.shape for name, each in between.items()
    }
    assert result.card.config["width"] == 3


def test_pruned_stage_resumes_bit_for_bit(tmp_path: Path) -> None:
    soft = stage("soft", steps=9) + "config = { block_width = 4 }\npruning = { block_width = 3, every = 2 }\n"
    model = RLFN.replace("width = 4\nblocks", "width = 4\nblock_width = 3\nblocks")
    path = recipe(tmp_path, soft, model=model)
    whole = train(path, output=tmp_path / "whole")
    assert interrupted(path, tmp_path / "run").read_bytes() == whole.weights.read_bytes()


def test_fusion_begins_as_its_trained_members_and_leaves_them_frozen(tmp_path: Path) -> None:
    small = train(recipe(tmp_path / "one"), output=tmp_path / "one" / "run").weights
    member = '{ architecture = "rlfn", config = { width = 4, blocks = 1, attention_width = 4 } }'
    espcn = '{ architecture = "espcn", config = { widths = [4, 4] } }'
    other = '\nname = "other_x2"\narchitecture = "espcn"\n\n[model.config]\nscale = 2\nchannels = 3\nwidths = [4, 4]\n'
    second = train(recipe(tmp_path / "two", model=other), output=tmp_path / "two" / "run").weights
    model = (
        f'\nname = "fused_x2"\narchitecture = "fusion"\n\n[model.config]\nscale = 2\nmembers = [{member}, {espcn}]\n'
    )
    more = f'members = ["{small}", "{second}"]\nfrozen = ["members"]\n'
    result = train(recipe(tmp_path / "fused", stage() + more, model=model), output=tmp_path / "fused" / "run")
    fused = weights(result.weights)
    for number, path in enumerate((small, second)):
        for name, tensor in weights(path).items():
            assert torch.equal(fused[f"members.{number}.{name}"], tensor)
    assert not torch.equal(fused["fuse.weight"][:, :, 0, 0], torch.zeros(3, 6))


def test_network_learns_to_restore_and_to_tell_kinds_of_images_and_leaves_without_the_head(tmp_path: Path) -> None:
    path = recipe(tmp_path, stage(steps=40) + '[stages.classification]\nweight = 0.05\nlayer = "upsample"\n')
    for name in ("flat", "held_out_flat", "held_out_plain"):
        images(tmp_path / name, 3)
    for file in (*(tmp_path / "flat").iterdir(), *(tmp_path / "held_out_flat").iterdir()):
        write_picture(file, Picture(pixels=np.full((60, 60, 3), 40, np.uint8)), overwrite=True)
    kinds = {"train": "rough", "flat": "flat", "held_out_flat": "flat", "held_out_plain": "rough"}
    labels = "\n".join(f'"{tmp_path / name}" = "{kind}"' for name, kind in kinds.items())
    text = path.read_text("utf-8").replace("[validation]", f"[data.labels]\n{labels}\n\n[validation]")
    text = text.replace(f'train = ["{tmp_path / "train"}"]', f'train = ["{tmp_path / "train"}", "{tmp_path / "flat"}"]')
    text = text.replace('degradation = "bicubic"', 'degradation = "bicubic"\nalso_at = [0.8]')
    path.write_text(text.replace("learning_rate = 1e-3", "learning_rate = 1e-2"), "utf-8")
    result = train(path, output=tmp_path / "run")
    entries = [json.loads(line) for line in (tmp_path / "run" / "journal.jsonl").read_text("utf-8").splitlines()]
    told = [entry["validation_accuracy"] for entry in entries if "validation_accuracy" in entry]
    assert told[-1] > 0.9
    assert load_network(result.weights)[1] == result.card


RESAMPLING = "[stages.resampling]\nwidth = 8\nblocks = 1\nreach = 3\ndistance = 0.1\nsmoothness = 0.1\n"


def test_reduction_is_learned_with_the_network_and_kept_beside_it(tmp_path: Path) -> None:
    stages = stage("a", steps=6) + RESAMPLING, stage("b", "a", steps=6) + RESAMPLING
    result = train(recipe(tmp_path, *stages), output=tmp_path / "run")
    network, card = load_network(result.weights)
    assert list(card.figures) == ["validation_psnr_classical_resampled"]
    resamplers = [read_resampler(tmp_path / "run" / "stages" / f"{name}.resampler.safetensors") for name in "ab"]
    assert not torch.equal(resamplers[0].weigh.weight, resamplers[1].weigh.weight)
    # What the figure says is what the two files reach together.
    file = next((tmp_path / "validation").iterdir())
    high = torch.from_numpy(read_picture(file).pixels.astype(np.float32) / 255).permute(2, 0, 1)[None]
    with torch.no_grad():
        low = rounded(resamplers[1](high))
        restored = network(low).clamp(0, 1)
    prepared = protocol("classical").prepare(restored, high, scale=2)
    assert float(psnr(*prepared)) == pytest.approx(result.psnr, abs=0.01)


def test_learned_reduction_resumes_bit_for_bit(tmp_path: Path) -> None:
    path = recipe(tmp_path, stage(steps=9) + RESAMPLING)
    whole = train(path, output=tmp_path / "whole")
    assert interrupted(path, tmp_path / "run").read_bytes() == whole.weights.read_bytes()
