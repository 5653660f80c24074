"""A whole training: stages, the best weights, what is refused. Interruptions: `test_run_interrupted`."""

import json
from pathlib import Path

import pytest
import torch
from samples.recipes import RLFN, recipe, stage

from superres.errors import (
    ExistingFileError,
    InvalidConfigError,
    InvalidWeightsError,
    MissingFileError,
    UnknownNameError,
)
from superres.models.catalogue import build
from superres.models.weights import load_network, read_weights, write_weights
from superres.training import run as run_module
from superres.training.loop import Progress
from superres.training.run import train
from superres.training.validation import Validation


def journal(folder: Path) -> list[dict[str, float | str]]:
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text("utf-8").splitlines()]


def test_stages_follow_each_other_and_leave_weights_with_a_card(tmp_path: Path) -> None:
    result = train(recipe(tmp_path, stage("a"), stage("b", "a")), output=tmp_path / "run")
    network, card = load_network(result.weights)
    assert network(torch.rand(1, 3, 20, 20)).shape == (1, 3, 40, 40)
    assert (card.name, card.recipe, card.steps, card.trained_on) == ("tiny_x2", "tiny.toml", 20, ("train",))
    assert {entry["stage"] for entry in journal(tmp_path / "run")} == {"a", "b"}


def test_training_makes_the_answer_better(tmp_path: Path) -> None:
    reports: list[Progress] = []
    train(recipe(tmp_path, stage(steps=150)), output=tmp_path / "run", watch=reports.append)
    assert reports[-1].loss < 0.8 * reports[0].loss


def test_best_validation_is_what_is_kept(tmp_path: Path) -> None:
    result = train(recipe(tmp_path, stage(steps=20)), output=tmp_path / "run")
    measured = [entry["validation_psnr"] for entry in journal(tmp_path / "run") if "validation_psnr" in entry]
    assert len(measured) == 4
    assert result.psnr == max(measured)


