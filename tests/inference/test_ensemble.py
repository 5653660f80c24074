"""Eight flips and turns through one network, put together."""

import numpy as np
import pytest
from samples.backends import Altered, AnyScale
from samples.pictures import noise, slopes

from superres.errors import InvalidRequestError, UnknownNameError
from superres.image.geometry import ORIENTATIONS, orient, orient_back
from superres.image.picture import Picture
from superres.image.pixels import to_planes
from superres.inference.backends.backend import Backend
from superres.inference.backends.catalogue import open_model
from superres.inference.ensemble import Ensemble, EnsembleBackend
from superres.inference.request import Plan, Request, plan
from superres.inference.upscaler import upscale, upscale_picture


def leaning() -> Backend:
    """An engine that answers a flipped image otherwise: brighter to the right."""
    return Altered(lambda high: high + np.linspace(0, 0.5, high.shape[3], dtype=np.float32))


@pytest.mark.parametrize("kind", ["mean", "median"])
def test_answer_is_that_of_eight_single_calls(kind: Ensemble) -> None:
    network = open_model("rlfn_compact_x2", "float32")
    low = to_planes(noise(20, 27, 3))[None]
    single = [orient_back(network.upscale(np.ascontiguousarray(orient(low, each))), each) for each in ORIENTATIONS]
    expected = np.mean(single, axis=0) if kind == "mean" else np.median(single, axis=0)
    found = EnsembleBackend(network, kind, 2).upscale(low)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.abs(found - single[0]).max() > 1 / 255


@pytest.mark.parametrize("kind", ["mean", "median"])
def test_network_that_treats_all_directions_alike_gains_nothing(kind: Ensemble) -> None:
    bicubic = open_model("bicubic_x3")
    low = to_planes(noise(13, 17, 3))[None]
    np.testing.assert_allclose(EnsembleBackend(bicubic, kind, 3).upscale(low), bicubic.upscale(low), atol=1e-6)


def test_what_leans_one_way_is_upright_again() -> None:
    low = np.full((1, 3, 5, 6), 0.25, np.float32)
    # Left and right flipped, and rows for columns: every pixel has each end's share as often as the other's.
    found = EnsembleBackend(leaning(), "mean", 2).upscale(low)
    np.testing.assert_allclose(found, 0.5, atol=1e-6)


def test_mean_and_median_differ_where_one_answer_stands_out() -> None:
    def struck(high: np.ndarray) -> np.ndarray:
        high = high.copy()
        high[:, :, 0, 0] = 1
        return high

    low = np.zeros((1, 3, 4, 4), np.float32)
    mean, median = (EnsembleBackend(Altered(struck), kind, 2).upscale(low) for kind in ("mean", "median"))
    # Each corner is the first pixel of two of the eight.
    assert mean[0, 0, 0, 0] == pytest.approx(0.25)
    assert median[0, 0, 0, 0] == 0


@pytest.mark.parametrize("shape", [(96, 131), (131, 97)])
def test_tiles_of_an_ensemble_agree_with_the_whole(shape: tuple[int, int]) -> None:
    network = EnsembleBackend(open_model("rlfn_compact_x2", "float32"), "mean", 2)
    picture = Picture(pixels=noise(*shape, 3))
    whole, tiled = (
        upscale_picture(picture, Plan(scale=2, passes=(network,), tile_size=size)).pixels.astype(int)
        for size in (512, 120)
    )
    assert np.abs(whole - tiled).max() <= 1


@pytest.mark.parametrize("scale", [1.5, 2.7, 10 / 3])
def test_pixels_of_a_network_of_any_scale_stay_in_their_place(scale: float) -> None:
    low = to_planes(slopes(23, 31))[None]
    whole = AnyScale(scale).upscale(low)
    found = EnsembleBackend(AnyScale(scale), "mean", scale).upscale(low)
    assert found.shape == whole.shape
    # A pixel is read at its upper left corner or, flipped, at its lower right one: one input pixel apart at most.
    step = np.abs(np.diff(low, axis=2)).max() + np.abs(np.diff(low, axis=3)).max()
    assert np.abs(found - whole).max() <= step


def test_scale_at_which_flipped_pixels_have_other_places_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="up to three decimals"):
        EnsembleBackend(AnyScale(2.718281828), "mean", 2.718281828)


def test_request_asks_every_network_eight_times() -> None:
    single, eight = plan(Request(scale=8)), plan(Request(scale=8, ensemble="median"))
    assert [each.card() for each in eight.passes] == [each.card() for each in single.passes]
    assert eight.factors == single.factors
    assert eight.describe() == single.describe().replace(")", ", median of eight orientations)")


def test_array_is_enlarged_by_an_ensemble() -> None:
    pixels = slopes(20, 24)
    assert not np.array_equal(upscale(pixels, 2), upscale(pixels, 2, ensemble="mean"))


def test_unknown_ensemble_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no ensemble is called 'medain'; nearest: median"):
        Request(ensemble="medain")  # type: ignore[arg-type]
