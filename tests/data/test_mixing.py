"""Pairs that are mixed, cut or recoloured stay pairs."""

import numpy as np
import pytest
from samples.pictures import noise, slopes

from superres.data.degradation.downsample import bicubic_reduction
from superres.data.mixing import Mixing, Pair, blurred, mixed
from superres.errors import InvalidConfigError


def pairs(count: int = 4, scale: int = 3) -> list[Pair]:
    """Each high-resolution image repeats the pixels of the low one, so that a pair that fits is seen at once."""
    low = [noise(3, 12, 12, seed=index) for index in range(count)]
    return [(each, each.repeat(scale, 1).repeat(scale, 2)) for each in low]


def done(mixing: Mixing, given: list[Pair] | None = None, seed: int = 0) -> list[Pair]:
    return mixed(given or pairs(), mixing, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", ["rgb", "mixup", "cutmix"])
def test_both_images_of_a_pair_are_changed_alike(kind: str) -> None:
    found = done(Mixing(**{kind: 1.0}))
    assert any(not np.array_equal(low, before) for (low, _), (before, _) in zip(found, pairs(), strict=True))
    for low, high in found:
        np.testing.assert_array_equal(high, low.repeat(3, 1).repeat(3, 2))


def test_what_is_never_done_changes_nothing() -> None:
    for (low, high), (before_low, before_high) in zip(done(Mixing()), pairs(), strict=True):
        np.testing.assert_array_equal(low, before_low)
        np.testing.assert_array_equal(high, before_high)


def test_given_pairs_stay_as_they_are() -> None:
    given = pairs()
    done(Mixing(rgb=1, mixup=1, cutmix=1, cutblur=1), given)
    for (low, high), (before_low, before_high) in zip(given, pairs(), strict=True):
        np.testing.assert_array_equal(low, before_low)
        np.testing.assert_array_equal(high, before_high)


def test_same_chance_gives_the_same_pairs() -> None:
    every = Mixing(rgb=0.5, mixup=0.5, cutmix=0.5, cutblur=0.5)
    first, second, other = (done(every, seed=seed) for seed in (1, 1, 2))
    assert all(np.array_equal(one[1], two[1]) for one, two in zip(first, second, strict=True))
    assert any(not np.array_equal(one[1], two[1]) for one, two in zip(first, other, strict=True))


def test_recolouring_permutes_the_planes() -> None:
    for (low, _), (before, _) in zip(done(Mixing(rgb=1)), pairs(), strict=True):
        assert sorted(plane.tobytes() for plane in low) == sorted(plane.tobytes() for plane in before)


def test_mixture_lies_between_its_two_pairs() -> None:
    given = pairs()
    for index, (low, _) in enumerate(done(Mixing(mixup=1), given)):
        ends = np.stack([given[index][0], given[(index + 1) % 4][0]])
        assert (ends.min(0) <= low).all()
        assert (low <= ends.max(0)).all()


def test_cut_region_is_a_rectangle_of_the_next_pair() -> None:
    given = pairs()
    for index, (low, _) in enumerate(done(Mixing(cutmix=1), given)):
        own, other = given[index][0], given[(index + 1) % 4][0]
        rows, columns = np.nonzero((low != own).any(axis=0))
        region = np.s_[:, rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        np.testing.assert_array_equal(low[region], other[region])
        assert all(3 <= side <= 9 for side in low[region].shape[1:])


def test_blurred_pair_is_one_of_bicubic_reduction_and_softer() -> None:
    high = noise(48, 48, 3)
    low = bicubic_reduction(high, 4)
    soft_low, soft_high = blurred((low.transpose(2, 0, 1), high.transpose(2, 0, 1)))
    reduced = bicubic_reduction(np.ascontiguousarray(soft_high.transpose(1, 2, 0)), 4)
    np.testing.assert_array_equal(soft_low, reduced.transpose(2, 0, 1))
    assert np.diff(soft_high.astype(int), axis=2).std() < 0.5 * np.diff(high.astype(int), axis=1).std()
    # The small image tells that it is softer: noise loses a sixth of its deviation at least.
    assert soft_low.std() < 0.84 * low.std()


def test_cutblur_blurs_a_part_and_leaves_the_rest() -> None:
    given = [(noise(3, 16, 16, seed=index), noise(3, 64, 64, seed=index + 9)) for index in range(20)]
    for (low, high), (before_low, before_high) in zip(done(Mixing(cutblur=1), given), given, strict=True):
        same_high = (high == before_high).all(axis=0).mean()
        same_low = (low == before_low).all(axis=0).mean()
        assert 0.05 < same_high < 0.95
        assert same_low == pytest.approx(same_high, abs=0.05)


def test_flat_pair_survives_everything() -> None:
    flat = np.full((3, 8, 8), 77, np.uint8), np.full((3, 16, 16), 77, np.uint8)
    for low, high in done(Mixing(rgb=1, mixup=1, cutmix=1, cutblur=1), [flat, flat]):
        assert set(low.flat) | set(high.flat) == {77}


def test_probability_is_how_often_it_happens() -> None:
    given = [(slopes(4, 4).transpose(2, 0, 1), slopes(8, 8).transpose(2, 0, 1))] * 600
    changed = sum(not np.array_equal(low, given[0][0]) for low, _ in done(Mixing(rgb=0.3), given))
    # One of the six orders changes nothing; three standard errors are 0.053.
    assert changed / 600 == pytest.approx(0.25, abs=0.053)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_value_that_is_no_probability_is_refused(value: float) -> None:
    with pytest.raises(InvalidConfigError, match=r"cutmix is a probability in \[0, 1\]"):
        Mixing(cutmix=value)
