"""Where a recipe's images lie, and where a run leaves its files."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from superres.errors import ExistingFileError, InvalidConfigError, MissingFileError
from superres.training.folders import RunFolder, data_folder
from superres.training.records.environment import Environment, environment


def test_relative_folder_lies_below_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set").mkdir()
    monkeypatch.setenv("SUPERRES_DATA", str(tmp_path))
    assert data_folder("set") == tmp_path / "set"


def test_folder_that_is_not_there_lies_where_one_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "pictures").mkdir()
    monkeypatch.setenv("SUPERRES_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    assert data_folder("pictures") == Path("pictures")
    with pytest.raises(MissingFileError, match=r"no folder .*data/photos and no photos; set SUPERRES_DATA"):
        data_folder("photos")


def test_absolute_folder_is_itself(tmp_path: Path) -> None:
    assert data_folder(str(tmp_path)) == tmp_path


def test_missing_folder_says_which_variable_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPERRES_DATA", raising=False)
    with pytest.raises(MissingFileError, match="set SUPERRES_DATA"):
        data_folder("no-such-set")


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    (tmp_path / "mine.toml").write_text("seed = 1", encoding="utf-8")
    return tmp_path / "mine.toml"


@pytest.fixture
def facts() -> Environment:
    return environment(torch.device("cpu"), torch.float32, data_sha256="a", validation_sha256="b")


@pytest.fixture
def opened(tmp_path: Path, recipe: Path, facts: Environment) -> RunFolder:
    folder = RunFolder(tmp_path / "runs" / "mine")
    folder.open(recipe.read_bytes(), facts)
    return folder


def test_opened_folder_explains_the_run(opened: RunFolder, recipe: Path) -> None:
    assert opened.recipe.read_bytes() == recipe.read_bytes()
    assert '"data_sha256": "a"' in opened.environment.read_text("utf-8")


def test_checking_writes_nothing(tmp_path: Path, recipe: Path) -> None:
    RunFolder(tmp_path / "run").check(recipe, recipe.read_bytes(), resume=False)
    RunFolder(tmp_path / "run").check(recipe, recipe.read_bytes(), resume=True)
    assert not (tmp_path / "run").exists()


def test_folder_with_a_run_needs_resume(opened: RunFolder, recipe: Path) -> None:
    with pytest.raises(ExistingFileError, match="give --resume to go on with it, or another folder with --output"):
        opened.check(recipe, recipe.read_bytes(), resume=False)
    opened.check(recipe, recipe.read_bytes(), resume=True)


def test_another_recipe_is_refused(opened: RunFolder, recipe: Path) -> None:
    recipe.write_text("seed = 2", encoding="utf-8")
    with pytest.raises(InvalidConfigError, match=r"mine\.toml differs from the recipe"):
        opened.check(recipe, recipe.read_bytes(), resume=True)


def test_run_that_lost_its_recipe_is_not_resumed(opened: RunFolder, recipe: Path) -> None:
    opened.checkpoint.write_bytes(b"")
    opened.recipe.unlink()
    with pytest.raises(InvalidConfigError, match=r"a run without its recipe\.toml"):
        opened.check(recipe, recipe.read_bytes(), resume=True)


@pytest.mark.parametrize(("change", "named"), [({"data_sha256": "c"}, "data"), ({"validation_sha256": "c"}, "valid")])
def test_other_images_are_refused(
    opened: RunFolder, recipe: Path, facts: Environment, change: dict[str, str], named: str
) -> None:
    with pytest.raises(InvalidConfigError, match=f"the {named}.* images are no longer those"):
        opened.open(recipe.read_bytes(), replace(facts, **change))


def test_another_machine_may_go_on(opened: RunFolder, recipe: Path, facts: Environment) -> None:
    opened.open(recipe.read_bytes(), replace(facts, torch="9.9"))
    assert '"torch": "9.9"' in opened.environment.read_text("utf-8")


def test_what_a_kill_left_half_written_is_removed(opened: RunFolder, recipe: Path, facts: Environment) -> None:
    best = opened.best_of("first")
    best.parent.mkdir()
    halves = [place.with_name(f".{place.name}.123.part") for place in (opened.checkpoint, best)]
    for half in halves:
        half.write_bytes(b"half")
    opened.open(recipe.read_bytes(), facts)
    assert not any(half.exists() for half in halves)
