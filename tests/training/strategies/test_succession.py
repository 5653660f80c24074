"""Networks of stages that follow each other."""

from dataclasses import replace

import pytest

from superres.errors import InvalidConfigError
from superres.models.rlfn import RLFNConfig
from superres.training.strategies.succession import Link, check_succession

DOUBLE, FOURFOLD = RLFNConfig(scale=2, width=8), RLFNConfig(scale=4, width=8)
WIDER = RLFNConfig(scale=4, width=12)


def test_scale_may_change_from_stage_to_stage() -> None:
    check_succession([Link("a", "random", DOUBLE, DOUBLE), Link("b", "a", FOURFOLD, FOURFOLD)], FOURFOLD)


def test_pruned_stage_goes_on_with_what_it_leaves() -> None:
    check_succession([Link("a", "random", WIDER, FOURFOLD), Link("b", "a", FOURFOLD, FOURFOLD)], FOURFOLD)
    with pytest.raises(InvalidConfigError, match="'b' starts from 'a', whose network differs in more than its scale"):
        check_succession([Link("a", "random", WIDER, FOURFOLD), Link("b", "a", WIDER, FOURFOLD)], FOURFOLD)


def test_branches_may_be_merged_from_stage_to_stage_and_do_not_come_back() -> None:
    branched = replace(FOURFOLD, form="branched")
    check_succession([Link("a", "random", branched, branched), Link("b", "a", FOURFOLD, FOURFOLD)], FOURFOLD)
    with pytest.raises(InvalidConfigError, match="'b' starts from 'a'"):
        check_succession([Link("a", "random", FOURFOLD, FOURFOLD), Link("b", "a", branched, branched)], branched)


def test_stages_that_do_not_follow_each_other_may_differ() -> None:
    check_succession([Link("a", "random", WIDER, WIDER), Link("b", "random", FOURFOLD, FOURFOLD)], FOURFOLD)


def test_last_stage_makes_what_is_wanted() -> None:
    with pytest.raises(InvalidConfigError, match="the last stage, 'a', makes"):
        check_succession([Link("a", "random", DOUBLE, DOUBLE)], FOURFOLD)


def test_channels_stay() -> None:
    grey = RLFNConfig(scale=4, width=8, channels=1)
    with pytest.raises(InvalidConfigError, match="'a': all stages have the same channels"):
        check_succession([Link("a", "random", grey, grey), Link("b", "random", FOURFOLD, FOURFOLD)], FOURFOLD)
