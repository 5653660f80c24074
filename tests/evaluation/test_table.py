"""Tables of figures."""

import json
from math import inf
from statistics import fmean

import pytest
from samples.tables import NETWORK, full_table, published, row, table

from superres.evaluation.significance import Interval
from superres.models.writing import json_text

GOOD, FAIR, POOR = [34.0, 33.5, 35.0], [33.0, 33.0, 33.0], [30.0, 31.0, 30.5]


def test_mean_is_over_the_images() -> None:
    found = row("ours", {"psnr": [30.0, 31.0, 35.0], "ssim": [0.5, 0.5, 0.8]})
    assert (found.mean("psnr"), found.mean("ssim")) == (32.0, pytest.approx(0.6))
    assert found.values("ssim") == [0.5, 0.5, 0.8]


def test_interval_surrounds_the_mean() -> None:
    found = row("ours", {"psnr": [30.0, 31.0, 35.0]}).interval("psnr")
    assert found is not None
    assert 30 <= found.lower < 32 < found.upper <= 35


def test_rows_of_one_set_and_scale_form_a_group() -> None:
    rows = [
        row(model, {"psnr": POOR}, dataset=dataset, scale=scale)
        for model, dataset, scale in (("a", "x", 2.0), ("a", "x", 4.0), ("a", "y", 4.0), ("b", "x", 4.0))
    ]
    found = table(*rows)
    assert found.groups() == [[rows[0]], [rows[1], rows[3]], [rows[2]]]
    assert found.datasets == ("x", "y")


def test_mean_over_scales_is_the_mean_of_means() -> None:
    found = table(
        row("ours", {"psnr": [38.0, 36.0]}, scale=2.0),
        row("ours", {"psnr": [32.0]}, scale=3.0),
        row("ours", {"psnr": [30.0, 31.0, 32.0]}, scale=4.0),
        row("single", {"psnr": [30.0, 31.0, 32.0]}, scale=4.0),
    )
    (only,) = found.scale_means()
    assert (only.dataset, only.model, only.scales) == ("Set", "ours", (2.0, 3.0, 4.0))
    assert only.means == {"psnr": pytest.approx((37 + 32 + 31) / 3)}


