"""Kernel ridge regression."""

import numpy as np
import pytest

from superres.metrics.learned import regression
from superres.metrics.learned.regression import LINEAR, fit, folds_of, kernel


def test_linear_kernel_is_ridge_regression(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regression, "WIDTHS", (LINEAR,))
    random = np.random.default_rng(0)
    features = random.normal(2, 3, size=(60, 4))
    scores = features @ [0.5, -0.2, 0.0, 0.1] + 0.3 * random.normal(size=60)
    model = fit(features, scores, [str(index) for index in range(60)])
    # The primal form, solved on its own: weights of standardised features with the same penalty.
    standard = (features - features.mean(axis=0)) / features.std(axis=0)
    weights = np.linalg.solve(
        standard.T @ standard + 4 * model.penalty * np.eye(4), standard.T @ (scores - scores.mean())
    )
    np.testing.assert_allclose(model(features), scores.mean() + standard @ weights, atol=1e-9)


def test_bent_relation_is_found_by_the_gaussian_kernel() -> None:
    random = np.random.default_rng(1)
    features = random.uniform(-2, 2, size=(120, 2))
    scores = np.abs(features[:, 0])
    model = fit(features[:90], scores[:90], [str(index) for index in range(90)])
    assert model.width > LINEAR
    assert np.abs(model(features[90:]) - scores[90:]).mean() < 0.1


def test_noise_teaches_next_to_nothing() -> None:
    random = np.random.default_rng(2)
    model = fit(random.normal(size=(80, 5)), random.normal(size=80), [str(index % 10) for index in range(80)])
    assert model(random.normal(size=(200, 5))).std() < 0.3


def test_far_beyond_what_was_seen_the_prediction_stands_still() -> None:
    features = np.linspace(0, 1, 20)[:, None]
    model = fit(features, 1 + 4 * features[:, 0], [str(index) for index in range(20)])
    assert model(np.array([[1.5]])) == pytest.approx(model(np.array([[99.0]])))
    assert model(np.array([[1.2]])).item() > model(np.array([[1.0]])).item()


def test_feature_that_never_varies_does_no_harm() -> None:
    features = np.stack([np.linspace(0, 1, 20), np.full(20, 0.1)], axis=1)
    model = fit(features, features[:, 0], ["a"] * 20)
    assert np.isfinite(model(features)).all()


def test_gaussian_kernel_is_one_at_no_distance() -> None:
    points = np.random.default_rng(3).normal(size=(5, 3))
    matrix = kernel(points, points, 1.0)
    np.testing.assert_allclose(matrix.diagonal(), 1)
    assert matrix[0, 1] == pytest.approx(np.exp(-((points[0] - points[1]) ** 2).mean() / 2))


def test_groups_stay_together_in_folds_of_equal_size() -> None:
    groups = [name for name in "abcdefg" for _ in range(3)]
    folds = folds_of(groups, 3, seed=1)
    by_group = {
        group: {fold for name, fold in zip(groups, folds.tolist(), strict=True) if name == group} for group in groups
    }
    assert all(len(found) == 1 for found in by_group.values())
    assert sorted(np.bincount(folds).tolist()) == [6, 6, 9]
    assert folds_of(groups, 3, seed=1).tolist() == folds.tolist() != folds_of(groups, 3, seed=2).tolist()
