"""Values set from the command line make another complete recipe."""

import tomllib
from pathlib import Path

import pytest
from samples.recipes import recipe, stage

from superres.errors import InvalidConfigError, InvalidRequestError, UnknownNameError
from superres.training.overrides import effective_recipe, toml_text
from superres.training.recipe import Recipe, read_recipe

RECIPES = sorted((Path(__file__).parents[2] / "recipes").glob("*.toml"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return recipe(tmp_path, stage("first"), stage("second", "first"))


def effective(path: Path, *overrides: str) -> Recipe:
    return effective_recipe(path, overrides)[0]


def test_values_of_every_kind_are_set(path: Path) -> None:
    changed = effective(
        path,
        "seed=8",
        'about="in other words"',
        "data.degradation=camera",
        'data.train=["a", "b"]',
        "stages.1.steps = 100",
        "stages.first.learning_rate=5e-4",
        "stages.0.loss.l2=0.5",
        "model.config.width=6",
        "stages.1.average=0.0",
    )
    assert (changed.seed, changed.about) == (8, "in other words")
    assert (changed.data.degradation, changed.data.train) == ("camera", ["a", "b"])
    assert [each.steps for each in changed.stages] == [10, 100]
    assert (changed.stages[0].learning_rate, changed.stages[0].loss) == (5e-4, {"l1": 1.0, "l2": 0.5})
    assert changed.model.config["width"] == 6
    assert changed.stages[1].average == 0


def test_optional_key_that_the_recipe_leaves_out_can_be_set(path: Path) -> None:
    assert effective(path, "stages.0.accumulate=2").stages[0].accumulate == 2


def test_effective_file_reads_as_the_same_recipe(path: Path, tmp_path: Path) -> None:
    changed, content = effective_recipe(path, ["stages.1.steps=100", "stages.1.rate_factors={head=0.1}"])
    (tmp_path / "effective.toml").write_bytes(content)
    assert read_recipe(tmp_path / "effective.toml") == changed


def test_recipe_without_overrides_keeps_its_bytes(path: Path) -> None:
    assert effective_recipe(path)[1] == path.read_bytes()


@pytest.mark.parametrize("file", RECIPES, ids=lambda file: file.stem)
def test_written_recipe_says_what_the_read_one_said(file: Path) -> None:
    content = tomllib.loads(file.read_text("utf-8"))
    assert tomllib.loads(toml_text(content)) == content


def test_odd_keys_and_texts_are_written_as_toml_asks() -> None:
    content = {"a key": 'quotes " and \\ and \x7f\n', "tables": [{"x": {"y z": [1, 2.5, True]}}], "t": {"u": {"v": 1}}}
    assert tomllib.loads(toml_text(content)) == content


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("stages.0.stepz=1", r"no key of \[stages\.0\] is called 'stepz'; nearest: steps"),
        ("stagse.0.steps=1", "no key of a recipe is called 'stagse'; nearest: stages"),
        ("stages.secnd.steps=1", "no stage is called 'secnd'; nearest: second"),
        ("stages.2.steps=1", "no stage is called '2'; nearest|known"),
        ("data.degradation=camrea", "no degradation is called 'camrea'; nearest: camera"),
        ("model.config.widht=3", "widht.*nearest: width"),
    ],
)
def test_unknown_path_is_answered_with_the_nearest(path: Path, override: str, message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        effective(path, override)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("seed", "--set takes KEY=VALUE, such as stages.0.steps=100, got 'seed'"),
        ("=3", "--set takes KEY=VALUE"),
        ("stages..steps=3", "--set takes KEY=VALUE"),
        ("stages.0=3", "would replace a whole stage"),
        ("seed.x=3", "looks for 'x' in seed, which is a single value"),
        ("seed.x.y=3", "looks for 'x' in a single value"),
        ("seed=1 2", "'1 2' is no TOML value"),
        ("seed=", "'' is no TOML value"),
        ("seed=1\nthreads=2", "has more than one value"),
    ],
)
def test_override_of_another_form_is_refused(path: Path, override: str, message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        effective(path, override)


def test_value_of_the_wrong_kind_is_refused_as_in_a_file(path: Path) -> None:
    with pytest.raises(InvalidConfigError, match=r"stages\.0\.steps: input should be a valid integer"):
        effective(path, "stages.0.steps=many")