def test_every_two_models_of_a_set_and_scale_are_compared_in_every_metric() -> None:
    values = {"psnr": POOR, "ssim": [0.8, 0.8, 0.9]}
    rows = [row(model, values, scale=scale) for scale in (2.0, 4.0) for model in "abcd"]
    found = table(*rows, row("a", values, dataset="Other")).comparisons()
    assert len(found) == 2 * 2 * (4 * 3 // 2)
    assert {pair.dataset for pair in found} == {"Set"}
    named = {(pair.scale, pair.metric, pair.first, pair.second) for pair in found}
    assert len(named) == len(found)
    assert (4.0, "ssim", "a", "d") in named


def test_difference_is_the_first_less_the_second() -> None:
    (pair,) = table(row("good", {"psnr": GOOD}), row("poor", {"psnr": POOR})).comparisons()
    assert (pair.first, pair.second) == ("good", "poor")
    assert pair.difference.mean == pytest.approx(fmean(GOOD) - fmean(POOR))
    assert pair.difference.probability == 0.25  # 2 of 2³ patterns of signs


def test_correction_counts_the_pairs_of_the_same_metric_and_scale() -> None:
    rows = [row(name, {"psnr": values}) for name, values in (("good", GOOD), ("fair", FAIR), ("poor", POOR))]
    found = table(*rows, row("good", {"psnr": GOOD}, scale=2.0), row("poor", {"psnr": POOR}, scale=2.0)).comparisons()
    raw = [pair.difference.probability for pair in found]
    assert raw == [0.25, 0.25, 0.25, 0.25]
    assert [pair.corrected for pair in found] == [0.75, 0.75, 0.75, 0.25]


@pytest.mark.parametrize(
    ("expected", "tolerance", "is_within"),
    [
        (30.0, 0.01, True),  # found 30.01; as floats they are a little more than 0.01 apart
        (30.02, 0.01, True),
        (29.999, 0.01, False),
        (30.021, 0.01, False),
        (30.01, 0.0, True),
    ],
)
def test_figure_exactly_a_tolerance_away_counts_as_within(expected: float, tolerance: float, is_within: bool) -> None:
    values = row("ours", {"psnr": [30.01]})
    (found,) = table(values, published=[published({"psnr": expected})], tolerances={"psnr": tolerance}).deviations()
    assert found.difference == pytest.approx(30.01 - expected)
    assert found.is_within == is_within


def test_any_figure_is_within_where_nothing_is_asked() -> None:
    (found,) = table(row("ours", {"psnr": [30.0]}), published=[published({"psnr": 99.0})]).deviations()
    assert found.tolerance is None
    assert found.is_within


def test_published_figures_stand_beside_the_row_of_their_scale() -> None:
    rows = [row("ours", {"psnr": [value]}, scale=scale) for scale, value in ((2.0, 38.0), (4.0, 32.0))]
    given = [published({"psnr": 37.9}, scale=2.0), published({"psnr": 32.1}), published({"psnr": 34.0}, scale=3.0)]
    found = table(*rows, published=given).deviations()
    assert [(each.expected, each.found) for each in found] == [(37.9, 38.0), (32.1, 32.0)]


def test_caption_names_protocol_sets_and_every_border() -> None:
    rows = [row("ours", {"psnr": POOR}, scale=scale) for scale in (2.0, 2.7)]
    caption = table(*rows, row("ours", {"psnr": [30.0]}, dataset="One")).caption()
    assert "classical: Y of BT.601" in caption
    assert "rounded to 8 bit" in caption
    assert "border 2, 3, 4," in caption
    assert caption.startswith("Set, 3 images; One, 1 image; mean of the images.")


def test_document_holds_everything() -> None:
    found = full_table()
    document = json.loads(json_text(found.to_dict()))
    assert (document["name"], document["about"], document["protocol"]) == ("small", "Two models.", "classical")
    assert document["warnings"] == ["image0 is odd"]
    assert document["environment"] == {"machine": "a desk"}
    assert document["metrics"]["psnr"]["unit"] == "dB"
    assert document["metrics"]["ssim"]["higher_is_better"] is True
    assert [(each["model"], each["scale"]) for each in document["rows"]] == [
        ("bicubic", 2.0),
        ("ours", 2.0),
        ("bicubic", 4.0),
        ("ours", 4.0),
    ]
    assert [each["psnr"] for each in document["rows"]] == [33.0, 35.0, 30.0, 32.0]
    assert document["rows"][3]["images"]["image4"]["psnr"] == 35.0
    assert document["rows"][0]["expense"] is None
    assert document["rows"][1]["expense"] == {
        "parameters": NETWORK.parameters,
        "macs_1280x720": NETWORK.macs,
        "latency_ms": 41.6,
        "latency_interval_ms": [40.0, 43.0],
    }
    assert [each["psnr"] for each in document["means_over_scales"]] == [31.5, 33.5]
    assert [(each["metric"], each["difference"]) for each in document["comparisons"]] == [
        ("psnr", -2.0),
        ("ssim", pytest.approx(-0.1)),
    ] * 2
    assert [(each["metric"], each["within"]) for each in document["published"]] == [("psnr", True), ("ssim", False)]


def test_document_gives_every_image_in_full_precision() -> None:
    values = [0.1 + 0.2, 1 / 3, 30.123456789012345]
    document = json.loads(json_text(table(row("ours", {"psnr": values})).to_dict()))
    assert [each["psnr"] for each in document["rows"][0]["images"].values()] == values


def test_perfect_copy_is_serialisable() -> None:
    found = table(row("perfect", {"psnr": [inf, inf, 30.0]}), row("ours", {"psnr": POOR}))
    document = json.loads(json_text(found.to_dict()))
    perfect = document["rows"][0]
    assert float(perfect["psnr"]) == inf
    assert perfect["intervals"] == {"psnr": None}
    assert float(document["comparisons"][0]["difference"]) == inf


def test_intervals_of_the_document_are_those_of_the_rows() -> None:
    found = full_table()
    interval = found.rows[0].interval("psnr")
    assert isinstance(interval, Interval)
    assert found.to_dict()["rows"][0]["intervals"]["psnr"] == [interval.lower, interval.upper]