def test_same_recipe_gives_the_same_weights(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    first, second = (read_weights(train(path, output=tmp_path / name).weights)[0] for name in ("a", "b"))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_finished_run_resumes_to_its_result_without_a_step(tmp_path: Path) -> None:
    path = recipe(tmp_path, stage("a"), stage("b", "a"))
    first = train(path, output=tmp_path / "run")
    reports: list[Progress] = []
    assert train(path, output=tmp_path / "run", resume=True, watch=reports.append) == first
    assert not reports


def test_weights_say_what_they_reach_on_which_images(tmp_path: Path) -> None:
    result = train(recipe(tmp_path), output=tmp_path / "run")
    assert read_weights(result.weights)[1].figures == {"validation_psnr_classical": result.psnr}


def test_folder_that_holds_a_run_is_not_overwritten(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    train(path, output=tmp_path / "run")
    with pytest.raises(ExistingFileError, match="give --resume"):
        train(path, output=tmp_path / "run")


def test_resuming_with_another_recipe_is_refused(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    train(path, output=tmp_path / "run")
    path.write_text(path.read_text("utf-8").replace("seed = 3", "seed = 4"), encoding="utf-8")
    with pytest.raises(InvalidConfigError, match="differs from the recipe"):
        train(path, output=tmp_path / "run", resume=True)


def test_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    train(path, output=tmp_path / "run")
    checkpoint = tmp_path / "run" / "checkpoint.pt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
    with pytest.raises(InvalidWeightsError, match="is damaged"):
        train(path, output=tmp_path / "run", resume=True)


def test_missing_folder_of_images_is_named(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    path.write_text(path.read_text("utf-8").replace(str(tmp_path / "train"), "absent"), encoding="utf-8")
    with pytest.raises(MissingFileError, match="names the folder absent"):
        train(path, output=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    path = recipe(
        tmp_path,
        stage(steps=60)
        .replace("learning_rate = 1e-3", "learning_rate = 1e30")
        .replace("clip_norm = 1.0", "clip_norm = 0.0"),
    )
    with pytest.raises(InvalidConfigError, match="no longer finite"):
        train(path, output=tmp_path / "run")


def test_weights_that_are_no_numbers_stop_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Validation, "__call__", lambda *_, **__: float("nan"))
    with pytest.raises(InvalidConfigError, match="no longer finite at step 5"):
        train(recipe(tmp_path), output=tmp_path / "run")
    assert not list((tmp_path / "run").rglob("*.safetensors"))


def test_stage_may_start_from_weights_made_elsewhere(tmp_path: Path) -> None:
    first = train(recipe(tmp_path), output=tmp_path / "first")
    path = tmp_path / "second.toml"
    text = (tmp_path / "tiny.toml").read_text("utf-8")
    path.write_text(text.replace('"random"', f'"{first.weights}"').replace("= 1e-3", "= 1e-30"), encoding="utf-8")
    path.write_text(path.read_text("utf-8").replace("rate = 1e-5", "rate = 0.0"), encoding="utf-8")
    second = train(path, output=tmp_path / "second")
    assert second.psnr == pytest.approx(first.psnr, abs=0.01)


def test_stage_without_branches_begins_where_one_with_branches_has_arrived(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    branched = recipe(tmp_path / "branched", model=f'{RLFN}form = "branched"\n')
    first = train(branched, output=tmp_path / "first")
    arrived = stage("b", str(tmp_path / "first" / "stages" / "first.safetensors"))
    still = arrived.replace("learning_rate = 1e-3", "learning_rate = 1e-30").replace("rate = 1e-5", "rate = 0.0")
    second = train(recipe(tmp_path / "plain", still), output=tmp_path / "second")
    assert second.psnr == pytest.approx(first.psnr, abs=0.01)
    assert "stay fresh" not in caplog.text


def test_branches_of_a_stage_may_be_merged_for_the_next(tmp_path: Path) -> None:
    still = (
        stage("b", "a").replace("learning_rate = 1e-3", "learning_rate = 1e-30").replace("rate = 1e-5", "rate = 0.0")
    )
    path = recipe(tmp_path, stage("a") + 'config = { form = "branched" }\n', still)
    train(path, output=tmp_path / "run")
    reached = [entry["validation_psnr"] for entry in journal(tmp_path / "run") if "validation_psnr" in entry]
    assert reached[2:] == pytest.approx([max(reached[:2])] * 2, abs=0.01)


def test_start_that_leaves_tensors_fresh_says_which(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    triple = stage("a").replace("patch_size = 32", "patch_size = 45") + "config = { scale = 3 }\n"
    train(recipe(tmp_path, triple, stage("b", "a")), output=tmp_path / "run")
    assert "stage b starts from a, but 2 of" in caplog.text
    assert "tensors stay fresh: upsample.convolution.weight, upsample.convolution.bias" in caplog.text


@pytest.mark.parametrize(
    ("start", "error"), [("absent.safetensors", MissingFileError), ("rlfn_compcat_x2", UnknownNameError)]
)
def test_start_that_is_missing_is_refused_before_the_first_step(
    tmp_path: Path, start: str, error: type[Exception]
) -> None:
    path = recipe(tmp_path, stage("a"), stage("b", start))
    with pytest.raises(error, match=start.split(".", maxsplit=1)[0]):
        train(path, output=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_start_of_another_width_is_refused_before_the_first_step(tmp_path: Path) -> None:
    network, card = build("rlfn_compact_x2")
    write_weights(tmp_path / "wide.safetensors", network.state_dict(), card)
    path = recipe(tmp_path, stage("a"), stage("b", str(tmp_path / "wide.safetensors")))
    with pytest.raises(InvalidWeightsError, match="fit in name and shape"):
        train(path, output=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_patch_larger_than_all_images_is_refused_before_the_first_step(tmp_path: Path) -> None:
    path = recipe(tmp_path, stage("a"), stage("b", "a").replace("patch_size = 32", "patch_size = 64"))
    with pytest.raises(InvalidConfigError, match="as large as the patch_size of 64"):
        train(path, output=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_folder_of_a_finished_run_shows_its_curves_and_figures(tmp_path: Path) -> None:
    result = train(recipe(tmp_path), output=tmp_path / "run")
    document = json.loads((tmp_path / "run" / "result.json").read_text("utf-8"))
    assert document["weights"] == result.weights.name
    assert document["figures"] == dict(result.card.figures)
    assert (document["steps"], document["recipe"]) == (10, "tiny.toml")
    assert f"{result.psnr:.3f} dB" in (tmp_path / "run" / "curves.svg").read_text("utf-8")


def test_curves_are_drawn_while_a_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "DRAW_EVERY", 0)
    seen: list[bool] = []
    train(
        recipe(tmp_path, stage("a"), stage("b", "a")),
        output=tmp_path / "run",
        watch=lambda _: seen.append((tmp_path / "run" / "curves.svg").exists()),
    )
    assert seen == [True, True]


def test_training_with_a_drawn_degradation_names_it_with_its_figure(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    path.write_text(path.read_text("utf-8").replace('"bicubic"', '"camera"'), encoding="utf-8")
    results = [train(path, output=tmp_path / name) for name in ("a", "b")]
    assert results[0].weights.read_bytes() == results[1].weights.read_bytes()
    assert dict(results[0].card.figures) == {"validation_psnr_classical_camera": results[0].psnr}
