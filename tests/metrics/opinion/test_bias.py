"""Bias and inconsistency of raters."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from superres.errors import InvalidRequestError
from superres.metrics.opinion.bias import subject_bias
from superres.metrics.opinion.ratings import Ratings

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "opinion.json").read_text("utf-8"))["bias"]


def table(matrix: Any) -> Ratings:
    matrix = np.array(matrix, dtype=float)
    stimuli, raters = (
        tuple(f"{kind}{index}" for index in range(n)) for kind, n in zip("sr", matrix.shape, strict=True)
    )
    return Ratings(stimuli=stimuli, raters=raters, matrix=matrix)


@pytest.mark.parametrize("study", [GOLDEN[0], GOLDEN[2]], ids=["every vote", "a fifth of the votes missing"])
def test_golden_values_agree_with_sureal(study: Any) -> None:
    found = subject_bias(table(study["scores"]))
    noise = np.array(study["inconsistency"])
    assert noise.min() > 0.2
    below, above = study["inconsistency_ci95"]
    assert found.steps == study["steps"]
    for mine, theirs in (
        (found.quality.value, study["quality"]),
        ((found.quality.upper - found.quality.value) / 1.959963984540054, study["quality_std"]),
        (found.bias.value, study["bias"]),
        ((found.bias.value - found.bias.lower) / 1.959963984540054, study["bias_std"]),
        (found.inconsistency.value, noise),
        (found.inconsistency.lower, noise - below),
        (found.inconsistency.upper, noise + above),
    ):
        np.testing.assert_allclose(mine, theirs, atol=1e-8)


def test_rater_whom_the_model_takes_for_the_truth_is_named() -> None:
    # With gaps and few votes the likelihood grows without bound; the package sureal then reports no noise at all.
    study = GOLDEN[1]
    assert min(study["inconsistency"]) < 1e-4
    with pytest.raises(InvalidRequestError, match="'r7' are a constant away"):
        subject_bias(table(study["scores"]))


def test_installed_sureal_gives_the_same_qualities() -> None:
    pytest.importorskip("sureal", reason="sureal is not installed; the golden values above stand in for it")
    from sureal.dataset_reader import RawDatasetReader  # pyright: ignore[reportMissingImports]
    from sureal.subjective_model import SubjectMLEModelProjectionSolver  # pyright: ignore[reportMissingImports]

    scores = np.array(GOLDEN[0]["scores"], dtype=float)
    shown = [{"content_id": 0, "asset_id": i, "path": str(i), "os": row.tolist()} for i, row in enumerate(scores)]
    study = SimpleNamespace(
        dataset_name="study", ref_videos=[{"content_id": 0, "path": "reference"}], dis_videos=shown, ref_score=5.0
    )
    theirs = SubjectMLEModelProjectionSolver(RawDatasetReader(study)).run_modeling()
    found = subject_bias(table(scores))
    np.testing.assert_allclose(found.quality.value, theirs["quality_scores"], atol=1e-6)
    np.testing.assert_allclose(found.inconsistency.value, theirs["observer_inconsistency"], atol=1e-6)


def test_known_raters_are_recovered() -> None:
    random = np.random.default_rng(1)
    quality, bias, noise = np.linspace(1, 5, 200), np.linspace(-0.5, 0.5, 12), np.linspace(0.4, 1.0, 12)
    found = subject_bias(table(quality[:, None] + bias + noise * random.normal(size=(200, 12))))
    np.testing.assert_allclose(found.bias.value, bias, atol=0.15)
    np.testing.assert_allclose(found.inconsistency.value, noise, rtol=0.25)
    inside = (found.quality.lower <= quality) & (quality <= found.quality.upper)
    assert 0.85 < inside.mean() <= 1


def test_biases_add_up_to_nothing() -> None:
    assert subject_bias(table(GOLDEN[0]["scores"])).bias.value.sum() == pytest.approx(0, abs=1e-12)


def test_a_constant_more_from_one_rater_moves_only_the_biases() -> None:
    scores = np.array(GOLDEN[0]["scores"], dtype=float)
    before = subject_bias(table(scores))
    scores[:, 2] += 0.9
    after = subject_bias(table(scores))
    np.testing.assert_allclose(after.quality.value, before.quality.value + 0.1, atol=1e-7)
    assert after.bias.value[2] - before.bias.value[2] == pytest.approx(0.8, abs=1e-7)
    np.testing.assert_allclose(after.inconsistency.value, before.inconsistency.value, atol=1e-7)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 2, 3]], "rater 'r0' has 1 votes; the bias of raters needs at least 2"),
        ([[1, 2], [3, np.nan]], "stimulus 's1' has 1 votes"),
        ([[1, 2, 2], [2, 3, 3], [3, 4, 4]], "a constant away"),
    ],
)
def test_study_too_thin_for_the_model_is_refused(matrix: Any, message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        subject_bias(table(matrix))
