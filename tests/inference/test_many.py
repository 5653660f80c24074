"""Plans for many images."""

import pytest

from superres.inference import many
from superres.inference.many import SMALL, planner
from superres.inference.request import Request
from superres.inference.sizing import Sizing


@pytest.fixture(autouse=True)
def three_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "lanes", lambda: 3)


def test_small_images_go_together_and_large_ones_alone() -> None:
    planned = planner(Request(model="bicubic_x2"))
    assert planned(320, 320).together == 3
    assert planned(320, 321).together == 1
    assert planned(1, SMALL).together == 3


def test_networks_are_opened_once() -> None:
    planned = planner(Request(scale=2))
    assert planned(10, 20) is planned(30, 7)
    assert planned(3000, 200) is planned(3000, 7000)


def test_sizes_of_results_are_obeyed() -> None:
    planned = planner(Request(), Sizing(width=100))
    for height, width in ((40, 50), (20, 25), (1000, 50)):
        plan = planned(height, width)
        assert plan.size(height, width)[1] == 100
    assert planned(30, 200).passes == ()


def test_there_is_a_lane_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert 1 <= many.lanes() <= 8
