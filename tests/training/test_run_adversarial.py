"""Adversarial stages: a start from a network trained for PSNR, the weights that are kept, interruptions."""

import json
from pathlib import Path

import pytest
import torch
from samples.recipes import recipe, stage

from superres.errors import InvalidConfigError, UnknownNameError
from superres.models.weights import load_network
from superres.training.checkpoint import read_checkpoint
from superres.training.loop import Progress
from superres.training.recipe import read_recipe
from superres.training.run import train
from superres.training.validation import Validation

GAME = """
[stages.adversarial]
form = "{form}"
weight = 0.05
discriminator = "{discriminator}"
width = 4
betas = [0.9, 0.99]
"""


def game(
    name: str = "game",
    start: str = "start",
    *,
    steps: int = 10,
    keep: str = "last",
    form: str = "relativistic",
    discriminator: str = "patchgan",
    more: str = "",
) -> str:
    """The TOML of an adversarial stage."""
    plain = stage(name, start, steps=steps).replace("warmup = 2", f'warmup = 2\nkeep = "{keep}"')
    return plain + GAME.format(form=form, discriminator=discriminator) + more


def journal(folder: Path) -> list[dict[str, float | str]]:
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text("utf-8").splitlines()]


def test_what_is_published_is_the_network_without_the_discriminator(tmp_path: Path) -> None:
    result = train(recipe(tmp_path, stage("start", steps=5), game(steps=5)), output=tmp_path / "run")
    network, card = load_network(result.weights)
    assert card.architecture == "rlfn"
    (played,) = [entry for entry in journal(tmp_path / "run") if "discriminator_loss" in entry]
    assert played["stage"] == "game"
    assert network(torch.rand(1, 3, 20, 20)).shape == (1, 3, 40, 40)


def test_last_weights_are_kept_whatever_they_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    falling = iter([30.0, 29.0, 28.0, 27.0])
    monkeypatch.setattr(Validation, "__call__", lambda *_, **__: next(falling))
    result = train(recipe(tmp_path, stage("start", steps=5), game(steps=15)), output=tmp_path / "run")
    assert result.psnr == 27.0


def test_weights_best_in_a_named_metric_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distances = iter([0.3, 0.1, 0.2])
    monkeypatch.setattr(Validation, "__call__", lambda *_, by="psnr", **__: 25.0 if by == "psnr" else next(distances))
    result = train(recipe(tmp_path, stage("start", steps=5), game(steps=15, keep="gmsd")), output=tmp_path / "run")
    assert result.card.figures == {"validation_psnr_classical": 25.0, "validation_gmsd_classical": 0.1}
    measured = [entry["validation_gmsd"] for entry in journal(tmp_path / "run") if "validation_gmsd" in entry]
    assert measured == [0.3, 0.1, 0.2]


class StoppedError(Exception):
    """Ends a run."""


def test_interrupted_game_goes_on_bit_for_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = recipe(tmp_path, stage("start", steps=5), game(steps=12, discriminator="patch"))
    whole = train(path, output=tmp_path / "whole")
    validations = 0
    measure = Validation.__call__

    def stopping(*things: object, **named: object) -> float:
        nonlocal validations
        validations += 1
        if validations == 3:  # at step 10 of the game; its checkpoint is that of step 8
            raise StoppedError
        return measure(*things, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Validation, "__call__", stopping)
        with pytest.raises(StoppedError):
            train(path, output=tmp_path / "run")
    state = read_checkpoint(tmp_path / "run" / "checkpoint.pt")["state"]
    assert state["step"] == 8
    assert state["adversary"]["optimizer"]["state"]
    resumed = train(path, output=tmp_path / "run", resume=True)
    assert resumed.weights.read_bytes() == whole.weights.read_bytes()


def test_penalised_game_with_added_batches_goes_on_bit_for_bit(tmp_path: Path) -> None:
    more = 'normalisation = "none"\npenalty = 10.0\ncritic_steps = 2\n'
    text = game(form="wasserstein", steps=9, more=more).replace("warmup = 2", "warmup = 2\naccumulate = 2")
    path = recipe(tmp_path, stage("start", steps=5), text)
    whole = train(path, output=tmp_path / "whole")

    def stop(progress: Progress) -> None:
        if progress.stage == "game":
            raise StoppedError

    with pytest.raises(StoppedError):
        train(path, output=tmp_path / "run", watch=stop)
    assert train(path, output=tmp_path / "run", resume=True).weights.read_bytes() == whole.weights.read_bytes()


@pytest.mark.parametrize("steps", [2, 3])
def test_network_waits_until_the_critic_has_made_its_steps(tmp_path: Path, steps: int) -> None:
    more = 'normalisation = "none"\npenalty = 10.0\ncritic_steps = 3\n'
    text = game(form="wasserstein", steps=steps, more=more)
    train(recipe(tmp_path, stage("start", steps=5), text), output=tmp_path / "run")
    before, after = (load_network(tmp_path / "run" / "stages" / f"{name}.safetensors")[0] for name in ("start", "game"))
    pairs = zip(before.parameters(), after.parameters(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs) == (steps < 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('keep = "last"', ""), 'the best PSNR of an adversarial stage is its start: say keep = "last"'),
        (('keep = "last"', 'keep = "lr_consistency"'), "compares nothing with the true image"),
        (("weight = 0.05", "weight = 0.0"), "adversarial: weight must be above 0"),
        (("width = 4\nbetas = [0.9, 0.99]", "width = 4\nbetas = [0.9, 1.0]"), "betas must lie in"),
        (('form = "relativistic"', 'form = "wasserstein"'), 'penalty goes with form = "wasserstein"'),
        (('form = "relativistic"', 'form = "wasserstein"\npenalty = 10.0'), 'normalisation = "none" would do'),
        (('form = "relativistic"', 'form = "relativist"'), "form"),
        (("width = 4\nbetas", "width = 4\ncritic_steps = 0\nbetas"), "critic_steps must be 1 to 20, got 0"),
        (('"patchgan"', '"patch"\nrate_factor = 0.0'), "rate_factor must be above 0"),
        (("patch_size = 32", "patch_size = 36"), "the discriminator patch judges patches of at least 16 pixels"),
    ],
)
def test_game_that_makes_no_sense_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    text = game(discriminator="patch" if "36" in change[1] else "patchgan")
    path = recipe(tmp_path, stage("start"), text)
    head, tail = path.read_text("utf-8").split('name = "game"')
    path.write_text(f'{head}name = "game"{tail.replace(*change)}', encoding="utf-8")
    with pytest.raises(InvalidConfigError, match=message):
        read_recipe(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('keep = "last"', 'keep = "lpisp"'), "no metric is called 'lpisp'; nearest: lpips"),
        (("width = 4", "widht = 4"), r"no key of \[stages.1.adversarial\] is called 'widht'; nearest: width"),
    ],
)
def test_misspelt_word_of_a_game_is_answered_with_the_nearest(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    path = recipe(tmp_path, stage("start"), game())
    head, tail = path.read_text("utf-8").split('name = "game"')
    path.write_text(f'{head}name = "game"{tail.replace(*change)}', encoding="utf-8")
    with pytest.raises(UnknownNameError, match=message):
        read_recipe(path)
