"""What recipes say of augmentation, pruning and the like."""

import tomllib

import pytest
from samples.recipes import HEAD, stage

from superres.data.mixing import Mixing
from superres.errors import InvalidConfigError, UnknownNameError
from superres.training.recipe import Recipe, parse_recipe
from superres.training.stage import Stage


def parsed(*stages: str, change: tuple[str, str] = ("", "")) -> Recipe:
    text = HEAD.format(checkpoint_every=5, train="train", validation="validation") + "".join(stages or (stage(),))
    return parse_recipe(tomllib.loads(text.replace(*change) if change[0] else text), "test.toml")


def first(more: str) -> Stage:
    """The first stage, with more keys."""
    return parsed(stage() + more).stages[0]


def test_stage_says_how_likely_pairs_are_mixed() -> None:
    assert first("augmentation = { cutblur = 0.5, rgb = 1.0 }").augmentation == Mixing(cutblur=0.5, rgb=1.0)


def test_pairs_are_not_mixed_where_nothing_is_said() -> None:
    assert first("").augmentation is None


def test_unknown_augmentation_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"no key of .* is called 'cutblurr'; nearest: cutblur"):
        first("augmentation = { cutblurr = 0.5 }")


def test_augmentation_that_is_no_probability_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match=r"mixup is a probability in \[0, 1\], got 2"):
        first("augmentation = { mixup = 2.0 }")


def test_rectangles_are_not_cut_at_any_scale() -> None:
    with pytest.raises(InvalidConfigError, match="cutmix and cutblur cut whole pixels"):
        first("scales = [1.0, 2.0]\naugmentation = { cutmix = 0.5 }")


def test_stage_may_have_another_scale_and_patches_that_fit_it() -> None:
    first, second = parsed(stage("a") + "config = { scale = 1 }\n", stage("b", "a")).stages
    assert (first.config, second.config) == ({"scale": 1}, {})
    with pytest.raises(InvalidConfigError, match="'a': patch_size must be a multiple of the scale 3"):
        parsed(stage("a") + "config = { scale = 3 }\n", stage("b", "a"))


def test_stage_that_goes_on_with_another_width_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="'b' starts from 'a', whose network differs in more than its scale"):
        parsed(stage("a") + "config = { width = 8 }\n", stage("b", "a"))


def test_stage_may_grow_but_neither_shrink_nor_change_its_scale() -> None:
    grown = stage("b", "a") + "grows = true\n"
    assert parsed(stage("a") + "config = { width = 2 }\n", grown).stages[1].grows
    for other in ("width = 8", "scale = 1"):
        with pytest.raises(InvalidConfigError, match=r"'b': .* cannot grow into"):
            parsed(stage("a") + f"config = {{ {other} }}\n", grown)


def test_what_grows_needs_a_start() -> None:
    with pytest.raises(InvalidConfigError, match="needs a start to grow from"):
        first("grows = true")


def test_last_stage_makes_the_model() -> None:
    with pytest.raises(InvalidConfigError, match=r"the last stage, 'a', makes .* but the model is to be"):
        parsed(stage("a") + "config = { scale = 1 }\n")


def test_unknown_setting_of_a_stage_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no setting of rlfn is called 'sacle'; nearest: scale"):
        parsed(stage("a") + "config = { sacle = 3 }\n", stage("b", "a"))


def test_pruned_stage_makes_the_model() -> None:
    soft = stage() + "config = { block_width = 6 }\npruning = { block_width = 5, every = 2 }\n"
    recipe = parsed(soft, change=("blocks = 1", "blocks = 1\nblock_width = 5"))
    assert recipe.trained(recipe.stages[0]).read()[1].inner_width == 6
    assert recipe.made(recipe.stages[0]).inner_width == 5
    with pytest.raises(InvalidConfigError, match="block_width is to become 5, but is 4 already"):
        first("pruning = { block_width = 5, every = 2 }")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('members = ["rlfn_compact_x2"]', "members are those of the architecture fusion"),
        ('frozen = ["head", "blocks", "tail", "upsample"]', "all layers are frozen"),
    ],
)
def test_members_and_frozen_layers_that_make_no_sense_are_refused(more: str, message: str) -> None:
    with pytest.raises(InvalidConfigError, match=message):
        first(more)


def test_unknown_frozen_layer_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no layer of tiny_x2 is called 'haed'; nearest: head"):
        first('frozen = ["haed"]')


RESAMPLING = "[stages.resampling]\nwidth = 8\nblocks = 1\nreach = 3\ndistance = 0.1\nsmoothness = 0.1\n"
CLASSIFICATION = "[stages.classification]\nweight = 0.1\n"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (RESAMPLING + CLASSIFICATION, "go without each other"),
        ("rate_factors = { head = 0.5 }\n" + RESAMPLING, "go without scales, sampled_pixels and rate_factors"),
        ("augmentation = { mixup = 0.5 }\n" + CLASSIFICATION, "which mix the kinds of images"),
        (CLASSIFICATION, "the folders need labels"),
    ],
)
def test_companions_that_do_not_go_together_are_refused(more: str, message: str) -> None:
    with pytest.raises(InvalidConfigError, match=message):
        first(more)


def test_reduction_is_learned_in_all_stages_or_in_none() -> None:
    assert first(RESAMPLING).resampling is not None
    with pytest.raises(InvalidConfigError, match="either all stages learn the reduction"):
        parsed(stage("a") + RESAMPLING, stage("b", "a"))


def test_folders_have_labels() -> None:
    labels = '[data.labels]\ntrain = "photo"\nother = "drawing"\n\n[validation]'
    text = HEAD.format(checkpoint_every=5, train="train", validation="validation") + stage() + CLASSIFICATION
    text = text.replace("[validation]", labels).replace('train = ["train"]', 'train = ["train", "other"]')
    recipe = parse_recipe(tomllib.loads(text), "test.toml")
    assert recipe.data.labels == {"train": "photo", "other": "drawing"}
