"""Recipes are complete, strict, and answer mistakes with the nearest right word."""

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from samples.recipes import HEAD, RLFN, stage

from superres.errors import InvalidConfigError, MissingFileError, UnknownNameError
from superres.models.listing import weightless
from superres.models.manifest import shipped
from superres.training.recipe import Recipe, parse_recipe, read_recipe

RECIPES = sorted((Path(__file__).parents[2] / "recipes").glob("*.toml"))


@cache
def read(path: Path) -> Recipe:
    """A recipe of the project, read once for all promises."""
    return read_recipe(path)


def parsed(*stages: str, change: tuple[str, str] = ("", "")) -> Recipe:
    text = HEAD.format(checkpoint_every=5, train="train", validation="validation") + "".join(stages or (stage(),))
    return parse_recipe(tomllib.loads(text.replace(*change) if change[0] else text), "test.toml")


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_of_the_project_is_valid_and_its_network_can_be_built(path: Path) -> None:
    recipe = read(path)
    known, config = recipe.model.read()
    assert recipe.stages
    assert list(weightless(known.card(recipe.model.name, config)).parameters())


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_without_shipped_weights_says_so(path: Path) -> None:
    recipe = read(path)
    is_shipped = recipe.model.name in {entry.name for entry in shipped()}
    assert [is_shipped, "not run here" in recipe.about, "weights are not shipped" in recipe.about].count(True) == 1


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_trains_a_variant_of_the_catalogue_by_its_name(path: Path) -> None:
    recipe = read(path)
    known, config = recipe.model.read()
    # A known network with another aim has a name of its own: made to be taken for true, for photographs, or for pages.
    is_for_pages = "pages" in recipe.data.train
    has_own_name = recipe.stages[-1].adversarial or recipe.data.degradation != "bicubic" or is_for_pages
    names = known.variants if has_own_name else [recipe.model.name]
    # What learns with branches is published without them.
    plain = replace(config, form="merged") if known.name in ("ecbsr", "rlfn") else config
    assert plain in [known.variants[name] for name in names]


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
        (('"classical"', '"clasical"'), "no protocol is called 'clasical'; nearest: classical"),
        (('architecture = "rlfn"', 'architecture = "rlnf"'), "no architecture is called 'rlnf'; nearest: rlfn"),
        (
            ("warmup = 2", "warmup = 2\nrate_factors = { haed = 0.1 }"),
            "no layer of tiny_x2 is called 'haed'; nearest: head",
        ),
        (("attention_width =", "atention_width ="), "no setting of rlfn is called 'atention_width'"),
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
        (('schedule = "cosine"', 'schedule = "sine"'), "schedule: input should be 'constant', 'cosine', 'h"),
        (("steps = 10", "steps = 0"), "steps, batch_size and patch_size must be at least 1"),
        (('schedule = "cosine"', 'schedule = "halving"'), "halve_every goes with"),
        (("average = 0.9", "average = 1.0"), r"average must lie in \[0, 1\)"),
        (("betas = [0.9, 0.99]", "betas = [0.9, 1.0]"), r"betas must lie in \[0, 1\)"),
        (("warmup = 2", "warmup = 11"), "warmup must lie in 0 .. 10"),
        (("clip_norm = 1.0", "clip_norm = -1.0"), "clip_norm must not be negative"),
        (("learning_rate = 1e-3", "learning_rate = nan"), "learning_rate must be above 0, got nan"),
        (("learning_rate = 1e-3", "learning_rate = 1e-9"), "the final rate must not be the higher one"),
        (("loss = { l1 = 1.0 }", "loss = {}"), "loss needs at least one term"),
        (("loss = { l1 = 1.0 }", "loss = { l1 = 0.0 }"), "each of a weight above 0"),
        (("patch_size = 32", "patch_size = 33"), "patch_size must be a multiple of the scale 2"),
        (("patch_size = 32", "patch_size = 28"), "and at least 30, the smallest that the network takes"),
        (("every = 5", "every = 0"), "every must be at least 1 step"),
        (("checkpoint_every = 5", "checkpoint_every = 0"), "checkpoint_every must be at least 1 step"),
        (("threads = 1", "threads = -1"), "seed and threads must not be negative"),
        (('train = ["train"]', "train = []"), "train needs at least one folder"),
        (("blocks = 1", "blocks = 0"), "every size of an RLFN must be at least 1"),
        (
            ("scale = 2", "scale = 2\nchannels = 4"),
            "channels must be 3, or 1 for luma or for one colour at a time, got 4",
        ),
        (("warmup = 2", "warmup = 2\naccumulate = 0"), "accumulate must be at least 1 batch, got 0"),
        (("warmup = 2", "warmup = 2\nclip_step = -1.0"), "clip_step must not be negative"),
        (("warmup = 2", "warmup = 2\nweight_decay = -1.0"), "weight_decay must not be negative"),
        (("warmup = 2", "warmup = 2\nmomentum = 0.9"), 'momentum goes with "sgd" and "muon"; "adam" has betas'),
        (
            ("warmup = 2", "warmup = 2\nmilestones = [5]"),
            'milestones go with schedule = "milestones", and only with it',
        ),
        (
            ("warmup = 2", "warmup = 2\nmilestone_factor = 0.1"),
            'milestone_factor goes with schedule = "milestones" only',
        ),
        (("warmup = 2", "warmup = 2\nrate_factors = { head = 0.0 }"), "rate_factors must be above 0"),
        (('"cosine"', '"milestones"'), 'milestones go with schedule = "milestones"'),
        (('"cosine"', '"milestones"\nmilestones = [5, 5]'), "milestones must rise and lie between 0 and 10"),
        (('"cosine"', '"milestones"\nmilestones = [10]'), "milestones must rise and lie between 0 and 10"),
        (
            ('"cosine"', '"milestones"\nmilestones = [5]\nmilestone_factor = 1.0'),
            r"milestone_factor must lie in \(0, 1\)",
        ),
        (('"adam"', '"sgd"'), 'betas go with other optimizers than "sgd", which has a momentum alone'),
        (("betas = [0.9, 0.99]", ""), r'optimizer = "adam" needs its betas, such as \[0.9, 0.999\]'),
        (
            ('optimizer = "adam"\nbetas = [0.9, 0.99]', 'optimizer = "sgd"\nmomentum = 1.0'),
            r"momentum must lie in \[0, 1\)",
        ),
        (('name = "first"', 'name = "../first"'), "a name has letters, digits, - and _ only"),
        (('name = "first"', 'name = "random"'), "'random' stands for fresh weights"),
        (('name = "tiny_x2"', 'name = "runs/tiny"'), "a name has letters, digits, - and _ only"),
    ],
)
def test_value_that_makes_no_sense_is_refused(change: tuple[str, str], message: str) -> None:
    with pytest.raises(InvalidConfigError, match=message):
        parsed(change=change)


