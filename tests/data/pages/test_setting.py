"""Text set on a page."""

import numpy as np
import pytest
from samples.typefaces import faces

from superres.data.pages.setting import LARGEST, SMALLEST, set_page
from superres.data.pages.typefaces import Typeface, typefaces
from superres.data.pages.wording import words_of

Families = dict[str, list[Typeface]]


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> Families:
    return typefaces(faces(tmp_path_factory.mktemp("faces")))


def page(families: Families, seed: int) -> np.ndarray:
    return set_page(families, words_of(None), np.random.default_rng(seed), (400, 500))


def test_a_page_is_covered_with_ink_from_top_to_bottom(families: Families) -> None:
    found = page(families, 0)
    assert (found.shape, found.dtype) == ((400, 500), np.float32)
    assert (found.min(), found.max()) == (0, 1)
    assert 0.05 < found.mean() < 0.4
    assert all(part.mean() > 0.01 for part in np.array_split(found, 4))


def test_edges_of_letters_are_smooth(families: Families) -> None:
    found = page(families, 0)
    assert ((found > 0.05) & (found < 0.95)).mean() > 0.02


def test_lines_have_the_heights_that_are_promised(families: Families) -> None:
    heights: list[int] = []
    for seed in range(6):
        inked = (page(families, seed) > 0.5).any(axis=1)
        edges = np.flatnonzero(np.diff(np.r_[False, inked, False].astype(int)))
        heights += [int(end - start) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    # From a capital's height to that of a line with letters above and below it; touching lines count as one.
    assert min(heights) < 2 * SMALLEST
    assert SMALLEST * 0.5 < np.median(heights) < 2 * LARGEST


def test_the_same_numbers_set_the_same_page(families: Families) -> None:
    assert np.array_equal(page(families, 3), page(families, 3))
    assert not np.array_equal(page(families, 3), page(families, 4))
