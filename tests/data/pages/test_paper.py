"""Ink, paper, and the camera above them."""

import numpy as np
import pytest

from superres.data.pages.paper import photographed, printed, slanted

LUMA = np.array([0.299, 0.587, 0.114])


@pytest.mark.parametrize("seed", range(30))
def test_ink_can_be_told_from_paper(seed: int) -> None:
    coverage = np.zeros((4, 6), np.float32)
    coverage[:, 3:] = 1
    planes = printed(coverage, np.random.default_rng(seed))
    assert (planes.shape, planes.dtype) == ((3, 4, 6), np.float32)
    assert 0 <= planes.min() <= planes.max() <= 255
    paper, ink = planes[:, 0, 0], planes[:, 0, -1]
    assert abs(LUMA @ (paper - ink)) > 0.7 * 70 - 1


def test_pages_are_dark_on_light_and_light_on_dark() -> None:
    coverage = np.array([[0.0, 1.0]], np.float32)
    seen = [printed(coverage, np.random.default_rng(seed)) for seed in range(60)]
    darker_ink = sum(LUMA @ planes[:, 0, 1] < LUMA @ planes[:, 0, 0] for planes in seen)
    assert 25 < darker_ink < 55


def test_a_slanted_page_is_the_middle_with_its_corners_moved() -> None:
    rows, columns = np.mgrid[:220, :220]
    coverage = ((rows // 10 + columns // 10) % 2).astype(np.float32)
    seen = [slanted(coverage, np.random.default_rng(seed), 200) for seed in (0, 0, 1)]
    assert seen[0].shape == (200, 200)
    assert np.array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[0], seen[2])
    assert 0.4 < seen[0].mean() < 0.6  # nothing from beyond the page


def test_a_camera_darkens_blurs_and_adds_noise() -> None:
    planes = np.full((3, 96, 96), 200, np.float32)
    planes[:, :, 48:] = 40
    seen = photographed(planes, np.random.default_rng(5))
    assert (seen.shape, seen.dtype) == ((96, 96, 3), np.uint8)
    assert seen.max() < 215
    assert seen[:, :40].mean() > seen[:, 56:].mean() + 60
    assert np.abs(np.diff(seen[:, 44:52].astype(float).mean(axis=(0, 2)))).max() < 150
    assert seen[:, :40].std() > 0