def test_what_a_stage_leaves_out_changes_nothing() -> None:
    plain = parsed().stages[0]
    assert (plain.accumulate, plain.weight_decay, plain.momentum, plain.clip_step) == (1, 0, 0, 0)
    assert not plain.rate_factors
    assert not plain.milestones


def test_stage_of_sgd_has_a_momentum_and_layers_with_rates_of_their_own() -> None:
    sgd = 'optimizer = "sgd"\nmomentum = 0.9\nrate_factors = { head = 0.1, "blocks.0" = 2.0 }'
    first = parsed(change=('optimizer = "adam"\nbetas = [0.9, 0.99]', sgd)).stages[0]
    assert (first.optimizer, first.momentum) == ("sgd", 0.9)
    assert first.rate_factors == {"head": 0.1, "blocks.0": 2.0}


def test_network_in_which_nothing_is_learned_is_refused() -> None:
    model = RLFN.replace("rlfn", "bicubic").replace("width = 4\nblocks = 1\nattention_width = 4\n", "")
    with pytest.raises(InvalidConfigError, match="nothing in bicubic is learned"):
        parsed(change=(RLFN, model))


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


def test_only_a_start_that_is_no_stage_lies_outside() -> None:
    recipe = parsed(stage("a"), stage("b", "a"), stage("c", "weights/mine.safetensors"))
    assert [recipe.starts_outside(each) for each in recipe.stages] == [False, False, True]


def test_recipe_without_stages_is_refused() -> None:
    text = HEAD.format(checkpoint_every=5, train="t", validation="v")
    with pytest.raises(InvalidConfigError, match=r"test\.toml: a recipe needs at least one \[\[stages\]\]"):
        parse_recipe({**tomllib.loads(text), "stages": []}, "test.toml")


def test_text_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("seed = = 3", encoding="utf-8")
    with pytest.raises(InvalidConfigError, match="no valid TOML"):
        read_recipe(tmp_path / "bad.toml")


def test_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"absent\.toml"):
        read_recipe(tmp_path / "absent.toml")


META = """
name = "tiny_meta"
architecture = "meta_edsr"

[model.config]
scale = 2
width = 8
blocks = 1
hidden = 8
"""


def test_degradation_is_one_of_the_presets() -> None:
    assert parsed().data.drawn is None
    drawn = parsed(change=('degradation = "bicubic"', 'degradation = "camera"')).data.drawn
    assert drawn is not None
    assert drawn.name == "camera"
    with pytest.raises(UnknownNameError, match="no degradation is called 'blur-donw'; nearest: blur-down"):
        parsed(change=('degradation = "bicubic"', 'degradation = "blur-donw"'))


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ("scales = [1.0, 2.0]", "a scale that is not whole"),
        ("augmentation = { cutblur = 0.5 }", "augmentation: cutblur"),
    ],
)
def test_what_is_made_by_bicubic_reduction_is_refused_with_another(setting: str, what: str) -> None:
    text = HEAD.format(checkpoint_every=5, train="train", validation="validation").replace(RLFN, META)
    text = text.replace('"bicubic"', '"camera"') + stage().replace("batch_size", f"{setting}\nbatch_size")
    with pytest.raises(InvalidConfigError, match=f"'first': {what} is made by bicubic reduction only"):
        parse_recipe(tomllib.loads(text), "test.toml")
