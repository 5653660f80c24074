"""Quality against cost."""

import re
from collections.abc import Sequence
from itertools import pairwise
from math import inf
from xml.etree import ElementTree as ET

import pytest

from superres.evaluation.plot import COLOURS, INK, Point, scatter

POINTS = [
    Point("bicubic", 0, 28.4, None),
    Point("small", 1, 32.1, 19.7),
    Point("large", 2, 32.5, 919.0),
    Point("RLFN-S ×4 (a & b <c>)", 3, 32.2, 29.8),
]


def drawn(points: Sequence[Point] = POINTS) -> str:
    return scatter(points, quality="PSNR [dB] ↑", cost="MACs <at> 720p [G]")


def texts(svg: str) -> list[str]:
    return ["".join(each.itertext()) for each in ET.fromstring(svg).iter() if each.tag.endswith("}text")]


def test_drawing_is_one_svg_element() -> None:
    assert ET.fromstring(drawn()).tag == "{http://www.w3.org/2000/svg}svg"


def test_names_and_labels_are_texts_whatever_signs_they_hold() -> None:
    found = texts(drawn())
    assert {point.name for point in POINTS} <= set(found)
    assert {"PSNR [dB] ↑", "MACs <at> 720p [G]"} <= set(found)


def test_names_of_many_models_take_nothing_from_the_plot() -> None:
    def height_of_axes(svg: str) -> float:
        patch = next(each for each in ET.fromstring(svg).iter() if each.get("id") == "patch_2")
        rows = [float(number) for number in re.findall(r"[ML] [\d.]+ ([\d.]+)", patch[0].get("d", ""))]
        return max(rows) - min(rows)

    many = [Point(f"model {number}", number, 30 + number / 10, 10.0 * number) for number in range(1, 20)]
    assert height_of_axes(drawn(many)) > 0.9 * height_of_axes(drawn(many[:4])) > 100


def test_signs_of_markup_are_escaped() -> None:
    assert "(a &amp; b &lt;c" in drawn()
    assert "<c>" not in drawn()


def test_text_and_axes_have_the_colour_of_the_page() -> None:
    svg = drawn()
    assert "currentColor" in svg
    assert INK not in svg


def test_nothing_but_the_models_is_in_colour() -> None:
    colours = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", drawn()))
    assert colours == set(COLOURS[:4])


def test_background_is_that_of_the_page() -> None:
    root = ET.fromstring(drawn())
    patch = next(each for each in root.iter() if each.get("id") == "patch_1")
    style = patch[0].get("style", "")
    assert "fill: none" in style or re.search(r"opacity: 0(;|$)", style)


def test_model_keeps_its_colour_from_plot_to_plot() -> None:
    alone = drawn([POINTS[2]])
    assert COLOURS[2] in alone
    assert COLOURS[0] not in alone


def test_more_models_than_colours_are_drawn_all_the_same() -> None:
    points = [Point(f"model {index}", index, 30 + index, 10.0 * (index + 1)) for index in range(len(COLOURS) + 2)]
    assert {point.name for point in points} <= set(texts(drawn(points)))


def test_same_points_give_the_same_drawing() -> None:
    assert drawn() == drawn()


def test_drawing_loads_nothing_and_runs_nothing() -> None:
    svg = drawn()
    addresses = re.findall(r"href=\"([^\"]*)\"", svg)
    assert all(address.startswith("#") for address in addresses)
    assert "<script" not in svg
    assert "<image" not in svg


def ticks(svg: str, axis: str) -> list[str]:
    group = next(each for each in ET.fromstring(svg).iter() if each.get("id") == axis)
    return ["".join(each.itertext()) for each in group.iter() if each.tag.endswith("}text")][:-1]


def test_costs_far_apart_are_drawn_by_ratio() -> None:
    found = [float(text) for text in ticks(drawn(), "matplotlib.axis_1")]
    ratios = {round(after / before, 3) for before, after in pairwise(found)}
    assert ratios == {2.0, 2.5}


def test_costs_near_each_other_are_drawn_evenly() -> None:
    found = [float(text) for text in ticks(drawn([POINTS[1], POINTS[3]]), "matplotlib.axis_1")]
    steps = {round(after - before, 6) for before, after in pairwise(found)}
    assert len(found) > 2
    assert len(steps) == 1


@pytest.mark.parametrize(
    "points",
    [
        [Point("perfect", 0, inf, 1.0), Point("ours", 1, 30.0, None)],
        [Point("perfect", 0, inf, None), Point("ours", 1, 30.0, 2.0)],
        [Point("alone", 0, 30.0, None)],
    ],
)
def test_what_has_no_place_in_the_drawing_is_named_all_the_same(points: list[Point]) -> None:
    assert {point.name for point in points} <= set(texts(drawn(points)))
