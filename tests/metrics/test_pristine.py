"""The model of undistorted photographs."""

from pathlib import Path

import numpy as np
import pytest
import torch
from samples.distortions import lighthouse, planes, smeared
from torch import Tensor

from superres.errors import InvalidImageError, InvalidWeightsError
from superres.metrics.natural_statistics import patch_statistics
from superres.metrics.niqe import MODEL
from superres.metrics.pristine import fitted, fitted_to_photographs, read_model, write_model

FEATURES = torch.randn(40, 36, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_mean_and_covariance_are_those_of_numpy() -> None:
    model = fitted(FEATURES, "a test")
    np.testing.assert_allclose(model.mean.numpy(), FEATURES.numpy().mean(axis=0), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(model.covariance.numpy(), np.cov(FEATURES.numpy(), rowvar=False), rtol=1e-12, atol=1e-12)
    assert model.patches == 40


def test_missing_features_are_left_out_of_the_mean_and_their_patches_out_of_the_covariance() -> None:
    features = FEATURES.clone()
    features[3, 5] = torch.nan
    model = fitted(features, "a test")
    complete = np.delete(FEATURES.numpy(), 3, axis=0)
    np.testing.assert_allclose(model.covariance.numpy(), np.cov(complete, rowvar=False), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(model.mean.numpy(), np.nanmean(features.numpy(), axis=0), rtol=1e-12, atol=1e-12)
    assert model.patches == 39


def test_fewer_than_two_patches_are_no_model() -> None:
    with pytest.raises(InvalidImageError, match="a test needs two patches with some texture, of which the image has 1"):
        fitted(FEATURES[:1], "a test")


def test_no_photographs_are_no_model() -> None:
    with pytest.raises(InvalidImageError, match="needs two patches"):
        fitted_to_photographs([])


def test_only_sharp_patches_of_each_photograph_count() -> None:
    sharp = lighthouse()[300:492, 100:292]
    blurred = sharp
    for _ in range(8):
        blurred = smeared(blurred)
    half = np.concatenate([sharp, blurred], axis=1)
    features, sharpness = patch_statistics(planes(half), "a test")
    chosen = features[0][sharpness[0] > 0.75 * sharpness.max()]
    model = fitted_to_photographs([planes(half)])
    assert model.patches == len(chosen) <= 4
    torch.testing.assert_close(model.mean, chosen.mean(dim=0))


def test_written_model_is_read_back_to_the_last_bit(tmp_path: Path) -> None:
    model = fitted(FEATURES, "a test")
    write_model(tmp_path / "model.json", model, {"what": "random numbers"})
    back = read_model(tmp_path / "model.json")
    assert torch.equal(back.mean, model.mean)
    assert torch.equal(back.covariance, model.covariance)
    assert back.patches == model.patches


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no json", "holds no model of undistorted photographs"),
        ('{"mean": [1], "patches": 2}', "holds no model of undistorted photographs: 'covariance'"),
        ('{"mean": [1], "covariance": [[1]], "patches": 2}', r"36 means and 36×36 covariances.*\(1,\) and \(1, 1\)"),
    ],
)
def test_a_file_that_holds_no_model_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "model.json").write_text(content)
    with pytest.raises(InvalidWeightsError, match=message):
        read_model(tmp_path / "model.json")


@pytest.fixture(scope="module")
def shipped() -> Tensor:
    return read_model(MODEL).covariance


def test_shipped_covariance_is_symmetric_and_positive(shipped: Tensor) -> None:
    assert torch.equal(shipped, shipped.T)
    assert torch.linalg.eigvalsh(shipped).min().item() > 0
