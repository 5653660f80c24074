"""A camera's steps: everything once in its order, or twice and shuffled."""

from collections import Counter
from itertools import pairwise

import numpy as np

from superres.data.degradation.blur import Blur
from superres.data.degradation.camera import camera_steps
from superres.data.degradation.downsample import Resize
from superres.data.degradation.pipeline import AnyStep

DRAWN = [camera_steps(4, np.random.default_rng(number)) for number in range(600)]


def kinds(steps: tuple[AnyStep, ...]) -> list[str]:
    return [step.kind for step in steps if not isinstance(step, Resize)]


def test_most_images_go_through_lens_sensor_and_jpeg_once() -> None:
    once = [steps for steps in DRAWN if kinds(steps) == ["blur", "sensor-noise", "jpeg"]]
    assert 0.8 < len(once) / len(DRAWN) < 0.9  # 0.85, give or take 0.03 of two standard errors
    assert {steps[1].kind for steps in once} == {"resize"}


def test_others_go_through_it_twice_in_shuffled_order() -> None:
    twice = [steps for steps in DRAWN if kinds(steps).count("jpeg") == 2]
    assert len(twice) > 50
    firsts = Counter(steps[0].kind for steps in twice)
    assert set(firsts) == {"blur", "resize", "sensor-noise"}
    assert any("ringing" in kinds(steps) for steps in twice)
    assert all(kinds(steps).count("blur") == kinds(steps).count("sensor-noise") == 2 for steps in twice)


def test_resizes_are_of_all_kinds_go_up_and_down_and_end_at_the_scale() -> None:
    resizes = [[step for step in steps if isinstance(step, Resize)] for steps in DRAWN]
    assert all(found[-1].scale == 4 for found in resizes)
    assert {each.kernel for found in resizes for each in found} == {"area", "bilinear", "bicubic", "lanczos3"}
    assert any(later.scale < earlier.scale for found in resizes for earlier, later in pairwise(found))


def test_blur_is_at_most_half_a_low_resolution_pixel_wide() -> None:
    blurs = [step for steps in DRAWN for step in steps if isinstance(step, Blur)]
    assert {blur.form for blur in blurs} == {"gaussian", "generalised", "plateau"}
    assert all(max(blur.widths) <= 0.5 * 4 for blur in blurs)
    assert any(max(blur.widths) > 2 * min(blur.widths) for blur in blurs)
