"""Recipes are complete, strict, and answer mistakes with the nearest right word."""

import tomllib
from pathlib import Path

import pytest
from samples.recipes import HEAD, stage

from superres.errors import InvalidConfigError, MissingFileError, UnknownNameError
from superres.training.recipe import Recipe, parse_recipe, read_recipe

RECIPES = sorted((Path(__file__).parents[2] / "recipes").glob("*.toml"))


def parsed(*stages: str, change: tuple[str, str] = ("", "")) -> Recipe:
    text = HEAD.format(checkpoint_every=5, train="train", validation="validation") + "".join(stages or (stage(),))
    return parse_recipe(tomllib.loads(text.replace(*change) if change[0] else text), "test.toml")


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_of_the_project_is_valid(path: Path) -> None:
    assert read_recipe(path).stages


def test_every_key_has_its_value() -> None:
    recipe = parsed(stage("a", steps=7), stage("b", "a"))
    assert [(each.name, each.start, each.steps) for each in recipe.stages] == [("a", "random", 7), ("b", "a", 10)]
    assert recipe.stages[0].betas == (0.9, 0.99)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("seed =", "sede ="), "no key of a recipe is called 'sede'; nearest: seed"),
        (("train =", "trian ="), r"no key of \[data\] is called 'trian'; nearest: train"),
        (("batch_size", "batchsize"), r"no key of \[stages\.0\] is called 'batchsize'; nearest: batch_size"),
        (("l1 =", "l11 ="), "no loss is called 'l11'; nearest: l1"),
    ],
)
def test_unknown_key_is_answered_with_the_nearest(change: tuple[str, str], message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        parsed(change=change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("seed = 3", ""), "seed: field required"),
        (("seed = 3", 'seed = "three"'), "seed: input should be a valid integer"),
        (('schedule = "cosine"', 'schedule = "sine"'), "schedule: input should be 'constant', 'cosine' or 'halving'"),
        (("steps = 10", "steps = 0"), "steps, batch_size and patch_size must be at least 1"),
        (('schedule = "cosine"', 'schedule = "halving"'), "halve_every goes with"),
        (("average = 0.9", "average = 1.0"), r"average must lie in \[0, 1\)"),
    ],
)
def test_value_that_makes_no_sense_is_refused(change: tuple[str, str], message: str) -> None:
    with pytest.raises(InvalidConfigError, match=message):
        parsed(change=change)


def test_stage_that_starts_from_a_missing_one_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match=r"'second' starts from 'frist'.*have: first, random"):
        parsed(stage("first"), stage("second", "frist"))


def test_stage_that_starts_from_a_later_one_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="'a' starts from 'b', which no earlier stage produces"):
        parsed(stage("a", "b"), stage("b"))


def test_two_stages_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidConfigError, match="two stages are called 'a'"):
        parsed(stage("a"), stage("a"))


def test_stage_may_start_from_a_shipped_network_or_a_file() -> None:
    recipe = parsed(stage("a", "rlfn_compact_x2"), stage("b", "weights/mine.safetensors"))
    assert [each.start for each in recipe.stages] == ["rlfn_compact_x2", "weights/mine.safetensors"]


def test_recipe_without_stages_is_refused() -> None:
    text = HEAD.format(checkpoint_every=5, train="t", validation="v") + "\n[other]\n"
    with pytest.raises((InvalidConfigError, UnknownNameError)):
        parse_recipe({**tomllib.loads(text.replace("[other]", "")), "stages": []}, "test.toml")


def test_text_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("seed = = 3", encoding="utf-8")
    with pytest.raises(InvalidConfigError, match="no valid TOML"):
        read_recipe(tmp_path / "bad.toml")


def test_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"absent\.toml"):
        read_recipe(tmp_path / "absent.toml")
