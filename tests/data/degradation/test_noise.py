"""Noise has the variance that it states."""

import numpy as np
import pytest

from superres.data.degradation.noise import GaussianNoise, SensorNoise, ShotNoise
from superres.data.degradation.planes import Planes

SIZE = (300, 300)
# The variance of n samples has a relative standard error of √(2/n) = 0.5 % for 3 × 300 × 300 … 0.27 %; 3 % is safe.
CLOSE = 0.03


def flat(value: float) -> Planes:
    return np.full((3, *SIZE), value, np.float32)


def test_gaussian_noise_has_its_deviation_and_no_bias() -> None:
    noise = GaussianNoise(deviation=30, seed=1).apply(flat(128), SIZE) - 128
    assert noise.std() == pytest.approx(30, rel=CLOSE)
    assert noise.mean() == pytest.approx(0, abs=0.3)
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.02


def test_grey_noise_is_the_same_in_every_colour() -> None:
    for step in (GaussianNoise(deviation=9, is_grey=True, seed=1), SensorNoise(shot=1, read=1, is_grey=True, seed=1)):
        noise = step.apply(flat(90), SIZE) - 90
        np.testing.assert_array_equal(noise[0], noise[2])
    shot = ShotNoise(photons=500, is_grey=True, seed=1).apply(flat(90), SIZE) - 90
    np.testing.assert_allclose(shot[0], shot[2], atol=1e-3)


@pytest.mark.parametrize("value", [20, 200])
@pytest.mark.parametrize("is_grey", [False, True])
def test_shot_noise_varies_with_the_signal(value: float, *, is_grey: bool) -> None:
    # Poisson: the variance of a count is its mean, so that of the value is 255 · value / photons.
    noisy = ShotNoise(photons=1000, is_grey=is_grey, seed=2).apply(flat(value), SIZE)
    assert noisy.var() == pytest.approx(255 * value / 1000, rel=CLOSE)
    assert noisy.mean() == pytest.approx(value, abs=0.1)


def test_darkness_has_no_shot_noise() -> None:
    assert not ShotNoise(photons=10, seed=1).apply(flat(0), SIZE).any()


@pytest.mark.parametrize("value", [0, 50, 250])
def test_sensor_noise_has_a_part_of_the_signal_and_one_of_its_own(value: float) -> None:
    noise = SensorNoise(shot=0.2, read=1.5, seed=3).apply(flat(value), SIZE) - value
    assert noise.var() == pytest.approx(0.2 * value + 1.5**2, rel=CLOSE)


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: GaussianNoise(deviation=3, seed=seed),
        lambda seed: ShotNoise(photons=99, seed=seed),
        lambda seed: SensorNoise(shot=1, read=1, seed=seed),
    ],
)
def test_seed_alone_decides(make: object) -> None:
    first, same, other = (make(seed).apply(flat(60), SIZE) for seed in (5, 5, 6))  # type: ignore[operator]
    np.testing.assert_array_equal(first, same)
    assert (first != other).mean() > 0.5
    assert first.dtype == np.float32
