"""Opening what is judged."""

from pathlib import Path

import numpy as np
import pytest
from samples.pictures import slopes

from superres.errors import InvalidRequestError, MissingFileError, UnknownNameError
from superres.evaluation.subject import planned_subjects, subjects
from superres.evaluation.table_plan import Candidate, Dataset, TablePlan
from superres.image.resize import resize_integers
from superres.inference.upscaler import upscale


def plan(*models: Candidate, scales: tuple[float, ...] = ()) -> TablePlan:
    return TablePlan(datasets=(Dataset(folder="set"),), models=models, scales=scales)


def test_placeholder_stands_for_a_model_at_each_scale() -> None:
    found = planned_subjects(plan(Candidate(model="rlfn_compact_x{scale}"), scales=(2, 3, 4)), Path())
    assert [(each.name, each.model, each.scale) for each in found] == [
        ("rlfn_compact", f"rlfn_compact_x{scale}", scale) for scale in (2, 3, 4)
    ]


def test_placeholder_without_scales_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="the table has no scales"):
        planned_subjects(plan(Candidate(model="rlfn_compact_x{scale}")), Path())


def test_model_without_scales_is_judged_at_its_own() -> None:
    models = (Candidate(model="bicubic"), Candidate(model="rlfn_compact_x3"))
    assert [(each.name, each.scale) for each in planned_subjects(plan(*models), Path())] == [
        ("bicubic", 3),
        ("rlfn_compact_x3", 3),
    ]


def test_models_own_scales_go_before_the_tables() -> None:
    models = (Candidate(model="rlfn_compact_x4", scales=(2.7,)), Candidate(model="bicubic"))
    assert [(each.name, each.scale) for each in planned_subjects(plan(*models, scales=(2, 3)), Path())] == [
        ("bicubic", 2),
        ("rlfn_compact_x4", 2.7),
        ("bicubic", 3),
    ]


def test_model_of_another_scale_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="rlfn_compact_x4 enlarges ×4, but the scales asked for are 2, 3"):
        planned_subjects(plan(Candidate(model="rlfn_compact_x4"), scales=(2, 3)), Path())


def test_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"ours\.safetensors, which is neither in"):
        planned_subjects(plan(Candidate(model="ours.safetensors"), scales=(2,)), tmp_path)


def test_unknown_scale_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no scale is called '7'"):
        subjects((), (7,), "auto")


def test_package_itself_answers_at_any_scale_as_users_get_it() -> None:
    (subject,) = planned_subjects(plan(Candidate(model="superres"), scales=(2.7,)), Path())
    low = slopes(20, 30)
    np.testing.assert_array_equal(subject.restore(low), upscale(low, 2.7, precision="float32"))


def test_bicubic_is_matlabs() -> None:
    (subject,) = subjects(["bicubic"], (3,), "auto")
    low = slopes(20, 30)
    np.testing.assert_array_equal(subject.restore(low), resize_integers(low, scale=3))
    assert subject.engine() == "NumPy"


def test_identities_differ_by_weights_precision_and_scale() -> None:
    judged = [
        *subjects(["rlfn_compact_x2"], (), "float32"),
        *subjects(["rlfn_compact_x2"], (), "bfloat16"),
        *subjects(["rlfn_compact_x3"], (), "float32"),
        *subjects(["bicubic"], (2, 3), "float32"),
    ]
    identities = [tuple(each.identity()) for each in judged]
    assert len(set(identities)) == 5
    assert identities[0] == tuple(subjects(["rlfn_compact_x2"], (), "float32")[0].identity())


def test_ensemble_is_judged_as_users_get_it_and_counted_eight_times() -> None:
    models = (Candidate(model="rlfn_compact_x2"), Candidate(model="rlfn_compact_x2", ensemble="mean"))
    single, eight = planned_subjects(plan(*models), Path())
    low = slopes(20, 30)
    assert (single.name, eight.name) == ("rlfn_compact_x2", "rlfn_compact_x2+")
    assert (single.calls, eight.calls) == (1, 8)
    assert single.identity() != eight.identity()
    np.testing.assert_array_equal(eight.restore(low), upscale(low, 2, precision="float32", ensemble="mean"))
