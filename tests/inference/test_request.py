"""What was asked, and the passes that it takes."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from samples.backends import AnyScale, Repeater

from superres.errors import InvalidRequestError, UnknownNameError
from superres.inference import request
from superres.inference.request import Plan, Request, plan
from superres.models.manifest import find, of_tier


def scales(how: Plan) -> list[int]:
    return [backend.card().scale for backend in how.passes]


@pytest.mark.parametrize(
    ("scale", "passes"),
    [(1.5, [2]), (2, [2]), (2.5, [3]), (3, [3]), (4, [4]), (5, [4, 2]), (8, [4, 2]), (9, [4, 3]), (16, [4, 4])],
)
def test_smallest_networks_that_reach_the_scale_are_taken(scale: float, passes: list[int]) -> None:
    assert scales(plan(Request(scale=scale))) == passes


def test_scale_is_four_where_nothing_is_asked() -> None:
    assert plan(Request()).scale == 4


def test_tier_takes_the_networks_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = {4: replace(find("rlfn_compact_x4"), tier="tiny")}
    monkeypatch.setattr(request, "of_tier", lambda tier: tiny if tier == "tiny" else {})
    assert scales(plan(Request(scale=2.5, tier="tiny"))) == [4]
    with pytest.raises(UnknownNameError, match="no tier is called 'default'"):
        plan(Request())


def test_model_and_tier_together_are_refused() -> None:
    with pytest.raises(InvalidRequestError, match="the model mine and a tiny network were both asked for"):
        Request(model="mine", tier="tiny")


def test_model_brings_its_own_scale() -> None:
    how = plan(Request(model="rlfn_compact_x3"))
    assert (how.scale, scales(how)) == (3, [3])


def test_model_is_repeated_to_reach_a_scale() -> None:
    assert scales(plan(Request(model="rlfn_compact_x2", scale=6))) == [2, 2, 2]


@pytest.mark.parametrize(("scale", "factors"), [(1.3, (1.3,)), (4, (4,)), (4.5, (4, 1.125)), (16, (4, 4))])
def test_network_of_any_scale_takes_as_few_passes_as_its_highest_scale_allows(
    monkeypatch: pytest.MonkeyPatch, scale: float, factors: tuple[float, ...]
) -> None:
    asked: list[float] = []

    def opened(_model: str, _precision: str, factor: float | None = None, *_: object) -> AnyScale:
        asked.append(factor or 2)
        return AnyScale(factor or 2)

    monkeypatch.setattr(request, "open_model", opened)
    monkeypatch.setattr(request, "chosen_engine", lambda *_, is_small: "auto")
    how = plan(Request(model="any", scale=scale))
    assert (how.factors, how.reached) == (factors, scale)
    assert tuple(asked[1:]) == factors  # the first call reads the card


def test_network_of_any_scale_enlarges_by_its_own_where_none_is_asked() -> None:
    assert Plan(scale=2, passes=(AnyScale(2),), tile_size=512).factors == (2,)


def test_network_of_one_scale_enlarges_by_it_whatever_is_asked() -> None:
    how = Plan(scale=2.5, passes=(Repeater(scale=3),), tile_size=512)
    assert (how.factors, how.reached) == ((3,), 3)


def test_size_of_the_result_is_rounded_to_whole_pixels() -> None:
    how = plan(Request(scale=1.5))
    assert how.size(1, 3) == (2, 4)
    assert how.size(100, 101) == (150, 152)


def test_unknown_precision_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no precision is called 'flaot32'; nearest: float32"):
        Request(precision="flaot32")  # type: ignore[arg-type]


def test_tile_without_pixels_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="at least one"):
        Request(tile_size=0)


def test_plan_names_network_engine_and_precision() -> None:
    described = plan(Request(precision="float32", engine="openvino")).describe()
    assert described.startswith("rlfn_compact_x4 (OpenVINO 20")


def test_texture_blends_the_two_shipped_networks_of_a_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    textured = {4: replace(find("rlfn_compact_x4"), tier="texture")}
    true = of_tier("default")
    monkeypatch.setattr(request, "of_tier", lambda tier: textured if tier == "texture" else true)
    how = plan(Request(scale=2.5, texture=0.6))
    assert [backend.card().name for backend in how.passes] == ["rlfn_compact_x4_blend_60"]


def test_texture_of_photographs_blends_two_networks_that_clean() -> None:
    how = plan(Request(tier="photo", texture=0.4))
    assert how.models == ("rlfn_compact_photo_x4", "rlfn_compact_photo_gan_x4")
    assert [backend.card().name for backend in how.passes] == ["rlfn_compact_photo_x4_blend_40"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Request, "a texture of 1.5 was asked for; it lies between 0 and 1"),
        (partial(Request, model="mine"), "the model mine and a share of texture were both asked for"),
        (partial(Request, tier="tiny"), "a tiny network and a share of texture were both asked for"),
    ],
)
def test_texture_is_refused_where_it_makes_no_sense(asked: Callable[..., Request], said: str) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        asked(texture=1.5 if asked is Request else 0.5)
