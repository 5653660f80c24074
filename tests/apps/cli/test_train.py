"""`superres train`."""

from pathlib import Path

from samples.commands import Call
from samples.recipes import recipe, stage


def test_recipe_becomes_weights(superres: Call, tmp_path: Path) -> None:
    answer = superres("train", recipe(tmp_path), "-o", tmp_path / "run")
    assert (answer.code, answer.err) == (0, "")
    assert (tmp_path / "run" / "tiny_x2.safetensors").exists()


def test_trained_weights_enlarge_and_export(superres: Call, tmp_path: Path) -> None:
    superres("train", recipe(tmp_path), "-o", tmp_path / "run")
    weights, photo = tmp_path / "run" / "tiny_x2.safetensors", tmp_path / "train" / "0.png"
    assert superres("export", weights, "-o", tmp_path / "tiny.onnx").code == 0
    for model in (weights, tmp_path / "tiny.onnx"):
        assert superres("upscale", photo, "-m", model, "-o", tmp_path / "out.png", "--overwrite").code == 0


def test_nothing_is_printed_in_any_precision(superres: Call, tmp_path: Path) -> None:
    path = recipe(tmp_path)
    path.write_text(path.read_text("utf-8").replace('"float32"', '"bfloat16"'), encoding="utf-8")
    answer = superres("train", path, "-o", tmp_path / "run")
    assert (answer.code, answer.out, answer.err) == (0, "", "")


def test_unknown_key_is_said_in_a_sentence(superres: Call, tmp_path: Path) -> None:
    path = recipe(tmp_path)
    path.write_text(path.read_text("utf-8").replace("seed", "sede"), encoding="utf-8")
    answer = superres("train", path, "-o", tmp_path / "run")
    assert answer.code == 2
    assert "nearest: seed" in answer.err
    assert not (tmp_path / "run").exists()


def test_stage_that_starts_from_a_missing_one_is_said_in_a_sentence(superres: Call, tmp_path: Path) -> None:
    answer = superres("train", recipe(tmp_path, stage("first"), stage("second", "frist")), "-o", tmp_path / "run")
    assert answer.code == 2
    assert "starts from 'frist'" in answer.err


def test_damaged_checkpoint_is_said_in_a_sentence(superres: Call, tmp_path: Path) -> None:
    path = recipe(tmp_path)
    superres("train", path, "-o", tmp_path / "run")
    (tmp_path / "run" / "checkpoint.pt").write_bytes(b"damaged")
    answer = superres("train", path, "-o", tmp_path / "run", "--resume")
    assert answer.code == 2
    assert "is damaged" in answer.err


def test_values_set_on_the_command_line_are_kept_and_compared(superres: Call, tmp_path: Path) -> None:
    path, run = recipe(tmp_path), tmp_path / "run"
    changes = ("--set", "stages.first.steps=6", "--set", "data.degradation=camera")
    assert superres("train", path, *changes, "-o", run).code == 0
    kept = (run / "recipe.toml").read_text("utf-8")
    assert "steps = 6" in kept
    assert 'degradation = "camera"' in kept
    assert superres("train", path, *changes, "-o", run, "--resume").code == 0
    assert superres("train", run / "recipe.toml", "-o", run, "--resume").code == 0
    answer = superres("train", path, "-o", run, "--resume")
    assert answer.code == 2
    assert "differs from the recipe that the run in" in answer.err
    assert "give the same --set" in answer.err


def test_unknown_key_to_set_is_answered_with_the_nearest(superres: Call, tmp_path: Path) -> None:
    answer = superres("train", recipe(tmp_path), "--set", "stages.0.stpes=6", "-o", tmp_path / "run")
    assert answer.code == 2
    assert "nearest: steps" in answer.err
    assert not (tmp_path / "run").exists()
